import { MANUAL, type Window, type Withheld, type WithheldReason } from './customer.ts';
import { offerOf } from './offers.ts';
import type { View } from './opening.ts';
import type { Question } from './question.ts';

/**
 * Every offer that is not open and that a subscription names, or that was open once: so that a
 * customer who lapsed can be told why, and a stranger nothing.
 */
export const withheldOf = (
  question: Question,
  view: View,
  namedByItems: readonly Withheld[],
  windows: readonly Window[],
): readonly Withheld[] => {
  const named = new Map(namedByItems.map((each) => [each.offerId, each]));
  const lapsed = new Map(lapsesOf(question, view).map((each) => [each.offerId, each]));
  return [...new Map([...lapsed, ...named]).values()]
    .filter(({ offerId }) => windows.every((window) => window.offerId !== offerId))
    .sort((a, b) => (a.offerId < b.offerId ? -1 : 1))
    .map((reason) => {
      const endedAt = lapsed.get(reason.offerId)?.endedAt;
      return endedAt === undefined ? reason : { ...reason, endedAt };
    });
};

/** What was open before, or had lapsed before; of several windows of one offer the last to end comes last. */
const lapsesOf = (question: Question, view: View): readonly Withheld[] => {
  const { prior, now } = question;
  return [
    ...prior.withheld.filter(({ endedAt }) => endedAt !== undefined),
    ...prior.windows
      .toSorted((a, b) => a.endsAt - b.endsAt)
      .map((window) => ({
        offerId: window.offerId,
        source: window.source,
        because: reasonOf(question, view, window),
        endedAt: Math.min(window.endsAt, now),
      })),
  ];
};

const reasonOf = (
  { facts, catalogs, now }: Question,
  { subscriptions }: View,
  window: Window,
): WithheldReason => {
  if (facts.kind === 'deleted') return 'customer_deleted';
  if (window.endsAt <= now) return 'deadline';
  if (window.source === MANUAL) return 'grant_ended';
  if (offerOf(catalogs.deployed, window.offerId) === undefined) return 'catalog';
  const isLive = subscriptions.some(({ subscriptionId }) => subscriptionId === window.source);
  return isLive ? 'product_removed' : 'canceled';
};
