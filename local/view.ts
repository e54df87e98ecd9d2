import type { Catalog } from '../functions/core/catalog.ts';
import { catalogHash } from '../functions/core/catalog-hash.ts';
import type { Customer } from '../functions/core/customer.ts';
import type { EpochSeconds } from '../functions/core/time.ts';
import { currentCatalogs } from '../functions/usecases/current-catalogs.ts';
import { explainCustomer } from '../functions/usecases/explain-customer.ts';
import type { LogLine } from './function-log.ts';
import { PROBE_REPOSITORY, QUEUES, REGISTRY, STAGE } from './names.ts';
import type { LocalStores } from './stores.ts';
import type { StripeState } from './stripe/state.ts';
import type { System } from './system.ts';
import { type Coming, comingOf } from './view/coming.ts';
import { type DeliveriesView, deliveriesOf } from './view/deliveries.ts';
import { type ProductView, productsOf } from './view/products.ts';
import { type PullsView, pullsFor, visibleTags } from './view/pulls.ts';
import { type QueueSummary, queuesOf } from './view/queues.ts';
import { type RepositoryView, repositoryViewOf } from './view/repositories.ts';
import { type StripeSide, stripeSideOf } from './view/stripe-side.ts';
import {
  type AccessSummary,
  accessOf,
  type WharfageSide,
  wharfageSideOf,
} from './view/wharfage-side.ts';

/** A move of the clock that is under way. */
export type Moving = {
  readonly fromAt: EpochSeconds;
  readonly toAt: EpochSeconds;
  readonly doneSeconds: number;
};

/** Everything that the page shows. Never a secret. */
export type View = {
  readonly now: EpochSeconds;
  readonly stage: string;
  /** ECR itself, for customers' AWS accounts. */
  readonly registry: string;
  /** The gateway, for customers' credentials. */
  readonly gatewayHost: string;
  readonly mode: 'stand_in' | 'stripe_test_mode';
  readonly webhookUrl: string;
  readonly moving: Moving | null;
  readonly coming: readonly Coming[];
  readonly catalog: Catalog;
  readonly products: readonly ProductView[];
  readonly customers: readonly CustomerRow[];
  /** The one that was asked for. */
  readonly customer: CustomerView | null;
  readonly repositories: readonly RepositoryView[];
  readonly deadPrincipals: readonly string[];
  readonly deliveries: DeliveriesView;
  readonly queues: readonly QueueSummary[];
  /** What the functions logged last, oldest first. */
  readonly log: readonly LogLine[];
};

type CustomerRow = {
  readonly customerId: string;
  readonly name: string;
  readonly isDeleted: boolean;
  readonly access: AccessSummary;
};

export type CustomerView = {
  readonly customerId: string;
  /** Absent in Stripe's real test mode: there it is in the Dashboard. */
  readonly stripe: StripeSide | null;
  /** Absent as long as Wharfage has no reason to know the customer. */
  readonly wharfage: WharfageSide | null;
  /** At the gateway; absent likewise. */
  readonly pulls: PullsView | null;
};

type Sources = { readonly system: System; readonly stores: LocalStores };

const LOG_SHOWN = 40;
const CUSTOMERS_SHOWN = 200;

