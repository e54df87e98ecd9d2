import type { Guard } from './guard.ts';

const SYNC = 'functions/usecases/sync-customer.ts';
const DECIDE = 'functions/core/decide.ts';
const IGNORANCE = 'const facts: Facts = reading.kind === ';

/** What Stripe says, and what its silence does not say. */
export const BILLING_GUARDS: readonly Guard[] = [
  {
    name: 'revokes-on-404',
    costs: 'a key of the wrong account, or a slow replica, cuts off somebody who pays',
    edits: [
      {
        file: SYNC,
        find: `${IGNORANCE}'unavailable' ? { kind: 'nothing' } : reading;`,
        replace: `const facts: Facts =
    reading.kind === 'unavailable'
      ? { kind: reading.because === 'missing' ? 'deleted' : 'nothing' }
      : reading;`,
      },
    ],
    tests: ['test/usecases/sync-customer.test.ts', 'test/cases/failure.test.ts'],
  },
  {
    name: 'revokes-on-401',
    costs: 'a rolled key reads as "no subscription", and everybody is cut off',
    edits: [
      {
        file: SYNC,
        find: `${IGNORANCE}'unavailable' ? { kind: 'nothing' } : reading;`,
        replace: `const facts: Facts =
    reading.kind === 'unavailable'
      ? reading.because === 'unauthorized'
        ? {
            kind: 'found',
            accountsText: '',
            subscriptions: prior.subscriptions.map((each) => ({ ...each, status: 'canceled' })),
          }
        : { kind: 'nothing' }
      : reading;`,
      },
    ],
    tests: ['test/usecases/sync-customer.test.ts', 'test/cases/failure.test.ts'],
  },
  {
    name: 'empty-list-revokes',
    costs: 'a list that Stripe answers too early, and empty, ends what was paid for',
    edits: [
      {
        file: DECIDE,
        find: '|| isOpen(prior, subscription, now)',
        replace: '|| (ids.size > 999_999 && isOpen(prior, subscription, now))',
      },
    ],
    tests: ['test/core/decide.test.ts', 'test/cases/failure.test.ts'],
  },
  {
    name: 'broken-page-ends-the-list',
    costs: 'half a list of subscriptions passes for the whole',
    edits: [
      {
        file: 'functions/adapters/stripe-pages.ts',
        find: 'if (hasMore && last === undefined) {',
        replace: 'if (hasMore && last === undefined && items.length > 0) {',
      },
    ],
    tests: ['test/adapters/stripe-billing.test.ts'],
  },
  {
    name: 'repeated-page-accepted',
    costs: 'pages that go in circles pass for a list, and what comes after them is missing',
    edits: [
      {
        file: 'functions/adapters/stripe-pages.ts',
        find: `throw new StripeUnreadable('paging', 'a page that repeats an earlier one');`,
        replace: 'return [...items.values()];',
      },
    ],
    tests: ['test/adapters/stripe-billing.test.ts'],
  },
  {
    name: 'other-mode-believed',
    costs: 'a test subscription opens live images',
    edits: [
      {
        file: 'functions/adapters/stripe-reads.ts',
        find: 'if (mode === livemode) return value;',
        replace: `if (typeof mode === 'boolean') return value;`,
      },
    ],
    tests: ['test/adapters/stripe-billing.test.ts'],
  },
  {
    name: 'payload-trusted',
    costs: 'a late event says what a subscription was, and the customer is decided by it',
    edits: [
      {
        file: 'functions/usecases/accept-event.ts',
        find: `await queue.sendSubjects([{ ...subject, because: 'event', occasion: eventId }]);`,
        replace: `const object = fieldOf(fieldOf(event, 'data'), 'object');
    const told = [eventId, fieldOf(object, 'id'), fieldOf(object, 'status')].join('!');
    await queue.sendSubjects([{ ...subject, because: 'event', occasion: told }]);`,
      },
      {
        file: 'functions/usecases/sync-subjects.ts',
        find: 'await syncCustomer(deps)({ customerId, because, strays });',
        replace: `const [, toldId, status] = subject.occasion.split('!');
    const readCustomer: typeof deps.billing.readCustomer = async (id) => {
      const read = await deps.billing.readCustomer(id);
      if (read.kind !== 'found') return read;
      const subscriptions = read.subscriptions.map((each) =>
        each.subscriptionId === toldId && status ? { ...each, status } : each,
      );
      return { ...read, subscriptions };
    };
    await syncCustomer({ ...deps, billing: { ...deps.billing, readCustomer } })({
      customerId,
      because,
      strays,
    });`,
      },
    ],
    tests: ['test/cases/order.test.ts'],
  },
  {
    name: 'ended-subscription-comes-back',
    costs: 'a stale answer opens again what Stripe has said is over',
    edits: [
      {
        file: DECIDE,
        find: '.filter(({ subscriptionId }) => !ended.includes(subscriptionId))',
        replace: '',
      },
    ],
    tests: ['test/core/decide.test.ts', 'test/cases/order.test.ts'],
  },
  {
    name: 'milliseconds-taken-for-seconds',
    costs: 'a time in another unit opens access for fifty thousand years',
    edits: [
      {
        file: 'functions/core/time.ts',
        find: 'Number.isInteger(value) && value >= EARLIEST_AT && value < LATEST_AT',
        replace: 'Number.isInteger(value) && value >= EARLIEST_AT',
      },
    ],
    tests: ['test/core/time.test.ts'],
  },
  {
    name: 'only-the-deployed-catalog-asks',
    costs:
      'a dispute about an offer that is to go reaches nobody, while the catalog waits for acceptance',
    edits: [
      {
        file: 'functions/adapters/stripe-customer.ts',
        find: '[known.deployed, known.accepted].some(',
        replace: '[known.deployed].some(',
      },
    ],
    tests: ['test/adapters/stripe-concern.test.ts'],
  },
  {
    name: 'a-dispute-hides-a-refund',
    costs: 'a refunded inquiry keeps access under a catalog that reacts to refunds alone',
    edits: [
      {
        file: 'functions/core/subscription.ts',
        find: `if (isDisputedNow) return isRefundedNow ? 'disputed_and_refunded' : 'disputed';`,
        replace: `if (isDisputedNow) return 'disputed';`,
      },
    ],
    tests: ['test/adapters/stripe-concern.test.ts'],
  },
  {
    name: 'half-a-list-takes-back-what-was-seen',
    costs:
      'a refund that is seen hides that the list of disputes was empty, and a dispute is forgotten',
    edits: [
      {
        file: 'functions/core/subscription.ts',
        find: 'isDisputed(subscription) || isDisputed(before),',
        replace: 'isDisputed(subscription),',
      },
    ],
    tests: ['test/core/decide.test.ts'],
  },
  {
    name: 'refunded-and-missing-is-forgotten',
    costs: 'a list that leaves a refunded subscription out lets it in when it is back',
    edits: [
      {
        file: DECIDE,
        find: 'isConcerned(subscription) || isOpen(',
        replace: 'isOpen(',
      },
    ],
    tests: ['test/core/decide.test.ts'],
  },
];
