import { onTestFinished } from 'vitest';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { batchHandler } from '../../functions/adapters/queue-batch.ts';
import { stripeBilling } from '../../functions/adapters/stripe-billing.ts';
import { cursorKey } from '../../functions/adapters/table-keys.ts';
import { webhookSignature } from '../../functions/adapters/webhook-signature.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import type { Cursor } from '../../functions/core/cursor.ts';
import type { Customer } from '../../functions/core/customer.ts';
import { isEventType } from '../../functions/core/event-types.ts';
import { offerOf } from '../../functions/core/offers.ts';
import { parseSubject } from '../../functions/core/parse-message.ts';
import { isOpen } from '../../functions/core/time.ts';
import { webhook } from '../../functions/http/webhook.ts';
import type { Clock, SealedSecrets } from '../../functions/ports.ts';
import { acceptEvent } from '../../functions/usecases/accept-event.ts';
import { currentCatalogs } from '../../functions/usecases/current-catalogs.ts';
import { sweep } from '../../functions/usecases/sweep.ts';
import { sweepDue } from '../../functions/usecases/sweep-due.ts';
import { syncCustomer } from '../../functions/usecases/sync-customer.ts';
import { syncSubjects } from '../../functions/usecases/sync-subjects.ts';
import { eventObject } from '../../local/stripe/events.ts';
import { type StripeServer, stripeServer } from '../../local/stripe/server.ts';
import { type MemoryStores, memoryStores } from '../../simulation/stores/memory-stores.ts';
import { agreedOn, catalog, offer } from '../support/builders.ts';
import { recordingPolicies, recordingReport } from '../support/recordings.ts';
import { CURRENT, sign } from '../support/signed-event.ts';
import { type MemoryQueue, memoryQueue } from './memory-queue.ts';

/** 1 November 2026, noon. */
export const START = 1_793_534_400;
export const ACCOUNT = '111122223333';
const KEY = 'rk_test_0000000000000000';
const BATCHES_MAX = 1_000;

/** An event as Stripe sends it. */
export type Event = {
  readonly id: string;
  readonly type: string;
  readonly [field: string]: unknown;
};

/** Sells `a` and `b`: product prod_a opens repository acme/a, with 14 days of grace. */
export const selling = (given: Partial<Catalog> = {}): Catalog =>
  catalog({ offers: { a: offer('a'), b: offer('b') }, ...given });

/**
 * The whole way from Stripe to the table in one process: the Stripe stand-in on loopback, the real
 * webhook, a queue in memory, and the real sync and sweep over stores in memory. Time is `now`.
 */
export const caseStage = async (given: Partial<Catalog> = {}) => {
  const time = { now: START };
  const clock = () => time.now;
  const stripe = await stripeServer({ now: clock, key: KEY });
  onTestFinished(stripe.close);
  const stores = memoryStores();
  const report = recordingReport();
  const policies = recordingPolicies();
  const queue = memoryQueue(clock);
  const secrets = { current: CURRENT } as { current: string; previous?: string };
  const door = webhook({
    verify: webhookSignature({ readSecret: async () => JSON.stringify(secrets), clock }),
    accept: acceptEvent({ queue, report }, { livemode: false, account: '' }),
    report,
  });
  const far = { stores, stripe, report, policies, queue, clock, secrets: memorySecrets() };
  const deployment = { current: deployed(far, selling(given)) };
  const productIds = Object.values(selling(given).offers).flatMap(({ products }) => products);
  for (const id of productIds) stripe.world.createProduct({ id, name: id });
  return {
    ...far,
    time,
    webhookSecrets: secrets,
    world: stripe.world,
    deploy: (next: Catalog): void => {
      deployment.current = deployed(far, next);
    },
    post: (payload: string, header: string): Promise<Response> =>
      door(requestWith(payload, header)),
    /** Signed now, as every attempt is. */
    deliver: (event: object): Promise<Response> => {
      const payload = JSON.stringify(event);
      return door(requestWith(payload, sign(payload, CURRENT, clock())));
    },
    /** As the operator does, beside the queue. */
    syncNow: (customerId: string) => deployment.current.syncNow(customerId),
    /** Works through the queue. */
    settle: async (): Promise<void> => {
      for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
        const records = queue.receive();
        if (records.length === 0) return;
        const { batchItemFailures } = await deployment.current.handle({ Records: [...records] });
        queue.settle(
          records,
          batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
        );
      }
      throw new Error(`the queue was not empty after ${BATCHES_MAX} batches`);
    },
    sweepDue: () => deployment.current.sweepDue(),
    sweep: () => deployment.current.sweep(),
    customer: (customerId: string): Promise<Customer | undefined> =>
      stores.customers.findCustomer(customerId),
    access: (customerId: string) => accessOf(far, deployment.current.catalog, customerId),
  };
};