/** Reads the present from where it is: Stripe, the table, ECR and the queues. */
export const viewer = ({ system, stores }: Sources) => {
  const { catalog, clock, farEnds, log } = system;
  const catalogs = currentCatalogs(
    { stage: stores.stage, clock: clock.now },
    catalog,
    catalogHash(catalog),
  );
  const explain = explainCustomer({ ...stores, catalogs, clock: clock.now });
  const customerView = customerViewer({ system, stores }, explain);

  return async (customerId: string | undefined, moving: Moving | null): Promise<View> => {
    const now = clock.now();
    const stripe = farEnds.stripe?.snapshot();
    const ids = await customerIds(stripe, stores);
    const stored = await Promise.all(ids.map((id) => stores.customers.findCustomer(id)));
    const nameOf = (id: string): string => stripe?.customers[id]?.name ?? id;
    const deliveries = deliveriesOf(farEnds.stripe?.delivery);
    const queues = farEnds.sqs.inspect();
    return {
      now,
      stage: STAGE,
      registry: REGISTRY,
      gatewayHost: new URL(system.registry.origin).host,
      mode: stripe === undefined ? 'stripe_test_mode' : 'stand_in',
      webhookUrl: system.lambdas.webhook.url,
      moving,
      coming: comingOf(
        {
          stripe,
          customers: stored.flatMap((each) => (each === undefined ? [] : [dueOf(each)])),
          deliveries: deliveries.pending,
          messagesAt: queues.flatMap(({ messages }) => messages.map(({ visibleAt }) => visibleAt)),
        },
        nameOf,
        now,
      ),
      catalog,
      products: productsOf(catalog, stripe),
      customers: ids.map((id, index) => ({
        customerId: id,
        name: nameOf(id),
        isDeleted: stripe?.customers[id]?.deleted ?? stored[index]?.isDeleted ?? false,
        access: accessOf(stored[index], now),
      })),
      customer:
        customerId === undefined || !ids.includes(customerId)
          ? null
          : await customerView(customerId, stripe),
      repositories: await repositoriesOf({ system, stores }, nameOf, now),
      deadPrincipals: farEnds.ecr.snapshot().dead,
      deliveries,
      queues: queuesOf(queues),
      log: log.lines().slice(-LOG_SHOWN),
    };
  };
};

const customerViewer =
  (sources: Sources, explain: ReturnType<typeof explainCustomer>) =>
  async (customerId: string, stripe: StripeState | undefined): Promise<CustomerView> => {
    const found = await explain(customerId);
    const wharfage =
      found === undefined
        ? null
        : wharfageSideOf(found, await sources.stores.customers.listAudit(customerId));
    return {
      customerId,
      stripe: stripeSide(stripe, customerId),
      wharfage,
      pulls: wharfage && (await pullsFor(sources, customerId, openIn(wharfage))),
    };
  };

const openIn = ({ gateway }: WharfageSide) => gateway.map(({ repository }) => repository);

const dueOf = ({ customerId, dueAt }: Customer) => ({ customerId, dueAt });

/** Stripe's customers; where they are not here to look at, those that Wharfage waits for. */
const customerIds = async (
  stripe: StripeState | undefined,
  { due }: LocalStores,
): Promise<readonly string[]> => {
  if (stripe !== undefined) return Object.keys(stripe.customers).toReversed();
  const ids: string[] = [];
  for await (const { customerId } of due.listAll()) {
    ids.push(customerId);
    if (ids.length === CUSTOMERS_SHOWN) break;
  }
  return ids.sort();
};

const stripeSide = (stripe: StripeState | undefined, customerId: string): StripeSide | null => {
  const customer = stripe?.customers[customerId];
  return stripe === undefined || customer === undefined ? null : stripeSideOf(stripe, customer);
};

const repositoriesOf = (
  { system: { catalog, farEnds }, stores }: Sources,
  nameOf: (customerId: string) => string,
  now: EpochSeconds,
): Promise<readonly RepositoryView[]> => {
  const policies = farEnds.ecr.policies();
  const queue = farEnds.sqs.inspect().find(({ name }) => name === QUEUES.policies);
  const offers = Object.entries(catalog.offers);
  const tags = farEnds.ecr.tags();
  return Promise.all(
    Object.entries(policies)
      .filter(([repository]) => repository !== PROBE_REPOSITORY)
      .map(async ([repository, text]) => {
        const { members, policy: record } = await stores.members.readRepository(repository);
        const opening = offers.filter(([, offer]) => offer.repositories.includes(repository));
        return repositoryViewOf(
          {
            repository,
            offers: opening.map(([id]) => id),
            tags: visibleTags(tags[repository]),
            text,
            members,
            record,
            queue,
          },
          nameOf,
          now,
        );
      }),
  );
};
