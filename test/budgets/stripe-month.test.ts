import { expect, it } from 'vitest';
import { freshCursor, readsPercentOf } from '../../functions/core/cursor.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import { DAY, type EpochSeconds, HOUR, MINUTE } from '../../functions/core/time.ts';
import { type SweepDeps, sweep } from '../../functions/usecases/sweep.ts';
import { type SubjectDeps, syncSubjects } from '../../functions/usecases/sync-subjects.ts';
import { catalog, invoice, itemOf, subscription } from '../support/builders.ts';
import { recordingPolicies } from '../support/recordings.ts';
import { countedBilling, quickCustomers, quickStage, tinyFifo } from '../support/stripe-month.ts';

/** 1 and 31 December 2026, midnight: reads are counted by calendar month. */
const BEGIN = 1_796_083_200;
const MONTH = '2026-12';
const END = BEGIN + 31 * DAY;
const TICK_SECONDS = 5 * MINUTE;
/** From an event to the sync that its delivery brings. */
const DELIVERY_SECONDS = 3;

type Happening = {
  readonly at: EpochSeconds;
  readonly customerId: string;
  readonly change: (now: EpochSeconds) => Partial<Subscription>;
};

/** Spread over the whole month. */
const renewalOf = (index: number, customers: number): EpochSeconds =>
  BEGIN + HOUR + Math.floor(((END - BEGIN - 3 * HOUR) * index) / customers);

const nothingMore = (): Partial<Subscription> => ({});

/**
 * What Stripe tells of one customer's month, each line an event of a type that we subscribe to: a
 * renewal is `customer.subscription.updated` when the invoice is made, and an hour later once more with
 * `invoice.paid` and `customer.updated`, two seconds apart, so that none of them saves another's sync.
 * One customer in 20 pays at the retry three days later; one in 50 cancels, and ends at the renewal.
 */
const monthOf = (index: number, customers: number): readonly Happening[] => {
  const customerId = customerOf(index);
  const renewsAt = renewalOf(index, customers);
  const happening = (at: EpochSeconds, change: Happening['change'] = nothingMore): Happening => ({
    at,
    customerId,
    change,
  });
  if (index % 50 === 1) {
    return [
      happening(BEGIN + (renewsAt - BEGIN) / 2, () => ({ cancelAt: renewsAt })),
      happening(renewsAt, () => ({ status: 'canceled' })),
    ];
  }
  const renewed = (now: EpochSeconds): Partial<Subscription> => ({
    items: [itemOf('app', now + 31 * DAY)],
    latestInvoice: invoice({ status: 'draft', createdAt: now }),
  });
  const owing = { status: 'open', createdAt: renewsAt } as const;
  const failed = (): Partial<Subscription> => ({
    status: 'past_due',
    latestInvoice: invoice(owing),
  });
  const paid = (): Partial<Subscription> => ({
    status: 'active',
    latestInvoice: invoice({ ...owing, status: 'paid' }),
  });
  const chargedAt = renewsAt + HOUR;
  const isLate = index % 20 === 2;
  return [
    happening(renewsAt, renewed),
    ...(isLate ? [happening(chargedAt, failed), happening(chargedAt + 1)] : []),
    ...[0, 2, 4].map((seconds) =>
      happening((isLate ? chargedAt + 3 * DAY : chargedAt) + seconds, paid),
    ),
  ];
};

const atFirst = (index: number, customers: number): Subscription => {
  const renewsAt = renewalOf(index, customers);
  return subscription({
    subscriptionId: `sub_${index}`,
    startedAt: renewsAt - 365 * DAY,
    items: [itemOf('app', renewsAt)],
    latestInvoice: invoice({ createdAt: renewsAt - 31 * DAY }),
  });
};

const customerOf = (index: number): string => `cus_${index}`;

type Elsewhere = Omit<
  SubjectDeps & SweepDeps,
  'customers' | 'due' | 'billing' | 'stage' | 'subjects' | 'clock'
>;

