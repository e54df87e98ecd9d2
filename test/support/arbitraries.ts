import fc from 'fast-check';
import type { Facts } from '../../functions/core/question.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import { DAY } from '../../functions/core/time.ts';
import { found, invoice, itemOf, NOW } from './builders.ts';

const unknown = fc.constant({ kind: 'unknown', text: 'frozen' } as const);
const nearby = fc.integer({ min: -40, max: 60 }).map((days) => NOW + days * DAY);

const invoices = fc
  .record(
    {
      status: fc.oneof(fc.constantFrom('draft', 'open', 'paid', 'uncollectible', 'void'), unknown),
      isZero: fc.boolean(),
      createdAt: nearby,
      dueAt: nearby,
    },
    { requiredKeys: ['status', 'isZero', 'createdAt'] },
  )
  .map((given) => invoice(given));

const items = fc.array(
  fc.oneof(
    fc
      .tuple(fc.constantFrom('app', 'tools', 'stranger'), nearby)
      .map(([name, at]) => itemOf(name, at)),
    fc.constantFrom({ productId: 'prod_app' }, { productId: 'prod_tools' }),
  ),
  { maxLength: 4 },
);

/** Any subscription that Stripe could tell of, sensible or not. */
const subscriptionOf = (subscriptionId: string): fc.Arbitrary<Subscription> =>
  fc
    .record(
      {
        status: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom('active', 'past_due') },
          fc.constantFrom('trialing', 'unpaid', 'canceled', 'incomplete', 'paused'),
          unknown,
        ),
        collection: fc.constantFrom('collecting', 'void', 'keep_as_draft', 'mark_uncollectible'),
        collectionMethod: fc.constantFrom('charge_automatically', 'send_invoice'),
        concern: fc.constantFrom('none', 'disputed', 'refunded'),
        items,
        latestInvoice: invoices,
        trialEndsAt: nearby,
        cancelAt: nearby,
      },
      { requiredKeys: ['status', 'collection', 'collectionMethod', 'concern', 'items'] },
    )
    .map((given): Subscription => ({ ...given, subscriptionId, startedAt: NOW - 40 * DAY }));

/** What Stripe could say of one customer with up to three subscriptions. */
export const truths: fc.Arbitrary<Extract<Facts, { kind: 'found' }>> = fc
  .tuple(
    fc.subarray(['sub_1', 'sub_2', 'sub_3']).chain((ids) => fc.tuple(...ids.map(subscriptionOf))),
    fc.subarray(['111122223333', '444455556666', 'nonsense']),
  )
  .map(([subscriptions, accounts]) => found(subscriptions, { accountsText: accounts.join(' ') }));
