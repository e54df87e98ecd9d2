import type { PaidTime, StoredSubscription, Window } from './customer.ts';
import { canonicalJson } from './fingerprint.ts';
import type { Catalogs } from './members-of.ts';
import { offerOf, offerOfProduct } from './offers.ts';
import type { View } from './opening.ts';
import type { Question } from './question.ts';
import {
  concernAfter,
  type Invoice,
  isConcerned,
  type Subscription,
  type SubscriptionItem,
} from './subscription.ts';
import { type AccessWindow, DAY, type EpochSeconds } from './time.ts';

/** Interruptions that are remembered of one offer and one subscription, and of everything. */
const TIMES_PER_SOURCE_MAX = 8;
const TIMES_MAX = 200;

/** The invoice of a period is made when it begins; one made later pays for a change within it. */
const INVOICE_WITHIN_SECONDS = DAY;

/**
 * What was paid for, whatever happens later: the periods of what is open, active and paid, one after
 * another. It ends when access ends; a dispute or a refund takes all of its subscription away, and
 * what the breaker holds is left as it is. What is known too little of earns nothing.
 */
export const paidTimesOf = (
  question: Question,
  view: Pick<View, 'subscriptions' | 'unlisted'>,
  windows: readonly Window[],
): readonly PaidTime[] => {
  const { prior, facts, catalogs, now } = question;
  if (facts.kind === 'deleted') return [];
  const concerned = new Set([
    ...view.subscriptions.filter(isConcerned).map(idOf),
    ...endedAmiss(question),
  ]);
  const isHeld = (time: PaidTime): boolean =>
    windows.some((window) => window.held === 'breaker' && isOf(window, time));
  const kept = prior.paidTimes
    .filter(({ offerId }) => isNamed(catalogs, offerId))
    .filter((time) => !concerned.has(time.source) || isHeld(time))
    .map((time) => (windows.some((window) => isOf(window, time)) ? time : until(time, now)));
  const earned = view.subscriptions
    .filter(({ subscriptionId: id }) => !concerned.has(id) && !view.unlisted.has(id))
    .flatMap((subscription) => periodsOf(question, subscription, windows));
  return newest(mergedTimes([...kept, ...earned]));
};

const idOf = ({ subscriptionId }: Subscription): string => subscriptionId;

/** What has ended is not in the view any more, and Stripe may tell of a refund or a dispute afterwards. */
const endedAmiss = ({ prior, facts }: Question): readonly string[] => {
  if (facts.kind !== 'found') return [];
  return facts.subscriptions
    .filter((subscription) => {
      const before = prior.subscriptions.find((each) => idOf(each) === idOf(subscription));
      return concernAfter(subscription, before) !== 'none';
    })
    .map(idOf);
};

/** One time for each offer and source where they touch or overlap, in one order. */
export const mergedTimes = (times: readonly PaidTime[]): readonly PaidTime[] =>
  [...new Map(times.map((time) => [keyOf(time), time]))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, { offerId, source }]) =>
      unionOf(times.filter((time) => time.offerId === offerId && time.source === source)).map(
        (window) => ({ offerId, source, ...window }),
      ),
    );

/** The same time without a second of it twice, from the first to the last. */
export const unionOf = (windows: readonly AccessWindow[]): readonly AccessWindow[] => {
  const union: AccessWindow[] = [];
  const inOrder = windows
    .filter(({ startsAt, endsAt }) => startsAt < endsAt)
    .sort((one, other) => one.startsAt - other.startsAt);
  for (const { startsAt, endsAt } of inOrder) {
    const last = union.at(-1);
    if (last === undefined || last.endsAt < startsAt) union.push({ startsAt, endsAt });
    else union[union.length - 1] = { ...last, endsAt: Math.max(last.endsAt, endsAt) };
  }
  return union;
};

/** A trial has no invoice that was paid, and a zero invoice brought no money. */
const paidInvoiceOf = ({ status, latestInvoice }: Subscription): Invoice | undefined =>
  status === 'active' && latestInvoice?.status === 'paid' && !latestInvoice.isZero
    ? latestInvoice
    : undefined;

const periodsOf = (
  question: Question,
  subscription: StoredSubscription,
  windows: readonly Window[],
): readonly PaidTime[] => {
  const { subscriptionId: source, items } = subscription;
  const invoice = paidInvoiceOf(subscription);
  if (invoice === undefined) return [];
  return items.flatMap((item) =>
    offersNamedBy(question.catalogs, item).flatMap((offerId): PaidTime[] => {
      const { currentPeriodStartAt, currentPeriodEndAt } = item;
      const isOpen = windows.some(
        (window) => window.held !== 'breaker' && isOf(window, { offerId, source }),
      );
      if (currentPeriodStartAt === undefined || currentPeriodEndAt === undefined || !isOpen) {
        return [];
      }
      const period = {
        offerId,
        source,
        startsAt: currentPeriodStartAt,
        endsAt: currentPeriodEndAt,
      };
      return [{ ...period, startsAt: startOf(question, invoice, period) }];
    }),
  );
};

/**
 * A period counts whole, but for what came within it: an upgrade in the last days of a paid year has
 * not been paid for since the year began. Time once noted never begins earlier afterwards.
 */
const startOf = (
  { prior, catalogs, now }: Question,
  { createdAt }: Invoice,
  period: PaidTime,
): EpochSeconds => {
  const noted = prior.paidTimes.find(
    (time) => isOf(time, period) && time.startsAt < period.endsAt && time.endsAt > period.startsAt,
  );
  if (noted !== undefined) return Math.max(period.startsAt, noted.startsAt);
  const before = prior.subscriptions.find((each) => each.subscriptionId === period.source);
  if (before === undefined) return period.startsAt;
  // Nobody saw it paid while it lasted: what it earned is nothing, and the same at every look.
  if (now >= period.endsAt) return period.endsAt;
  const wasNamed = before.items.some((item) =>
    offersNamedBy(catalogs, item).includes(period.offerId),
  );
  if (!wasNamed) return Math.max(period.startsAt, now);
  return createdAt > period.startsAt + INVOICE_WITHIN_SECONDS ? createdAt : period.startsAt;
};

const offersNamedBy = (
  { deployed, accepted }: Catalogs,
  { productId }: SubscriptionItem,
): readonly string[] => [
  ...new Set(
    [deployed, accepted].flatMap((catalog) => offerOfProduct(catalog, productId)?.[0] ?? []),
  ),
];

const isNamed = ({ deployed, accepted }: Catalogs, offerId: string): boolean =>
  offerOf(deployed, offerId) !== undefined || offerOf(accepted, offerId) !== undefined;

type Pair = Pick<PaidTime, 'offerId' | 'source'>;

const isOf = (one: Pair, other: Pair): boolean =>
  one.offerId === other.offerId && one.source === other.source;

const keyOf = ({ offerId, source }: Pair): string => canonicalJson([offerId, source]);

const until = (time: PaidTime, now: EpochSeconds): PaidTime => ({
  ...time,
  endsAt: Math.min(time.endsAt, now),
});

/** What is too much goes from the oldest on: that may take what was earned, and never adds to it. */
const newest = (times: readonly PaidTime[]): readonly PaidTime[] => {
  const latestFirst = times.toSorted((one, other) => other.endsAt - one.endsAt);
  const isRecent = (time: PaidTime): boolean =>
    latestFirst.indexOf(time) < TIMES_MAX &&
    latestFirst.filter((other) => isOf(other, time)).indexOf(time) < TIMES_PER_SOURCE_MAX;
  return times.filter(isRecent);
};
