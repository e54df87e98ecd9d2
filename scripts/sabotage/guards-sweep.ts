import type { Guard } from './guard.ts';

const EVENTS = 'functions/usecases/sweep-events.ts';

/** How the sweep makes do without any news, and how it takes nothing away by itself. */
export const SWEEP_GUARDS: readonly Guard[] = [
  {
    name: 'sweep-skipped',
    costs: 'no deadline is acted upon, and with webhooks lost nothing ever changes',
    edits: [
      {
        file: 'functions/usecases/sweep-due.ts',
        find: 'const customers = await deps.due.listDue(deps.clock(), DUE_MAX);',
        replace: 'const customers = (await deps.due.listDue(deps.clock(), DUE_MAX)).slice(0, 0);',
      },
    ],
    tests: ['test/usecases/sweep.test.ts'],
  },
  {
    name: 'repositories-not-swept',
    costs: 'a lost policy write or a hand edit stays for good',
    edits: [
      {
        file: 'functions/usecases/sweep.ts',
        find: 'repositories: sweepRepositories(deps, settings),',
        replace: '',
      },
    ],
    tests: ['test/usecases/sweep.test.ts'],
  },
  {
    name: 'one-step-stops-the-sweep',
    costs: 'what fails at Stripe keeps deadlines and policies from being looked after',
    edits: [
      {
        file: 'functions/usecases/sweep.ts',
        find: 'failures.push(cause);',
        replace: 'throw cause;',
      },
    ],
    tests: ['test/usecases/sweep.test.ts'],
  },
  {
    name: 'events-without-overlap',
    costs: 'an event that Stripe lists late is never seen',
    edits: [
      {
        file: EVENTS,
        find: 'const since = Math.max(position - OVERLAP_SECONDS, now - LISTED_DAYS * DAY);',
        replace: 'const since = Math.max(position, now - LISTED_DAYS * DAY);',
      },
    ],
    tests: ['test/usecases/sweep-events.test.ts'],
  },
  {
    name: 'cursor-saved-before-the-last-page',
    costs: 'what stood on the pages that were not read is skipped for good',
    edits: [
      {
        file: EVENTS,
        find: `throw new Error(\`Stripe's event list could not be read: \${answer.because}\`);`,
        replace: 'return { events, pages: page };',
      },
    ],
    tests: ['test/usecases/sweep-events.test.ts'],
  },
  {
    name: 'half-a-listing-compared',
    costs: 'whoever is on an unread page looks like somebody who left',
    edits: [
      {
        file: 'functions/usecases/list-subscribers.ts',
        find: `if (answer.kind === 'unavailable') return answer;`,
        replace: `if (answer.kind === 'unavailable') return { kind: 'listed', subscribers };`,
      },
    ],
    tests: ['test/usecases/sweep-subscriptions.test.ts', 'test/usecases/sync-everyone.test.ts'],
  },
  {
    name: 'subscribers-not-adopted',
    costs: 'an existing Stripe account is not taken over, and an event never generated never found',
    edits: [
      {
        file: 'functions/usecases/sweep-subscriptions.ts',
        find: '? isCatalogued([catalog], shown.subscriptions)',
        replace: '? isCatalogued([], shown.subscriptions)',
      },
    ],
    tests: ['test/usecases/sweep-subscriptions.test.ts'],
  },
  {
    name: 'drifted-members-left',
    costs: 'a member that a hand or a bug put there stays for good',
    edits: [
      {
        file: 'functions/usecases/sweep-members.ts',
        find: 'if (strays.length === 0 || isUnderWay(customer)) continue;',
        replace: 'if (strays.length >= 0 || isUnderWay(customer)) continue;',
      },
    ],
    tests: ['test/usecases/sweep-members.test.ts'],
  },
  {
    name: 'moving-customer-accused',
    costs: 'a customer whose sync is under way is written again over itself, day after day',
    edits: [
      {
        file: 'functions/usecases/sweep-members.ts',
        find: 'if (strays.length === 0 || isUnderWay(customer)) continue;',
        replace: 'if (strays.length === 0) continue;',
      },
    ],
    tests: ['test/usecases/sweep-members.test.ts'],
  },
  {
    name: 'catalog-losses-without-consent',
    costs: 'a typing error in the catalog takes access from everybody whom it touches',
    edits: [
      {
        file: 'functions/usecases/sweep-catalog.ts',
        find: 'const isAccepted = canOnlyGain(stored.accepted, catalog);',
        replace: 'const isAccepted = canOnlyGain(catalog, catalog);',
      },
    ],
    tests: ['test/usecases/sweep-catalog.test.ts'],
  },
  {
    name: 'other-catalog-accepted',
    costs: 'the vendor agrees to the losses of a catalog that is not the one deployed',
    edits: [
      {
        file: 'functions/usecases/accept-catalog.ts',
        find: `if (deployedHash !== hash) return { kind: 'not_deployed', deployedHash };`,
        replace: '',
      },
    ],
    tests: ['test/usecases/accept-catalog.test.ts'],
  },
  {
    name: 'restore-revokes-before-asking',
    costs: 'after a restore an old table decides who is cut off, not Stripe',
    edits: [
      {
        file: 'functions/usecases/sync-customer.ts',
        find: 'return billing.readCustomer(customerId);',
        replace: `return because === 'restore'
    ? { kind: 'found', accountsText: '', subscriptions: [] }
    : billing.readCustomer(customerId);`,
      },
    ],
    tests: ['test/usecases/sync-everyone.test.ts'],
  },
];