/** What a sync needs besides, which costs Stripe nothing. */
const elsewhere = (customers: number): Elsewhere => {
  const agreed = { deployed: catalog(), accepted: catalog() };
  return {
    policies: recordingPolicies(),
    report: { log: () => undefined, count: () => undefined },
    catalogs: async () => agreed,
    members: {
      saveMember: async () => 'saved',
      readRepository: async () => ({ members: [], policy: undefined }),
      savePolicy: async () => 'saved',
    },
    credentials: {
      putCredential: async (credential) => credential,
      listCredentials: async () => [],
      claimCredential: async () => ({ kind: 'claimed' }),
      retireCredential: async () => undefined,
    },
    secrets: {
      sealSecret: async (_credentialId, text) => text,
      findSecret: async () => undefined,
      destroySecret: async () => undefined,
    },
    mint: { credentialId: () => 'c', secretText: () => 's', hashOf: () => 'h' },
    breaker: {
      readBreaker: async () => ({ days: [], customersWithAccess: customers }),
      countRevocation: async () => 'counted',
      noteHeld: async () => undefined,
      liftBreaker: async () => undefined,
    },
  };
};

/** A month that begins with the first deployment: everybody is adopted, and then renewed. */
const liveThroughMonth = async (customers: number) => {
  const time = { now: BEGIN };
  const clock = (): EpochSeconds => time.now;
  const billing = countedBilling();
  const stage = quickStage();
  const queue = tinyFifo(clock);
  const deps = { ...elsewhere(customers), ...quickCustomers(), billing, stage, clock };
  const sync = syncSubjects({ ...deps, subjects: queue });
  const tick = sweep(
    { ...deps, subjects: queue },
    { catalog: catalog(), catalogHash: 'sold', readsMax: 0 },
  );
  const deliver = async ({ at, customerId, change }: Happening): Promise<void> => {
    billing.change(customerId, change(at));
    const occasion = billing.emit(customerId, at);
    time.now = at + DELIVERY_SECONDS;
    await queue.sendSubjects([{ kind: 'customer', id: customerId, because: 'event', occasion }]);
    await queue.drain(sync);
  };
  const indexes = Array.from({ length: customers }, (_, index) => index);
  for (const index of indexes) billing.truth.set(customerOf(index), atFirst(index, customers));
  const happenings = indexes
    .flatMap((index) => monthOf(index, customers))
    .filter(({ at }) => at < END)
    .sort((a, b) => a.at - b.at)
    .values();
  let next = happenings.next();
  for (let tickAt = BEGIN; tickAt < END; tickAt += TICK_SECONDS) {
    for (; !next.done && next.value.at < tickAt; next = happenings.next())
      await deliver(next.value);
    time.now = Math.max(time.now, tickAt);
    await tick();
    await queue.drain(sync);
  }
  return { reads: billing.reads, cursors: stage.cursors(), now: time.now };
};

/**
 * Percent of the cap that is spent at most. Measured: 51, 81 and 53. At 250 customers the cap is still
 * the smallest there is, so that nobody comes nearer to it.
 */
it.each([
  [100, 60],
  [250, 95],
  [10_000, 60],
] as const)(
  'a month of %i customers stays under the cap of Stripe reads, and the sweep knows of nearly all',
  async (customers, percentMax) => {
    const { reads, cursors, now } = await liveThroughMonth(customers);
    const known = cursors.reduce((sum, cursor) => sum + cursor.reads, 0);
    const spent = { ...freshCursor('events'), customersWithAccess: customers, month: MONTH, reads };
    const message = `${reads} reads, of which the sweep knows ${known}`;
    expect(readsPercentOf([spent], 0, now), message).toBeLessThanOrEqual(percentMax);
    expect(known, message).toBeGreaterThanOrEqual(0.97 * reads);
    expect(known, message).toBeLessThanOrEqual(1.2 * reads);
  },
  // 20 s alone; the rest of the suite runs beside it.
  180_000,
);
