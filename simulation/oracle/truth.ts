import { findObject } from '../../local/stripe/objects.ts';
import type { ChargeRecord, ItemRecord, StripeState } from '../../local/stripe/state.ts';

/** What is true of one customer in Stripe at an instant, reduced to what the rules speak of. */
export type Truth = {
  readonly isDeleted: boolean;
  readonly accounts: readonly string[];
  readonly subscriptions: readonly TrueSubscription[];
};

export type TrueSubscription = {
  readonly id: string;
  readonly status: string;
  readonly trialEndsAt?: number;
  readonly cancelAt?: number;
  /** The behaviour of `pause_collection`. */
  readonly paused?: string;
  readonly isSent: boolean;
  readonly invoice?: TrueInvoice;
  readonly items: readonly TrueItem[];
  /** A dispute is open, or was lost about the latest invoice. */
  readonly isDisputed: boolean;
  /** The latest invoice was given back in full. */
  readonly isRefunded: boolean;
};

type TrueInvoice = {
  readonly status: string;
  readonly isZero: boolean;
  readonly createdAt: number;
  readonly dueAt?: number;
};

type TrueItem = {
  readonly productId: string;
  readonly startsAt?: number;
  readonly endsAt?: number;
};

/** Read off the objects as Stripe would show them, what a plan patches included. */
export const truthOf = (state: StripeState, customerId: string): Truth => {
  const { deleted = true, subscriptionIds = [] } = state.customers[customerId] ?? {};
  const { metadata } = (findObject(state, customerId) ?? {}) as Shown;
  const { aws_account_ids: accounts = '' } = Object(metadata) as Readonly<Record<string, string>>;
  return {
    isDeleted: deleted,
    accounts: deleted ? [] : [...new Set(accounts.match(/(?<![^\s,;])\d{12}(?![^\s,;])/g))].sort(),
    subscriptions: deleted ? [] : subscriptionIds.map((id) => subscriptionOf(state, id)),
  };
};

type Shown = Readonly<Record<string, unknown>>;

const subscriptionOf = (state: StripeState, id: string): TrueSubscription => {
  const shown = (findObject(state, id) ?? {}) as Shown;
  const { items = [], latestInvoiceId = null } = state.subscriptions[id] ?? {};
  const read = items.map((item) => itemOf(state, item, shown));
  const { behavior } = Object(shown.pause_collection) as { readonly behavior?: string };
  return {
    id,
    status: String(shown.status),
    ...time('trialEndsAt', shown.trial_end),
    ...cancelOf(shown, read),
    ...(shown.pause_collection === null ? {} : { paused: behavior ?? 'unknown' }),
    isSent: shown.collection_method === 'send_invoice',
    ...invoiceOf(state, shown.latest_invoice),
    items: read,
    isDisputed: isDisputed(state, id, latestInvoiceId),
    isRefunded: isRefunded(state, latestInvoiceId),
  };
};

const time = <Name extends string>(
  name: Name,
  value: unknown,
): { readonly [Key in Name]?: number } =>
  typeof value === 'number' ? ({ [name]: value } as { readonly [Key in Name]?: number }) : {};

const itemOf = (
  state: StripeState,
  { id, priceId, periodStart, periodEnd }: ItemRecord,
  shown: Shown,
): TrueItem => {
  const patch = state.patches[id] ?? {};
  return {
    productId: state.prices[priceId]?.productId ?? '',
    // Before API version 2025-03-31.basil the subscription has the period, and its items have none.
    ...time('startsAt', shown.current_period_start),
    ...time('endsAt', shown.current_period_end),
    ...time('startsAt', 'current_period_start' in patch ? patch.current_period_start : periodStart),
    ...time('endsAt', 'current_period_end' in patch ? patch.current_period_end : periodEnd),
  };
};

/** Announced by a date, or by a flag that means the first period's end. */
const cancelOf = (
  { cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd }: Shown,
  items: readonly TrueItem[],
): { readonly cancelAt?: number } => {
  if (typeof cancelAt === 'number') return { cancelAt };
  const ends = items.flatMap(({ endsAt }) => endsAt ?? []);
  return atPeriodEnd === true && ends.length > 0 ? { cancelAt: Math.min(...ends) } : {};
};

const invoiceOf = (state: StripeState, id: unknown): { readonly invoice?: TrueInvoice } => {
  const shown = typeof id === 'string' ? findObject(state, id) : undefined;
  if (shown === undefined) return {};
  const { status, total, created, due_date: dueDate } = shown;
  return {
    invoice: {
      status: String(status),
      isZero: Number(total) <= 0,
      createdAt: Number(created),
      ...time('dueAt', dueDate),
    },
  };
};

const chargesOf = (state: StripeState, isMeant: (charge: ChargeRecord) => boolean) =>
  Object.values(state.charges).filter((charge) => charge.status === 'succeeded' && isMeant(charge));

const isDisputed = (state: StripeState, subscriptionId: string, latest: string | null): boolean =>
  Object.values(state.disputes).some(({ chargeId, status }) => {
    const { invoiceId = '' } = state.charges[chargeId] ?? {};
    if (state.invoices[invoiceId]?.subscriptionId !== subscriptionId) return false;
    return status === 'lost' ? invoiceId === latest : status !== 'won';
  });

const isRefunded = (state: StripeState, latest: string | null): boolean => {
  const paid = chargesOf(state, ({ invoiceId }) => invoiceId === latest);
  return paid.length > 0 && paid.every(({ amount, amountRefunded }) => amountRefunded >= amount);
};
