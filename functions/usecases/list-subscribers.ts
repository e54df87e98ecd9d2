import { parseAccounts } from '../core/accounts.ts';
import type { Catalog } from '../core/catalog.ts';
import type { Listed } from '../core/listing.ts';
import { offerOfProduct } from '../core/offers.ts';
import type { Subscription } from '../core/subscription.ts';
import type { Billing, DueEntry, DueIndex, SubscriptionPage, Unavailable } from '../ports.ts';

const PAGES_MAX = 5_000;

export type Subscribers = ReadonlyMap<string, Listed>;

/** Stripe's live subscriptions and their customers' accounts, by customer: all pages or none. */
export const listSubscribers =
  ({ billing }: { readonly billing: Pick<Billing, 'listSubscriptions'> }) =>
  async (
    onPage: (subscriptions: number) => void,
  ): Promise<{ readonly kind: 'listed'; readonly subscribers: Subscribers } | Unavailable> => {
    const subscribers = new Map<string, Listed>();
    let next: string | undefined;
    let count = 0;
    for (let page = 1; page <= PAGES_MAX; page += 1) {
      const answer = await billing.listSubscriptions(next);
      if (answer.kind === 'unavailable') return answer;
      add(subscribers, answer);
      count += answer.subscriptions.length;
      onPage(count);
      next = answer.next;
      if (next === undefined) return { kind: 'listed', subscribers };
    }
    return { kind: 'unavailable', because: 'paging' };
  };

const add = (subscribers: Map<string, Listed>, { subscriptions }: SubscriptionPage): void => {
  for (const { customerId, accountsText, subscription } of subscriptions) {
    const before = subscribers.get(customerId)?.subscriptions ?? [];
    // Of two pages between which they have changed, the later one has the newer accounts.
    const accounts = parseAccounts(accountsText);
    subscribers.set(customerId, { ...accounts, subscriptions: [...before, subscription] });
  }
};

/** Every customer that has something to wait for, by id. */
export const listStored = async (due: DueIndex): Promise<ReadonlyMap<string, DueEntry>> => {
  const stored = new Map<string, DueEntry>();
  for await (const entry of due.listAll()) stored.set(entry.customerId, entry);
  return stored;
};

/** One of these subscriptions names a product that one of these catalogs sells. */
export const isCatalogued = (
  catalogs: readonly Catalog[],
  subscriptions: readonly Subscription[],
): boolean =>
  subscriptions.some(({ items }) =>
    items.some(({ productId }) =>
      catalogs.some((catalog) => offerOfProduct(catalog, productId) !== undefined),
    ),
  );
