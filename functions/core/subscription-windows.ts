import type { Catalog } from './catalog.ts';
import type {
  OpenReason,
  StoredSubscription,
  Window,
  Withheld,
  WithheldReason,
} from './customer.ts';
import { type Ending, endingOf, isFirstPaymentMade } from './ends-at.ts';
import { offerOfProduct } from './offers.ts';
import type { EpochSeconds } from './time.ts';

/** What one subscription opens under one catalog, and what it names without opening it. */
export type Verdict = {
  readonly windows: readonly Window[];
  readonly withheld: readonly Withheld[];
};

type Judgement =
  | { readonly kind: 'open'; readonly endsAt: EpochSeconds; readonly because: OpenReason }
  | { readonly kind: 'withheld'; readonly because: WithheldReason };

/**
 * `held` are this subscription's windows as they stand. What is not paid for may keep them and never
 * add to them, and what we do not understand leaves them as they are.
 */
export const verdictOf = (
  catalog: Catalog,
  subscription: StoredSubscription,
  held: readonly Window[],
  now: EpochSeconds,
): Verdict => {
  const open = new Map(
    held.filter(({ endsAt }) => endsAt > now).map((window) => [window.offerId, window]),
  );
  const named = endingsByOffer(catalog, subscription);
  const judgeOffer = (offerId: string, ending: Ending): readonly [string, Judgement] => [
    offerId,
    judge({ catalog, subscription, now }, ending, open.get(offerId)),
  ];
  const judged = [...named].map(([offerId, ending]) => judgeOffer(offerId, ending));
  const kept = isUndecided(subscription, judged)
    ? [...open.keys()]
        .filter((offerId) => !named.has(offerId))
        .map((offerId) => judgeOffer(offerId, latest(named)))
        .filter(([, { kind }]) => kind === 'open')
    : [];
  return verdict(subscription, [...judged, ...kept]);
};

const verdict = (
  { subscriptionId: source, startedAt: startsAt }: StoredSubscription,
  judgements: readonly (readonly [string, Judgement])[],
): Verdict => {
  const windows: Window[] = [];
  const withheld: Withheld[] = [];
  for (const [offerId, judgement] of judgements) {
    if (judgement.kind === 'withheld') {
      withheld.push({ offerId, source, because: judgement.because });
    } else {
      const { endsAt, because } = judgement;
      windows.push({ offerId, source, startsAt, endsAt, because });
    }
  }
  return { windows, withheld };
};

/**
 * A change that is not paid for does not take effect: while an unpaid addition waits, what was open
 * and is no longer named stays open. A mere removal needs no payment and takes effect at once.
 */
const isUndecided = (
  { status }: StoredSubscription,
  judged: readonly (readonly [string, Judgement])[],
): boolean =>
  typeof status === 'object' ||
  judged.some(([, judgement]) => judgement.because === 'unpaid_adds_nothing');

const endingsByOffer = (
  catalog: Catalog,
  subscription: StoredSubscription,
): ReadonlyMap<string, Ending> => {
  const endings = new Map<string, Ending>();
  for (const item of subscription.items) {
    const named = offerOfProduct(catalog, item.productId);
    if (named === undefined) continue;
    const [offerId, { graceDays }] = named;
    const ending = endingOf(catalog, subscription, item, graceDays);
    endings.set(offerId, better(endings.get(offerId) ?? ending, ending));
  }
  return endings;
};

/** The later of two. What closes one item of a subscription closes them all. */
const better = (one: Ending, other: Ending): Ending =>
  one.kind === 'open' && (other.kind !== 'open' || one.endsAt >= other.endsAt) ? one : other;

const latest = (named: ReadonlyMap<string, Ending>): Ending =>
  [...named.values()].reduce(better, { kind: 'unknown', because: 'status_unknown' });

type Case = {
  readonly catalog: Catalog;
  readonly subscription: StoredSubscription;
  readonly now: EpochSeconds;
};

const judge = (given: Case, ending: Ending, before: Window | undefined): Judgement => {
  switch (ending.kind) {
    case 'open':
      return judgeOpen(given, ending, before);
    case 'unknown':
      return judgeUnknown(given, ending, before);
    case 'closed':
      return { kind: 'withheld', because: ending.because };
  }
};

const DEADLINE: Judgement = { kind: 'withheld', because: 'deadline' };

const judgeUnknown = (
  { subscription: { cancelAt = Number.POSITIVE_INFINITY }, now }: Case,
  { because }: Extract<Ending, { kind: 'unknown' }>,
  before: Window | undefined,
): Judgement => {
  if (cancelAt <= now) return DEADLINE;
  return before === undefined
    ? { kind: 'withheld', because }
    : { kind: 'open', endsAt: Math.min(before.endsAt, cancelAt), because: 'status_unknown' };
};

/** An upgrade that nobody paid for is `active` until its payment fails: so unpaid never adds. */
const judgeOpen = (
  { catalog, subscription, now }: Case,
  ending: Extract<Ending, { kind: 'open' }>,
  before: Window | undefined,
): Judgement => {
  const isTrusted = isFirstPaymentMade(catalog, subscription);
  if (!subscription.proven && !isTrusted) return { kind: 'withheld', because: 'first_payment' };
  // Whether it was open before or not: else the reason would change at the next look.
  if (ending.endsAt <= now) return DEADLINE;
  if (ending.because === 'past_due') {
    return before === undefined
      ? { kind: 'withheld', because: 'unpaid_adds_nothing' }
      : { ...ending, endsAt: Math.min(before.endsAt, ending.endsAt) };
  }
  return before === undefined && !isTrusted && isUnpaid(subscription, ending)
    ? { kind: 'withheld', because: 'unpaid_adds_nothing' }
    : ending;
};

/** Stripe voids the invoice of a bank debit that failed, and leaves the subscription `active`. */
const isUnpaid = (
  { latestInvoice, collection }: StoredSubscription,
  { because }: Extract<Ending, { kind: 'open' }>,
): boolean =>
  because === 'awaiting_payment' ||
  (latestInvoice?.status === 'void' && collection === 'collecting');
