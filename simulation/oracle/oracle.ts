import type { Catalog } from '../../functions/core/catalog.ts';
import type { TrueSubscription } from './truth.ts';

/*
 * Who may pull what, written from the tables of the design and from nothing else: no code that decides
 * is shared with what is tested.
 */

/** Until when, by offer. */
export type Rights = ReadonlyMap<string, number>;

export type Held = {
  readonly rights: Rights;
  /** It was granted once: its first payment is not asked for again. */
  readonly isProven: boolean;
  /** Not one history but the most of several: each of them may have held less. */
  readonly isMost?: true;
};

export const NOTHING_HELD: Held = { rights: new Map(), isProven: false };

const DAY = 86_400;
const CLOSED = ['unpaid', 'canceled', 'incomplete', 'incomplete_expired', 'paused'];
const KNOWN = [...CLOSED, 'trialing', 'active', 'past_due'];
const INVOICES = ['draft', 'open', 'paid', 'uncollectible', 'void'];

/** What one subscription opens under one catalog, given what it held. */
export const rightsOf = (
  catalog: Catalog,
  subscription: TrueSubscription,
  { rights: held, isProven, isMost }: Held,
  now: number,
): Rights => {
  if (CLOSED.includes(subscription.status) || isSuspended(catalog, subscription)) return new Map();
  // Whoever sells an offer no more gives nothing of it, whatever the subscription is.
  const before = new Map(
    [...held].filter(([offer, until]) => until > now && catalog.offers[offer] !== undefined),
  );
  const named = namedBy(catalog, subscription);
  const judge = (until: number | undefined, had: number | undefined) =>
    judged({ catalog, subscription, now, isProven }, until, had);
  const verdicts = [...named].map(
    ([offer, until]) => [offer, judge(until, before.get(offer))] as const,
  );
  const waits = isMost
    ? [...named.values()].some((until) => judge(until, undefined) === 'unpaid')
    : verdicts.some(([, verdict]) => verdict === 'unpaid');
  // A change that nobody has paid for does not take effect: what it replaces stays.
  const latest = [...named.values()].reduce(laterOf, undefined);
  const replaced = [...before].filter(([offer]) => !named.has(offer));
  const stays = waits || !KNOWN.includes(subscription.status) ? replaced : [];
  const all = [...verdicts, ...stays.map(([offer, had]) => [offer, judge(latest, had)] as const)];
  return new Map(
    all.flatMap(([offer, until]) => (typeof until === 'number' ? [[offer, until]] : [])),
  );
};

/** When each offer that its items name would end; undefined where that cannot be told. */
const namedBy = (
  { offers }: Catalog,
  subscription: TrueSubscription,
): ReadonlyMap<string, number | undefined> => {
  const named = new Map<string, number | undefined>();
  for (const { productId, endsAt } of subscription.items) {
    for (const [id, { products, graceDays }] of Object.entries(offers)) {
      if (!products.includes(productId)) continue;
      named.set(id, laterOf(named.get(id), untilOf(subscription, endsAt, graceDays * DAY)));
    }
  }
  return named;
};

const laterOf = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);

const isSuspended = (
  { onDispute, onFullRefund, onPauseCollection }: Catalog,
  { isDisputed, isRefunded, paused }: TrueSubscription,
): boolean =>
  (isDisputed && onDispute === 'suspend') ||
  (isRefunded && onFullRefund === 'revoke') ||
  (paused !== undefined && onPauseCollection === 'suspend') ||
  (paused === 'void' && onPauseCollection === 'suspend_void');

const untilOf = (
  { status, trialEndsAt, cancelAt = Number.POSITIVE_INFINITY, invoice, paused }: TrueSubscription,
  periodEndsAt: number | undefined,
  grace: number,
): number | undefined => {
  if (status === 'trialing') return ended(trialEndsAt, grace, cancelAt);
  if (!KNOWN.includes(status)) return undefined;
  if (invoice === undefined) return ended(periodEndsAt, grace, cancelAt);
  if (!INVOICES.includes(invoice.status)) return undefined;
  // The period moves on when the invoice is made: before it is paid its own date counts.
  return isAwaited(invoice, paused)
    ? ended(invoice.dueAt ?? invoice.createdAt, grace, cancelAt)
    : ended(periodEndsAt, grace, cancelAt);
};

const ended = (at: number | undefined, grace: number, cancelAt: number): number | undefined =>
  at === undefined ? undefined : Math.min(at + grace, cancelAt);

type Invoice = NonNullable<TrueSubscription['invoice']>;

/** While collection is paused a draft waits for the vendor, not for the customer. */
const isAwaited = ({ status, isZero }: Invoice, paused: string | undefined): boolean =>
  !isZero && (status === 'open' || (status === 'draft' && paused === undefined));

type Case = {
  readonly catalog: Catalog;
  readonly subscription: TrueSubscription;
  readonly isProven: boolean;
  readonly now: number;
};

/** `unpaid`: an addition that waits for its payment. */
const judged = (
  { catalog, subscription, isProven, now }: Case,
  until: number | undefined,
  had: number | undefined,
): number | 'none' | 'unpaid' => {
  if (until === undefined) return heldOn(subscription, had, now);
  const isPaid = isPaidFor(catalog, subscription);
  if ((!isProven && !isPaid) || until <= now) return 'none';
  if (subscription.status === 'past_due')
    return had === undefined ? 'unpaid' : Math.min(had, until);
  return had === undefined && !isPaid && addsNothing(subscription) ? 'unpaid' : until;
};

/** What is not understood opens nothing and closes nothing, but for a date that Stripe has announced. */
const heldOn = (
  { cancelAt = Number.POSITIVE_INFINITY }: TrueSubscription,
  had: number | undefined,
  now: number,
): number | 'none' => (had === undefined || cancelAt <= now ? 'none' : Math.min(had, cancelAt));

const isPaidFor = (
  { trustSendInvoice }: Catalog,
  { status, invoice, isSent }: TrueSubscription,
): boolean =>
  status === 'trialing' ||
  (trustSendInvoice && isSent) ||
  invoice?.status === 'paid' ||
  invoice?.isZero === true;

/** A bank debit that failed leaves its invoice void and the subscription active. */
const addsNothing = ({ invoice, paused }: TrueSubscription): boolean =>
  invoice !== undefined &&
  (isAwaited(invoice, paused) || (invoice.status === 'void' && paused === undefined));
