import type { Guard } from './guard.ts';

const ENDS = 'functions/core/ends-at.ts';
const WINDOWS = 'functions/core/subscription-windows.ts';
const PAID = 'functions/core/paid-time.ts';
const WINDOWS_TEST = 'test/core/subscription-windows.test.ts';

/** When access begins and ends, and what was paid for. */
export const ENDING_GUARDS: readonly Guard[] = [
  {
    name: 'past-due-adds',
    costs: 'an upgrade that nobody paid for opens what it names',
    edits: [
      {
        file: WINDOWS,
        find: `return before === undefined
      ? { kind: 'withheld', because: 'unpaid_adds_nothing' }
      : { ...ending,`,
        replace: `return before === undefined
      ? ending
      : { ...ending,`,
      },
    ],
    tests: [WINDOWS_TEST],
  },
  {
    name: 'past-due-moves-the-date',
    costs: 'each new unpaid invoice extends access, without end',
    edits: [
      {
        file: WINDOWS,
        find: ': { ...ending, endsAt: Math.min(before.endsAt, ending.endsAt) };',
        replace: ': ending;',
      },
    ],
    tests: [WINDOWS_TEST],
  },
  {
    name: 'period-of-an-unpaid-invoice',
    costs:
      'Stripe moves the period when it makes the invoice: a month is given away before payment',
    edits: [
      {
        file: ENDS,
        find: `return openUntil(dueAt, graceSeconds, 'awaiting_payment');`,
        replace: `return openUntil(
        currentPeriodEndAt ?? dueAt,
        graceSeconds,
        'awaiting_payment',
      );`,
      },
    ],
    tests: ['test/core/ends-at.test.ts'],
  },
  {
    name: 'no-cap-at-cancel-at',
    costs: 'access goes on after the date for which the customer has cancelled',
    edits: [
      {
        file: ENDS,
        find: 'return { ...ending, endsAt: Math.min(ending.endsAt, subscription.cancelAt) };',
        replace: 'return ending;',
      },
    ],
    tests: ['test/core/ends-at.test.ts'],
  },
  {
    name: 'grace-after-cancel-at',
    costs: 'whoever cancels gets the days that were meant for late payers',
    edits: [
      {
        file: ENDS,
        find: 'return { ...ending, endsAt: Math.min(ending.endsAt, subscription.cancelAt) };',
        replace: `return {
    ...ending,
    endsAt: Math.min(ending.endsAt, subscription.cancelAt + graceDays * DAY),
  };`,
      },
    ],
    tests: ['test/core/ends-at.test.ts'],
  },
  {
    name: 'end-counted-from-first-sight',
    costs: 'each look at a customer moves the end: nobody ever expires',
    edits: [
      {
        file: WINDOWS,
        find: `? { kind: 'withheld', because: 'unpaid_adds_nothing' }
    : ending;`,
        replace: `? { kind: 'withheld', because: 'unpaid_adds_nothing' }
    : { ...ending, endsAt: Math.max(ending.endsAt, now + 30 * 86_400) };`,
      },
    ],
    tests: [WINDOWS_TEST, 'test/core/decide.test.ts'],
  },
  {
    name: 'unknown-status-revokes',
    costs: 'a status that Stripe adds cuts off everybody who has it',
    edits: [
      {
        file: ENDS,
        find: `if (typeof status === 'object') return { kind: 'unknown', because: 'status_unknown' };`,
        replace: `if (typeof status === 'object') return { kind: 'closed', because: 'canceled' };`,
      },
    ],
    tests: ['test/core/ends-at.test.ts'],
  },
  {
    name: 'unknown-status-opens',
    costs: 'a status that nobody understands opens images for the first time',
    edits: [
      {
        file: WINDOWS,
        find: `return before === undefined
    ? { kind: 'withheld', because }`,
        replace: `return before === undefined
    ? { kind: 'open', endsAt: now + 30 * 86_400, because: 'status_unknown' }`,
      },
    ],
    tests: [WINDOWS_TEST],
  },
  {
    name: 'first-grant-without-payment',
    costs: 'a bank debit that never arrives opens everything, and a pull cannot be undone',
    edits: [
      {
        file: WINDOWS,
        find: `if (!subscription.proven && !isTrusted) return { kind: 'withheld', because: 'first_payment' };`,
        replace: '',
      },
    ],
    tests: [WINDOWS_TEST],
  },
  {
    name: 'deadline-not-kept',
    costs: 'while Stripe cannot be read nobody ever reaches the end',
    edits: [
      {
        file: WINDOWS,
        find: 'if (ending.endsAt <= now) return DEADLINE;',
        replace: '',
      },
    ],
    tests: [WINDOWS_TEST],
  },
  {
    name: 'trial-earns-time',
    costs: 'whoever only tried keeps the images for good',
    edits: [
      {
        file: PAID,
        find: `status === 'active' && latestInvoice?.status === 'paid' && !latestInvoice.isZero`,
        replace: `(status === 'active' || status === 'trialing') && latestInvoice?.status === 'paid'`,
      },
    ],
    tests: ['test/core/paid-time.test.ts'],
  },
  {
    name: 'refunded-time-kept',
    costs: 'whoever got the money back keeps what it paid for',
    edits: [
      {
        file: PAID,
        find: '.filter((time) => !concerned.has(time.source) || isHeld(time))',
        replace: '',
      },
    ],
    tests: ['test/core/paid-time.test.ts'],
  },
];
