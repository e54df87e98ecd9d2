import { fieldOf, referenceOf, textField } from '../core/field.ts';
import type { Subscription } from '../core/subscription.ts';
import type { Report, SubscriptionPage } from '../ports.ts';
import { StripeUnreadable } from './stripe-failure.ts';
import { parsePage } from './stripe-pages.ts';
import { parseCustomer, parseSubscription } from './stripe-parse.ts';
import { pageFrom, type StripeReads } from './stripe-reads.ts';

const ITEM_PAGES_MAX = 20;

/**
 * One page of everybody's live subscriptions. One that cannot be read, or whose customer cannot, is
 * left out, so that it holds up nobody else: its customer then differs from what is stored and is
 * read alone.
 */
export const listSubscriptions = async (
  reads: StripeReads,
  report: Report,
  startingAfter: string | undefined,
): Promise<SubscriptionPage> => {
  const answer = await reads.raw((stripe) =>
    stripe.subscriptions.list({
      ...pageFrom(startingAfter),
      expand: ['data.latest_invoice', 'data.customer'],
    }),
  );
  const { items, next } = parsePage(answer, startingAfter);
  const subscriptions: SubscriptionPage['subscriptions'][number][] = [];
  for (const item of items) {
    const customer = fieldOf(item, 'customer');
    const customerId = referenceOf(customer);
    const accountsText = findAccountsText(reads, customer);
    const subscription = await findSubscription(reads, item);
    if (customerId === undefined || accountsText === undefined || subscription === undefined) {
      report.log('subscription left out', { subscriptionId: textField(item, 'id'), customerId });
    } else {
      subscriptions.push({ customerId, accountsText, subscription });
    }
  }
  if (items.length > 0 && subscriptions.length === 0) {
    throw new StripeUnreadable('malformed', 'not one subscription of a page could be read');
  }
  return { kind: 'page', subscriptions, ...(next === undefined ? {} : { next }) };
};

/**
 * `undefined` when it is not known: a customer who is not expanded, who is deleted or has no metadata
 * is no customer without accounts, and comparing him as one would find him changed or, worse, the same.
 */
const findAccountsText = (reads: StripeReads, customer: unknown): string | undefined =>
  typeof customer !== 'object' || customer === null || fieldOf(customer, 'deleted') === true
    ? undefined
    : parseCustomer(reads.ours(customer))?.accountsText;

export const readSubscription = async (
  reads: StripeReads,
  value: unknown,
): Promise<Subscription> => {
  const subscription = await findSubscription(reads, value);
  if (subscription !== undefined) return subscription;
  throw new StripeUnreadable('malformed', 'a subscription that lacks what a decision needs');
};

/** `undefined` when it lacks what a decision needs. */
const findSubscription = async (
  reads: StripeReads,
  value: unknown,
): Promise<Subscription | undefined> => {
  const items = fieldOf(reads.ours(value), 'items');
  return Array.isArray(fieldOf(items, 'data'))
    ? parseSubscription(value, await readItems(reads, value, items))
    : undefined;
};

/** A subscription shows its first items only. */
const readItems = async (
  reads: StripeReads,
  value: unknown,
  shown: unknown,
): Promise<readonly unknown[]> => {
  const { items, next } = parsePage(shown, undefined);
  const subscription = textField(value, 'id') ?? '';
  if (next === undefined) return items;
  return reads.every(
    (stripe, page) => stripe.subscriptionItems.list({ ...page, subscription }),
    ITEM_PAGES_MAX,
  );
};
