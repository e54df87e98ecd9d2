import { parseAccounts, type StatedAccounts } from './accounts.ts';
import type { Access, Customer, StoredSubscription, Trigger, Window } from './customer.ts';
import { canonicalJson } from './fingerprint.ts';
import { membersOf } from './members-of.ts';
import { offersIn } from './offers.ts';
import { openingOf, sorted, type View } from './opening.ts';
import { paidTimesOf } from './paid-time.ts';
import type { Facts, Question } from './question.ts';
import { concernAfter, isConcerned, isEnded, type Subscription } from './subscription.ts';
import type { Verdict } from './subscription-windows.ts';
import type { EpochSeconds } from './time.ts';
import { withheldOf } from './withheld.ts';

/** The part of a customer that is decided. */
export type State = Pick<
  Customer,
  | 'isDeleted'
  | 'email'
  | 'accounts'
  | 'statedAccounts'
  | 'malformedAccounts'
  | 'subscriptions'
  | 'endedSubscriptionIds'
  | 'grants'
  | 'windows'
  | 'withheld'
  | 'paidTimes'
  | 'members'
  | 'isHeld'
>;

export type Decision = {
  readonly state: State;
  /** The same with every loss on Stripe's evidence refused: for the breaker. */
  readonly ifHeld: State;
  /** Offers and accounts that end now because Stripe says so: not by a deadline, nor by an operator. */
  readonly lost: readonly string[];
};

/** Ids of ended subscriptions that are remembered against stale reads. */
const ENDED_MAX = 100;

/** The whole desired state of one customer, from what Stripe says now and what was open before. */
export const decide = (question: Question): Decision => {
  const { prior, facts, catalogs, now } = question;
  if (facts.kind === 'deleted') {
    const state = { ...stateOf(question, NOBODY, { windows: [], withheld: [] }), isDeleted: true };
    return { state, ifHeld: state, lost: [] };
  }
  const view = viewOf(question, facts);
  const unasked = openingOf(catalogs, viewOf(question, { kind: 'nothing' }), now);
  const opening = openingOf(catalogs, view, now);
  const state = stateOf(question, view, opening);
  const lostOffers = offersIn(unasked.windows).filter(
    (offerId) =>
      offersIn(prior.windows).includes(offerId) && !offersIn(opening.windows).includes(offerId),
  );
  const lostAccounts = membersOf(catalogs, unasked.windows, prior.accounts, now).accounts.filter(
    (account) => prior.members.accounts.includes(account) && !state.accounts.includes(account),
  );
  const held = unasked.windows
    .filter(({ offerId }) => lostOffers.includes(offerId))
    .map((window): Window => ({ ...window, held: 'breaker' }));
  const windows = sorted([...opening.windows, ...held]);
  const ifHeld = stateOf(question, view, { ...opening, windows }, { lostAccounts });
  return {
    state,
    ifHeld: { ...ifHeld, isHeld: true },
    lost: [...lostOffers, ...lostAccounts],
  };
};

type Seen = View & { readonly ended: readonly string[] };

const NOBODY: Seen = {
  prior: { windows: [] },
  subscriptions: [],
  unlisted: new Set(),
  isIgnorant: false,
  grants: [],
  ended: [],
};

const viewOf = (
  { prior, grants, now }: Question,
  facts: Exclude<Facts, { kind: 'deleted' }>,
): Seen => {
  const isIgnorant = facts.kind === 'nothing';
  const listed = isIgnorant ? prior.subscriptions : facts.subscriptions;
  const ended = endedOf(prior, listed);
  const ids = new Set(listed.map(idOf));
  // One that is missing, holds nothing open and has nothing amiss is forgotten.
  const missing = prior.subscriptions
    .filter(
      (subscription) =>
        !ids.has(idOf(subscription)) &&
        (isConcerned(subscription) || isOpen(prior, subscription, now)),
    )
    .map((subscription): StoredSubscription => ({ ...subscription, isUnlisted: true }));
  const live = listed
    .filter(({ subscriptionId }) => !ended.includes(subscriptionId))
    .map((read): StoredSubscription => {
      const { isUnseen: _isUnseen, ...subscription } = read;
      const before = prior.subscriptions.find((each) => idOf(each) === idOf(read));
      const concern = concernAfter(read, before);
      return { ...subscription, concern, proven: before?.proven === true };
    });
  return {
    prior,
    subscriptions: [...live, ...missing].sort(byId),
    unlisted: new Set(isIgnorant ? lastUnlisted(prior) : missing.map(idOf)),
    isIgnorant,
    grants,
    ended,
  };
};

