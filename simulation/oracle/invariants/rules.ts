import type { Catalog } from '../../../functions/core/catalog.ts';
import type { Customer, StoredSubscription } from '../../../functions/core/customer.ts';
import type { Catalogs } from '../../../functions/core/members-of.ts';
import type { Subscription } from '../../../functions/core/subscription.ts';
import { type Held, type Rights, rightsOf } from '../oracle.ts';
import type { TrueSubscription } from '../truth.ts';

/** What one source opens as stored; of two windows of one offer the one that ends later. */
export const storedRights = (customer: Customer | undefined, source: string): Rights => {
  const rights = new Map<string, number>();
  for (const window of customer?.windows ?? []) {
    if (window.source !== source) continue;
    rights.set(window.offerId, Math.max(window.endsAt, rights.get(window.offerId) ?? 0));
  }
  return rights;
};

/** The same without what only the breaker holds; with the windows that one catalog goes on from. */
const heldBy = (customer: Customer | undefined, source: string, isAccepted: boolean): Held => {
  const rights = new Map<string, number>();
  const own = (customer?.windows ?? []).filter(
    (window) => window.source === source && window.held !== 'breaker',
  );
  // Its own windows come last, and count.
  const isOwn = ({ held }: { readonly held?: string }) => (held === 'catalog') === isAccepted;
  for (const window of [...own.filter((each) => !isOwn(each)), ...own.filter(isOwn)]) {
    rights.set(window.offerId, window.endsAt);
  }
  const isProven = (customer?.subscriptions ?? []).some(
    ({ subscriptionId, proven }) => proven && subscriptionId === source,
  );
  return { rights, isProven };
};

/** The least and the most that the rules give after what was stored before. */
export type Range = { readonly lower: Rights; readonly upper: Rights };

const NONE: Range = { lower: new Map(), upper: new Map() };

export const rangeOf = (
  before: Customer | undefined,
  subscription: TrueSubscription | undefined,
  { deployed, accepted }: Catalogs,
  now: number,
): Range => {
  if (subscription === undefined) return NONE;
  const { id } = subscription;
  if (before?.endedSubscriptionIds.includes(id) === true) return NONE;
  const under = (catalog: Catalog, isAccepted: boolean): Rights =>
    rightsOf(catalog, subscription, heldBy(before, id, isAccepted), now);
  const lower = under(deployed, false);
  if (deployed === accepted) return { lower, upper: lower };
  const had = storedRights(before, id);
  const upper = new Map(lower);
  for (const [offer, until] of under(accepted, true)) {
    if (had.has(offer)) upper.set(offer, Math.max(until, upper.get(offer) ?? 0));
  }
  return { lower, upper };
};

/** Within the range, but for what the clock may just have closed. */
export const isWithin = (rights: Rights, { lower, upper }: Range, closedBy: number): boolean => {
  const offers = new Set([...rights.keys(), ...lower.keys(), ...upper.keys()]);
  return [...offers].every((offer) => {
    const until = rights.get(offer) ?? 0;
    const [least, most] = [lower.get(offer) ?? 0, upper.get(offer) ?? 0];
    return Math.max(until, least, most) <= closedBy || (least <= until && until <= most);
  });
};

/** As the item keeps it, for a decision that was made without asking Stripe. */
export const asTrue = (stored: StoredSubscription): TrueSubscription => ({
  id: stored.subscriptionId,
  status: textOf(stored.status),
  ...present('trialEndsAt', stored.trialEndsAt),
  ...present('cancelAt', stored.cancelAt),
  ...(stored.collection === 'collecting' ? {} : { paused: textOf(stored.collection) }),
  isSent: stored.collectionMethod === 'send_invoice',
  ...invoiceOf(stored),
  items: stored.items.map(({ productId, currentPeriodEndAt }) => ({
    productId,
    ...present('endsAt', currentPeriodEndAt),
  })),
  isDisputed: ['disputed', 'disputed_and_refunded'].includes(stored.concern),
  isRefunded: ['refunded', 'disputed_and_refunded'].includes(stored.concern),
});

const invoiceOf = ({ latestInvoice }: Subscription): Pick<TrueSubscription, 'invoice'> =>
  latestInvoice === undefined
    ? {}
    : {
        invoice: {
          status: textOf(latestInvoice.status),
          isZero: latestInvoice.isZero,
          createdAt: latestInvoice.createdAt,
          ...present('dueAt', latestInvoice.dueAt),
        },
      };

const textOf = (value: string | { readonly text: string }): string =>
  typeof value === 'string' ? value : value.text;

const present = <Name extends string>(
  name: Name,
  value: number | undefined,
): { readonly [Key in Name]?: number } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: number });