export type CaseStage = Awaited<ReturnType<typeof caseStage>>;

type Far = {
  readonly stores: MemoryStores;
  readonly stripe: StripeServer;
  readonly report: ReturnType<typeof recordingReport>;
  readonly policies: ReturnType<typeof recordingPolicies>;
  readonly queue: MemoryQueue;
  readonly clock: Clock;
  readonly secrets: SealedSecrets;
};

/** What a deployment makes: functions with one catalog in their bundles. */
const deployed = ({ stores, stripe, queue, ...far }: Far, sold: Catalog) => {
  const { clock, report } = far;
  const hash = catalogHash(sold);
  const readKey = async () => KEY;
  const edge = { readKey, livemode: false, apiBase: stripe.url, clock, report };
  const deps = {
    ...stores,
    ...far,
    billing: stripeBilling({ ...edge, catalogs: agreedOn(sold) }),
    subjects: queue,
    mint: credentialMint,
    catalogs: currentCatalogs({ stage: stores.stage, clock }, sold, hash),
  };
  const sync = syncSubjects(deps);
  return {
    catalog: sold,
    handle: batchHandler({
      parse: parseSubject,
      handle: async (subjects) => {
        await sync(subjects);
        return { kind: 'done' };
      },
      postpone: async () => {},
      groupsAtOnce: 1,
      report,
    }),
    syncNow: (customerId: string) =>
      syncCustomer(deps)({ customerId, because: 'operator', actor: 'ada' }),
    sweepDue: sweepDue(deps),
    sweep: sweep(deps, { catalog: sold, catalogHash: hash, readsMax: 0 }),
  };
};

const requestWith = (body: string, header: string): Request =>
  new Request('https://webhook.example/', {
    method: 'POST',
    headers: { 'stripe-signature': header },
    body,
  });

const memorySecrets = (): SealedSecrets => {
  const sealed = new Map<string, string>();
  return {
    sealSecret: async (credentialId, text) => {
      const stored = sealed.get(credentialId) ?? text;
      sealed.set(credentialId, stored);
      return stored;
    },
    findSecret: async (credentialId) => sealed.get(credentialId),
    destroySecret: async (credentialId) => {
      sealed.delete(credentialId);
    },
  };
};

/** What both doors let through now, `a b`: the gateway by the windows, AWS by the members' times. */
const accessOf = async ({ stores, clock }: Far, sold: Catalog, customerId: string) => {
  const { windows = [] } = (await stores.customers.findCustomer(customerId)) ?? {};
  const repositories = Object.values(sold.offers).flatMap((each) => each.repositories);
  const byWindows = windows
    .filter((window) => isOpen(window, clock()))
    .flatMap(({ offerId }) => offerOf(sold, offerId)?.repositories ?? []);
  const byMembers: string[] = [];
  for (const repository of repositories) {
    const { members } = await stores.members.readRepository(repository);
    const isMember = members.some(
      (member) => member.customerId === customerId && member.until > clock(),
    );
    if (isMember) byMembers.push(repository);
  }
  return { gateway: told(byWindows), aws: told(byMembers) };
};

const told = (repositories: readonly string[]): string =>
  [...new Set(repositories)]
    .map((name) => name.replace('acme/', ''))
    .sort()
    .join(' ');

/** Events of the types that the vendor's endpoint subscribes to, oldest first, without those known. */
export const eventsOf = (
  { stripe }: Pick<Far, 'stripe'>,
  known: ReadonlyMap<string, Event> = new Map(),
): readonly Event[] => {
  const state = stripe.snapshot();
  return state.events
    .filter(({ id, type }) => isEventType(type) && !known.has(id))
    .map((record) => {
      const { id, type } = record;
      return { ...eventObject(state, record), id, type };
    });
};

/** Makes a cadence of the sweep due at once, or not due for a whole period. */
export const setCursor = async (
  { stores, time }: CaseStage,
  name: Cursor['name'],
  when: 'due' | 'just_done',
): Promise<void> => {
  const cursor = await stores.stage.findCursor(name);
  if (cursor === undefined) return;
  const { pk, sk } = cursorKey(name);
  const doneAt = when === 'due' ? 0 : time.now;
  stores.table.set(`${pk} ${sk}`, JSON.stringify({ ...cursor, doneAt }));
};
