import type { Guard } from './guard.ts';

const WEBHOOK = 'functions/usecases/accept-event.ts';

/** How news arrive: at least once, in any order, and from whoever can sign. */
export const ARRIVAL_GUARDS: readonly Guard[] = [
  {
    name: 'answers-before-enqueue',
    costs: 'Stripe is told 200 for an event that no queue has: it is never sent again',
    edits: [
      {
        file: WEBHOOK,
        find: `await queue.sendSubjects([{ ...subject, because: 'event', occasion: eventId }]);`,
        replace: `void queue
      .sendSubjects([{ ...subject, because: 'event', occasion: eventId }])
      .catch(() => undefined);`,
      },
    ],
    tests: ['test/usecases/accept-event.test.ts', 'test/webhook.test.ts'],
  },
  {
    name: 'group-as-deduplication-id',
    costs: 'the second change of a customer within five minutes is dropped without a word',
    edits: [
      {
        file: 'functions/adapters/sqs-queues.ts',
        find: `MessageDeduplicationId: allowed(\`\${group}:\${occasion}\`),`,
        replace: 'MessageDeduplicationId: allowed(occasion === "" ? occasion : group),',
      },
    ],
    tests: ['test/adapters/sqs-queues.test.ts'],
  },
  {
    name: 'occasion-without-the-version',
    costs: 'a policy is not applied again for the next version, for five minutes',
    edits: [
      {
        file: 'functions/usecases/run-effects.ts',
        find: `occasion: \`\${repository}:\${customerId}:\${version}\`,`,
        replace: `occasion: \`\${repository}:\${customerId}\`,`,
      },
    ],
    tests: ['test/usecases/sync-customer.test.ts', 'test/cases/changes.test.ts'],
  },
  {
    name: 'due-named-by-customer-only',
    costs: 'whoever is due twice within five minutes is looked at once',
    edits: [
      {
        file: 'functions/usecases/sweep-due.ts',
        find: `occasion: \`\${customerId}:\${dueAt}\`,`,
        replace: 'occasion: dueAt > 0 ? customerId : "",',
      },
    ],
    tests: ['test/usecases/sweep.test.ts'],
  },
  {
    name: 'failure-spares-the-rest-of-its-group',
    costs: 'messages after a failed one are taken for done and are lost',
    edits: [
      {
        file: 'functions/adapters/queue-batch.ts',
        find: `...errorFields(error) });
    return toRetry(records);`,
        replace: `...errorFields(error) });
    return toRetry(records.slice(0, 1));`,
      },
    ],
    tests: ['test/adapters/queue-batch.test.ts'],
  },
  {
    name: 'signature-from-the-future',
    costs: 'a captured signature with a late date opens the webhook for years',
    edits: [
      {
        file: 'functions/core/signature.ts',
        find: 'Math.abs(now - signedAt) <= TOLERANCE_SECONDS;',
        replace: 'now - signedAt <= TOLERANCE_SECONDS;',
      },
    ],
    tests: ['test/core/signature.test.ts'],
  },
  {
    name: 'signature-not-checked',
    costs: 'anybody may send events',
    edits: [
      {
        file: 'functions/adapters/webhook-signature.ts',
        find: `return { kind: 'refused', because: error instanceof SyntaxError ? 'body' : 'signature' };`,
        replace: `return error instanceof SyntaxError
      ? { kind: 'refused', because: 'body' }
      : { kind: 'verified', event: JSON.parse(text), with: name };`,
      },
    ],
    tests: ['test/adapters/webhook-signature.test.ts'],
  },
  {
    name: 'webhook-of-another-mode',
    costs: 'events of the test mode make the live stage ask about customers that it does not have',
    edits: [
      {
        file: WEBHOOK,
        find: `if (livemode !== pin.livemode) return 'livemode';`,
        replace: '',
      },
    ],
    tests: ['test/usecases/accept-event.test.ts'],
  },
  {
    name: 'charge-dies-with-stripe',
    costs: 'a dispute that cannot be resolved during an outage is forgotten',
    edits: [
      {
        file: 'functions/usecases/sync-subjects.ts',
        find: `throw new Error(\`Stripe could not name the customer of \${subject.id}: \${resolved.because}\`);`,
        replace: 'return;',
      },
    ],
    tests: ['test/usecases/sync-subjects.test.ts'],
  },
];
