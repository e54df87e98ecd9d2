/** A promise by its number, and where it is shown: by the watcher of every run, or by a test alone. */
export type Invariant = {
  readonly number: number;
  readonly name: string;
  /** What the watcher checks of it; absent: nothing, a run cannot show it. */
  readonly watched?: string;
  /** Tests that show the rest. */
  readonly elsewhere?: readonly string[];
};

export const INVARIANTS: readonly Invariant[] = [
  {
    number: 1,
    name: 'gateway safety',
    watched: 'every answer to a pull, and how long the gateway stays open after an end',
  },
  {
    number: 2,
    name: 'policy safety',
    watched: 'how long ECR lets an account in after its end, and no later than the promised day',
  },
  { number: 3, name: 'liveness', watched: 'how long whoever has paid waits, at each door' },
  {
    number: 4,
    name: 'no cut-off on ignorance',
    watched: 'every write that takes something away, against what was true in the minutes before',
  },
  { number: 5, name: 'monotonicity', watched: 'every write of a customer; effects at rest' },
  {
    number: 6,
    name: 'final access by the rules',
    watched: 'every write that gives something; everything stored and every member at rest',
  },
  { number: 7, name: 'exactly-once effect', watched: 'every write: one transition for one change' },
  {
    number: 8,
    name: 'credential hygiene',
    watched: 'table, queues and hands at rest; never a third valid credential',
    elsewhere: ['test/security/canaries.test.ts'],
  },
  {
    number: 9,
    name: 'isolation',
    watched: 'no secret opens for anybody but the customer to whom it was given',
    elsewhere: ['test/security/access.test.ts', 'test/security/gateway.test.ts'],
  },
  {
    number: 10,
    name: 'blast radius',
    watched:
      'every policy that we write; bounds, which a fault of another customer does not excuse',
  },
  { number: 11, name: 'size', watched: 'every policy at ECR' },
  { number: 12, name: 'audit', watched: 'every transition before the next; no gap at rest' },
  {
    number: 13,
    name: 'redaction',
    watched: 'every log line and metric at rest',
    elsewhere: ['test/security/canaries.test.ts'],
  },
  {
    number: 14,
    name: 'mode',
    elsewhere: ['test/usecases/accept-event.test.ts', 'test/adapters/stripe-billing.test.ts'],
  },
  {
    number: 15,
    name: 'fail closed, honestly',
    watched: 'no refusal for want of rights while they are there',
    elsewhere: ['test/http/gateway.test.ts'],
  },
  {
    number: 16,
    name: 'ack',
    watched: 'only by its consequence: what a lost message would delay exceeds a bound',
    elsewhere: ['test/http/webhook.test.ts', 'test/usecases/accept-event.test.ts'],
  },
  { number: 17, name: 'bounded pre-auth work', elsewhere: ['test/budgets/gateway.test.ts'] },
  {
    number: 18,
    name: 'bounded work',
    elsewhere: ['test/budgets/calls.test.ts', 'test/budgets/stripe-month.test.ts'],
  },
  { number: 19, name: 'breaker', watched: 'how many lose access on Stripe’s word in two days' },
  {
    number: 20,
    name: 'clock',
    watched: 'all of these, in plans whose clocks differ: only the bounds grow by the difference',
  },
  { number: 21, name: 'termination', watched: 'queues and dead letters at rest' },
];
