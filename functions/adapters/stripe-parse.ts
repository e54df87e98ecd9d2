import { fieldOf, referenceOf, textField } from '../core/field.ts';
import type {
  Collection,
  Invoice,
  InvoiceStatus,
  Subscription,
  SubscriptionItem,
  SubscriptionStatus,
  Unknown,
} from '../core/subscription.ts';
import { type EpochSeconds, parseTime } from '../core/time.ts';

/*
 * Stripe's objects as they come off the wire. Each parser answers `undefined` when something is
 * missing that a decision needs: that is ignorance, and the caller says so.
 */

const STATUSES: readonly SubscriptionStatus[] = [
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'canceled',
  'incomplete',
  'incomplete_expired',
  'paused',
];
const INVOICE_STATUSES: readonly InvoiceStatus[] = [
  'draft',
  'open',
  'paid',
  'uncollectible',
  'void',
];
const COLLECTIONS: readonly Collection[] = ['void', 'keep_as_draft', 'mark_uncollectible'];
const COLLECTION_METHODS = ['charge_automatically', 'send_invoice'] as const;

/** All items are given: the object's own list may be only the first page of them. */
export const parseSubscription = (
  value: unknown,
  itemValues: readonly unknown[],
): Subscription | undefined => {
  const subscriptionId = textField(value, 'id');
  const status = textField(value, 'status');
  const startedAt = timeAt(value, 'start_date') ?? timeAt(value, 'created');
  const items = parseItems(itemValues, value);
  if (subscriptionId === undefined || status === undefined || startedAt === undefined) {
    return undefined;
  }
  if (items === undefined) return undefined;
  return {
    subscriptionId,
    status: known(STATUSES, status),
    startedAt,
    ...present('trialEndsAt', timeAt(value, 'trial_end')),
    ...present('cancelAt', cancelAtOf(value, items)),
    collection: collectionOf(fieldOf(value, 'pause_collection')),
    collectionMethod: known(COLLECTION_METHODS, fieldOf(value, 'collection_method')),
    ...present('latestInvoice', parseInvoice(fieldOf(value, 'latest_invoice'), startedAt)),
    items,
    concern: 'none',
  };
};

/** A customer who is not deleted. Without `metadata` nothing is known of the accounts. */
export const parseCustomer = (
  value: unknown,
): { readonly email?: string; readonly accountsText: string } | undefined => {
  const metadata = fieldOf(value, 'metadata');
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  return {
    ...present('email', textField(value, 'email')),
    accountsText: textField(metadata, 'aws_account_ids') ?? '',
  };
};

/** Null is no invoice yet. What was not expanded, or has no date, is an invoice of unknown status. */
const parseInvoice = (value: unknown, startedAt: EpochSeconds): Invoice | undefined => {
  if (value === null || value === undefined) return undefined;
  const createdAt = timeAt(value, 'created');
  const total = fieldOf(value, 'total');
  return {
    status:
      createdAt === undefined
        ? { kind: 'unknown', text: 'unreadable' }
        : known(INVOICE_STATUSES, fieldOf(value, 'status')),
    isZero: typeof total === 'number' && total <= 0,
    createdAt: createdAt ?? startedAt,
    ...present('dueAt', timeAt(value, 'due_date')),
  };
};

/** Portals and flexible billing announce an end by date, older ones by a flag. */
const cancelAtOf = (
  value: unknown,
  items: readonly SubscriptionItem[],
): EpochSeconds | undefined => {
  const cancelAt = timeAt(value, 'cancel_at');
  if (cancelAt !== undefined || fieldOf(value, 'cancel_at_period_end') !== true) return cancelAt;
  const ends = items.flatMap(({ currentPeriodEndAt }) => currentPeriodEndAt ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
};

const parseItems = (
  values: readonly unknown[],
  subscription: unknown,
): readonly SubscriptionItem[] | undefined => {
  const items: SubscriptionItem[] = [];
  for (const value of values) {
    const product = productOf(value);
    if (product === undefined) return undefined;
    if (product === null) continue;
    // Before 2025-03-31.basil the period was the subscription's.
    const periodAt = (name: string): EpochSeconds | undefined =>
      timeAt(value, name) ?? timeAt(subscription, name);
    items.push({
      productId: product,
      ...present('currentPeriodStartAt', periodAt('current_period_start')),
      ...present('currentPeriodEndAt', periodAt('current_period_end')),
    });
  }
  return items;
};

/** Null when Stripe says that there is no product, as very old plans may; undefined when it does not say. */
const productOf = (item: unknown): string | null | undefined => {
  const products = ['price', 'plan'].map((name) => fieldOf(fieldOf(item, name), 'product'));
  const productId = products.map(referenceOf).find((id) => id !== undefined);
  return productId ?? (products.includes(null) ? null : undefined);
};

const collectionOf = (pause: unknown): Collection | Unknown =>
  pause === null || pause === undefined
    ? 'collecting'
    : known(COLLECTIONS, fieldOf(pause, 'behavior'));

const timeAt = (value: unknown, name: string): EpochSeconds | undefined =>
  parseTime(fieldOf(value, name));

/** Stripe's enums are open: what this version does not know is kept as a text, short enough to store. */
const known = <Text extends string>(texts: readonly Text[], value: unknown): Text | Unknown =>
  texts.find((text) => text === value) ?? {
    kind: 'unknown',
    text: typeof value === 'string' ? value.slice(0, 64) : 'missing',
  };

const present = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value });
