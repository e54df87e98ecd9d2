import type { Catalog } from '../core/catalog.ts';
import { looksAtPayments, reactionsOf } from '../core/catalog-change.ts';
import { fieldOf, referenceOf, textField } from '../core/field.ts';
import type { Catalogs } from '../core/members-of.ts';
import { offerOfProduct } from '../core/offers.ts';
import { isEnded, type Subscription } from '../core/subscription.ts';
import type { BillingReading, Clock } from '../ports.ts';
import { readConcerns } from './stripe-concern.ts';
import { StripeUnreadable } from './stripe-failure.ts';
import { parseCustomer } from './stripe-parse.ts';
import type { StripeReads } from './stripe-reads.ts';
import { readSubscription } from './stripe-subscriptions.ts';

export type CustomerOptions = {
  readonly catalogs: () => Promise<Catalogs>;
  readonly clock: Clock;
};

/** Up to 500 live ones may exist, and many years of ended ones. */
const SUBSCRIPTION_PAGES_MAX = 20;

/** One customer and every subscription: two calls, unless there are more than 100 or a catalog asks about payments. */
export const readCustomer = async (
  reads: StripeReads,
  customerId: string,
  options: CustomerOptions,
): Promise<BillingReading> => {
  const [customer, list] = await Promise.allSettled([
    reads.one((stripe) => stripe.customers.retrieve(customerId)),
    reads.every(
      (stripe, page) =>
        stripe.subscriptions.list({
          ...page,
          customer: customerId,
          status: 'all',
          expand: ['data.latest_invoice'],
        }),
      SUBSCRIPTION_PAGES_MAX,
    ),
  ]);
  const value = settled(customer);
  if (textField(value, 'id') !== customerId) {
    throw new StripeUnreadable('malformed', 'a customer with another id');
  }
  // Whether a deleted customer's subscriptions can be listed is not documented, and not needed.
  if (fieldOf(value, 'deleted') === true) return { kind: 'deleted' };
  const details = parseCustomer(value);
  if (details === undefined) throw new StripeUnreadable('malformed', 'a customer without metadata');
  const listed = settled(list);
  if (listed.some((each) => referenceOf(fieldOf(each, 'customer')) !== customerId)) {
    throw new StripeUnreadable('malformed', 'a subscription of another customer');
  }
  const subscriptions: Subscription[] = [];
  for (const each of listed) subscriptions.push(await readSubscription(reads, each));
  return {
    kind: 'found',
    ...details,
    subscriptions: await withConcerns(reads, customerId, { listed, subscriptions }, options),
  };
};

type Listed = {
  readonly listed: readonly unknown[];
  readonly subscriptions: readonly Subscription[];
};

/**
 * Payments are asked about only for those who have something to lose by it: access, or what stays after
 * its end. A catalog that was deployed and not yet accepted takes nothing away, so that what the
 * accepted one opens is at stake too.
 */
const withConcerns = async (
  reads: StripeReads,
  customerId: string,
  { listed, subscriptions }: Listed,
  { catalogs, clock }: CustomerOptions,
): Promise<readonly Subscription[]> => {
  const known = await catalogs();
  const isAtStake = subscriptions.some((subscription) =>
    [known.deployed, known.accepted].some((catalog) => hasSomethingOf(catalog, subscription)),
  );
  if (!isAtStake || !looksAtPayments(known)) return subscriptions;
  const now = clock();
  const live = subscriptions.filter((subscription) => !isEnded(subscription));
  const invoicesAt = live.map(({ latestInvoice }) => latestInvoice?.createdAt ?? now);
  const oldestInvoiceAt = Math.min(...invoicesAt);
  const concernOf = await readConcerns(reads, {
    customerId,
    reactions: reactionsOf(known),
    now,
    oldestInvoiceAt,
  });
  const latestInvoiceIds = listed.map((each) => referenceOf(fieldOf(each, 'latest_invoice')));
  return subscriptions.map((subscription, index) => ({
    ...subscription,
    ...concernOf(subscription.subscriptionId, latestInvoiceIds[index]),
  }));
};

const hasSomethingOf = (catalog: Catalog, subscription: Subscription): boolean =>
  subscription.items.some(({ productId }) => {
    const [, offer] = offerOfProduct(catalog, productId) ?? [];
    return offer !== undefined && (!isEnded(subscription) || offer.afterEnd !== 'deny');
  });

const settled = <Value>(result: PromiseSettledResult<Value>): Value => {
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
};