const idOf = ({ subscriptionId }: Subscription): string => subscriptionId;

const isOpen = (
  { windows }: Pick<Customer, 'windows'>,
  { subscriptionId }: Subscription,
  now: EpochSeconds,
): boolean =>
  windows.some(
    ({ source, endsAt, held }) => source === subscriptionId && endsAt > now && held !== 'breaker',
  );

const byId = (one: Subscription, other: Subscription): number => (idOf(one) < idOf(other) ? -1 : 1);

/** Oldest first, in an order that repeats itself: else a list longer than we keep would never rest. */
const endedOf = (prior: Customer, listed: readonly Subscription[]): readonly string[] => {
  const ids = listed
    .filter(isEnded)
    .sort((one, other) => one.startedAt - other.startedAt || byId(one, other))
    .map(idOf);
  return [...prior.endedSubscriptionIds.filter((id) => !ids.includes(id)), ...ids];
};

/** Not asking Stripe does not put a subscription back on its list. */
const lastUnlisted = ({ subscriptions }: Customer): readonly string[] =>
  subscriptions.filter(({ isUnlisted }) => isUnlisted === true).map(idOf);

const stateOf = (
  question: Question,
  view: Seen,
  { windows, withheld }: Verdict,
  held?: { readonly lostAccounts: readonly string[] },
): State => {
  const { prior, facts, catalogs, now } = question;
  const stated = statedOf(question);
  // What the breaker holds has ended: nobody who was not in it before may come in.
  const accounts =
    held === undefined
      ? stated.accounts
      : stated.accounts
          .filter((account) => prior.accounts.includes(account))
          .concat(held.lostAccounts)
          .sort();
  const statedAccounts = view.isIgnorant ? prior.statedAccounts : held && stated.accounts;
  const email = facts.kind === 'found' ? facts.email : prior.email;
  return {
    isDeleted: prior.isDeleted,
    ...(email === undefined || facts.kind === 'deleted' ? {} : { email }),
    accounts,
    ...(statedAccounts === undefined ? {} : { statedAccounts }),
    malformedAccounts: stated.malformed,
    subscriptions: view.subscriptions.map((subscription) => ({
      ...subscription,
      proven:
        subscription.proven || windows.some(({ source }) => source === subscription.subscriptionId),
    })),
    endedSubscriptionIds: view.ended.slice(-ENDED_MAX),
    grants: view.grants.filter(({ until }) => until > now),
    windows,
    withheld: withheldOf(question, view, withheld, windows),
    paidTimes: paidTimesOf(question, view, windows),
    members: membersOf(catalogs, windows, accounts, now),
    isHeld: view.isIgnorant && prior.isHeld,
  };
};

const statedOf = ({ prior, facts }: Question): StatedAccounts =>
  facts.kind === 'found'
    ? parseAccounts(facts.accountsText)
    : {
        accounts: facts.kind === 'deleted' ? [] : prior.accounts,
        malformed: prior.malformedAccounts,
      };

export const accessOf = ({ windows, withheld, accounts }: Access): Access => ({
  windows,
  withheld,
  accounts,
});

/** Equal access needs no audit line, whatever else was read. */
export const isSameAccess = (one: Access, other: Access): boolean =>
  canonicalJson(accessOf(one)) === canonicalJson(accessOf(other));

/** Stripe's ids and statuses, for the audit line. */
export const evidenceOf = (facts: Facts, because: Trigger): readonly string[] => {
  if (facts.kind === 'deleted') return ['customer deleted'];
  if (facts.kind === 'nothing') return [because === 'operator' ? 'operator' : 'as last read'];
  return facts.subscriptions.map(({ subscriptionId, status, latestInvoice }) => {
    const invoice =
      latestInvoice === undefined ? 'no invoice' : `invoice ${textOf(latestInvoice.status)}`;
    return `${subscriptionId} ${textOf(status)}, ${invoice}`;
  });
};

const textOf = (value: string | { readonly text: string }): string =>
  typeof value === 'string' ? value : `unknown status ${value.text}`;
