import { expect, it } from 'vitest';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { batchHandler } from '../../functions/adapters/queue-batch.ts';
import { API_VERSION } from '../../functions/core/api-version.ts';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import type { Customer } from '../../functions/core/customer.ts';
import { parseSubject } from '../../functions/core/parse-message.ts';
import type { Invoice } from '../../functions/core/subscription.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { Billing } from '../../functions/ports.ts';
import { acceptEvent } from '../../functions/usecases/accept-event.ts';
import { currentCatalogs } from '../../functions/usecases/current-catalogs.ts';
import { sweepDue } from '../../functions/usecases/sweep-due.ts';
import { syncSubjects } from '../../functions/usecases/sync-subjects.ts';
import { memoryStores } from '../../simulation/stores/memory-stores.ts';
import { customer, invoice, itemOf, stored, subscription, windowOf } from '../support/builders.ts';
import { recordingPolicies, recordingReport } from '../support/recordings.ts';
import { memoryQueue } from './memory-queue.ts';
import { START, selling } from './stage.ts';
import { virtualTime } from './virtual-time.ts';

const CUSTOMERS = 5_000;
const WITHIN_SECONDS = 10 * MINUTE;
const PAID_AFTER_SECONDS = HOUR;
const MONTH_SECONDS = 30 * DAY;
/** As the event source of the sync function. */
const WORKERS = 5;
/** Stripe's, for one endpoint. */
const REQUESTS_PER_SECOND_MAX = 25;
/** The fastest that Stripe is taken to answer a list with expanded invoices. */
const ANSWER_SECONDS = 0.2;
const UNTIL = START + 100 * MINUTE;

const idOf = (index: number): string => `cus_${index}`;
const renewsAt = (index: number): number => START + (index * WITHIN_SECONDS) / CUSTOMERS;

/** What Stripe says at `now`: the period moves at the renewal, the invoice is paid an hour later. */
const truthOf = (index: number, now: number) => {
  const isRenewed = now >= renewsAt(index);
  const isPaid = !isRenewed || now >= renewsAt(index) + PAID_AFTER_SECONDS;
  const createdAt = Math.floor(renewsAt(index)) - (isRenewed ? 0 : MONTH_SECONDS);
  const latestInvoice: Invoice = invoice({ status: isPaid ? 'paid' : 'open', createdAt });
  return subscription({
    startedAt: START - MONTH_SECONDS,
    latestInvoice,
    items: [itemOf('a', createdAt + MONTH_SECONDS)],
  });
};

const storedBefore = (index: number): Customer => {
  const before = truthOf(index, START - 1);
  const endsAt = (before.items[0]?.currentPeriodEndAt ?? 0) + 14 * DAY;
  return customer({
    customerId: idOf(index),
    version: 1,
    effectsDone: 1,
    hasCredential: true,
    subscriptions: [stored(before)],
    windows: [windowOf('a', { startsAt: before.startedAt, endsAt })],
    dueAt: endsAt - DAY,
  });
};

/** Stripe at its port: slow, counted by the second, and 429 beyond its limit. */
const slowStripe = ({ now, sleep }: ReturnType<typeof virtualTime>) => {
  const perSecond = new Map<number, number>();
  let refusals = 0;
  const billing: Pick<Billing, 'readCustomer' | 'resolveSubject'> = {
    readCustomer: async (customerId) => {
      const second = Math.floor(now());
      const count = (perSecond.get(second) ?? 0) + 1;
      perSecond.set(second, count);
      const index = Number(customerId.replace('cus_', ''));
      const truth = truthOf(index, now());
      await sleep(ANSWER_SECONDS);
      if (count <= REQUESTS_PER_SECOND_MAX) {
        return { kind: 'found', accountsText: '', subscriptions: [truth] };
      }
      refusals += 1;
      return { kind: 'unavailable', because: 'rate_limited' };
    },
    resolveSubject: async ({ id }) => ({ kind: 'customer', id }),
  };
  return { billing, perSecond, refusals: () => refusals };
};

/**
 * Modelled: five workers of the sync function, each with one batch in hand and one customer at a time;
 * Stripe's answer after 200 ms, the table's at once; two events a customer, one at the renewal and one
 * an hour later when it is paid; the sweep every five minutes, which brings the confirming reads. Real:
 * accepting an event, the batches, the sync, the sweep of the due. A sync asks each of Stripe's two
 * endpoints once, so one count stands for both.
 */
it('case 92: 5,000 renewals in ten minutes stay within 25 requests a second, and all converge', async () => {
  const time = virtualTime(START);
  const clock = () => Math.floor(time.now());
  const { sleep } = time;
  const stores = memoryStores();
  const report = recordingReport();
  const queue = memoryQueue(clock);
  const stripe = slowStripe(time);
  const sold = selling();
  const deps = {
    ...stores,
    billing: stripe.billing,
    subjects: queue,
    policies: recordingPolicies(),
    secrets: {
      sealSecret: async (_id: string, text: string) => text,
      findSecret: async () => undefined,
      destroySecret: async () => {},
    },
    mint: credentialMint,
    catalogs: currentCatalogs({ stage: stores.stage, clock }, sold, catalogHash(sold)),
    report,
    clock,
  };
  const sync = syncSubjects(deps);
  const handle = batchHandler({
    parse: parseSubject,
    handle: async (subjects) => {
      await sync(subjects);
      return { kind: 'done' };
    },
    postpone: async () => {},
    groupsAtOnce: 1,
    report,
  });
  const accept = acceptEvent({ queue, report }, { livemode: true, account: '' });
  for (let index = 0; index < CUSTOMERS; index += 1) {
    await stores.customers.saveCustomer(storedBefore(index), 0);
  }

  const work = async (): Promise<void> => {
    while (time.now() < UNTIL) {
      const records = queue.receive();
      if (records.length === 0) {
        await sleep(1);
        continue;
      }
      const { batchItemFailures } = await handle({ Records: [...records] });
      const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      queue.settle(records, failed);
    }
  };
  const send = async (type: string, afterSeconds: number): Promise<void> => {
    for (let index = 0; index < CUSTOMERS; index += 1) {
      await sleep(renewsAt(index) + afterSeconds - time.now());
      await accept({
        id: `evt_${index}_${afterSeconds}`,
        object: 'event',
        type,
        livemode: true,
        api_version: API_VERSION,
        data: { object: { object: 'subscription', id: 'sub_1', customer: idOf(index) } },
      });
    }
  };
  const tick = async (): Promise<void> => {
    for (; time.now() < UNTIL; await sleep(5 * MINUTE)) await sweepDue(deps)();
  };
  const everything = Promise.all([
    ...Array.from({ length: WORKERS }, work),
    send('customer.subscription.updated', 0),
    send('invoice.paid', PAID_AFTER_SECONDS),
    tick(),
  ]);
  await time.run();
  await everything;

  expect(Math.max(...stripe.perSecond.values())).toBeLessThanOrEqual(REQUESTS_PER_SECOND_MAX);
  expect(stripe.refusals()).toBe(0);
  expect(queue.isEmpty()).toBe(true);
  expect(queue.deadLetters).toEqual([]);
  const late: string[] = [];
  for (let index = 0; index < CUSTOMERS; index += 1) {
    const expected = Math.floor(renewsAt(index)) + MONTH_SECONDS + 14 * DAY;
    const found = await stores.customers.findCustomer(idOf(index));
    if (found?.windows[0]?.endsAt !== expected) late.push(idOf(index));
  }
  expect(late).toEqual([]);
});
