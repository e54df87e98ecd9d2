import {
  type Customer,
  type Members,
  NEVER_WRITTEN,
  NO_MEMBERS,
  type Trigger,
} from './customer.ts';
import { accessOf, evidenceOf, isSameAccess, type State } from './decide.ts';
import { CONFIRM_AFTER_SECONDS, dueAtOf } from './due.ts';
import { canonicalJson } from './fingerprint.ts';
import { memberChanges } from './members-of.ts';
import type { Facts } from './question.ts';
import type { Subject } from './subject.ts';
import { DAY, type EpochSeconds, HOUR } from './time.ts';

/** A first credential that nobody claims in this time is retired and its secret deleted. */
export const CLAIM_WITHIN_SECONDS = 30 * DAY;

/** The secret outlives the claim's deadline, so that a claim in the last second can still read it. */
export const SEALED_SECONDS = CLAIM_WITHIN_SECONDS + HOUR;

/** Above any version that member items can carry when our own record of them cannot be trusted. */
const FORGOTTEN_VERSIONS = 1_000_000;

/** Somebody we have no item of. */
export const stranger = (customerId: string): Customer => ({
  customerId,
  version: 0,
  effectsDone: 0,
  isDeleted: false,
  accounts: [],
  malformedAccounts: [],
  subscriptions: [],
  endedSubscriptionIds: [],
  grants: [],
  windows: [],
  withheld: [],
  paidTimes: [],
  members: NO_MEMBERS,
  projected: NO_MEMBERS,
  sealed: [],
  hasCredential: false,
  isHeld: false,
  retries: 0,
});

export type Occasion = {
  readonly because: Trigger;
  readonly actor?: string;
  readonly facts: Facts;
  /** Set when Stripe was asked and told nothing. */
  readonly retryAt?: EpochSeconds;
  readonly strays: NonNullable<Subject['strays']>;
  /** Chosen here, so that a crash after the write mints the same credential again. */
  readonly newCredentialId: string;
  /** Mint another one although the first exists. */
  readonly isCredentialWanted: boolean;
  readonly now: EpochSeconds;
};

export type Step =
  | { readonly kind: 'nothing' }
  /** Only times change. */
  | { readonly kind: 'postpone'; readonly next: Customer }
  | { readonly kind: 'save'; readonly next: Customer };

/** What to write, if anything. */
export const stepOf = (prior: Customer, state: State, occasion: Occasion): Step => {
  const { now, retryAt } = occasion;
  const isRelevant =
    prior.version > 0 ||
    occasion.strays.length + state.windows.length + state.withheld.length + state.grants.length > 0;
  const mint = mintOf(prior, state, occasion);
  if (!isRelevant && mint === undefined && retryAt === undefined) return { kind: 'nothing' };
  const next = nextOf(prior, state, occasion, mint);
  if (isStateWrite(prior, next, occasion))
    return { kind: 'save', next: withVersion(prior, next, occasion) };
  const wasDue = prior.dueAt !== undefined && prior.dueAt <= now;
  const isPlanned = wasDue || retryAt !== undefined || isDoubtful(occasion);
  return isPlanned ? { kind: 'postpone', next } : { kind: 'nothing' };
};

const mintOf = (prior: Customer, state: State, occasion: Occasion): string | undefined => {
  if (state.isDeleted) return undefined;
  const isFirst = !prior.hasCredential && state.windows.length > 0;
  return isFirst || occasion.isCredentialWanted ? occasion.newCredentialId : prior.mint;
};

const nextOf = (
  prior: Customer,
  state: State,
  occasion: Occasion,
  mint: string | undefined,
): Customer => {
  const { now, facts, because } = occasion;
  const {
    dueAt: _dueAt,
    confirmAt: _confirmAt,
    retryAt: _retryAt,
    mint: _mint,
    email: _email,
    statedAccounts: _statedAccounts,
    ...kept
  } = prior;
  const sealed = prior.sealed.filter(({ until }) => until > now);
  const next = {
    ...kept,
    ...state,
    ...confirmationOf(prior, state, occasion),
    ...retriesOf(prior, occasion),
    ...(facts.kind === 'nothing' ? {} : { verifiedAt: now, verifiedBy: because }),
    ...(mint === undefined ? {} : { mint }),
    hasCredential: prior.hasCredential || mint !== undefined,
    sealed:
      mint === undefined || mint === prior.mint
        ? sealed
        : [...sealed, { credentialId: mint, until: now + SEALED_SECONDS }],
  };
  const times = [dueAtOf(next, now), prior.effectsDone < prior.version ? finishAt(now) : undefined];
  const dueAts = times.filter((at) => at !== undefined);
  return { ...next, ...(dueAts.length === 0 ? {} : { dueAt: Math.min(...dueAts) }) };
};

const confirmationOf = (
  prior: Customer,
  state: State,
  occasion: Occasion,
): Pick<Customer, 'confirmAt'> => {
  const { now } = occasion;
  const isAnew = !isSameAccess(prior, state) || isDoubtful(occasion);
  const at = isAnew ? now + CONFIRM_AFTER_SECONDS : prior.confirmAt;
  return at !== undefined && at > now ? { confirmAt: at } : {};
};

/**
 * A look that may have been shown too little is repeated once, since the next one might be a month
 * away: after a dispute or a refund, and where what somebody paid for has no charge. (What was paid
 * outside of Stripe has none.)
 */
const isDoubtful = ({ facts, because }: Occasion): boolean =>
  because !== 'due' &&
  facts.kind === 'found' &&
  (because === 'payment' ||
    facts.subscriptions.some(
      ({ isUnseen, latestInvoice }) =>
        isUnseen === true && latestInvoice?.status === 'paid' && !latestInvoice.isZero,
    ));

/** Then the sweep looks at whoever has effects that are not marked. */
const finishAt = (now: EpochSeconds): EpochSeconds => now + CONFIRM_AFTER_SECONDS;

/** Only an answer of Stripe's ends the retries: not a decision for which it was not asked. */
const retriesOf = (
  { retries, retryAt: before }: Customer,
  { facts, retryAt }: Occasion,
): Pick<Customer, 'retries' | 'retryAt'> => {
  if (retryAt !== undefined) return { retries: retries + 1, retryAt };
  if (facts.kind !== 'nothing') return { retries: 0 };
  return { retries, ...(before === undefined ? {} : { retryAt: before }) };
};

/** Everything but versions and times. */
const substanceOf = (customer: Customer): string => {
  const { version, effectsDone, projected, transition, ...rest } = customer;
  const { dueAt, confirmAt, retries, retryAt, verifiedAt, verifiedBy, ...substance } = rest;
  return canonicalJson(substance);
};

const isStateWrite = (prior: Customer, next: Customer, { because, strays }: Occasion): boolean =>
  prior.version === 0 ||
  because === 'restore' ||
  strays.length > 0 ||
  substanceOf(prior) !== substanceOf(next);

const withVersion = (prior: Customer, next: Customer, occasion: Occasion): Customer => {
  const { because, actor, facts, now, strays } = occasion;
  const isForgotten = because === 'restore' || strays.length > 0;
  const version = prior.version + (isForgotten ? FORGOTTEN_VERSIONS : 1);
  const projected = projectedOf(prior, next, isForgotten ? strays : undefined);
  const isChanged = !isSameAccess(prior, next);
  const transition = {
    sequence: (prior.transition?.sequence ?? 0) + 1,
    version,
    at: now,
    because,
    ...(actor === undefined ? {} : { actor }),
    before: accessOf(prior),
    after: accessOf(next),
    evidence: evidenceOf(facts, because),
  };
  const hasEffects =
    isChanged || next.mint !== undefined || memberChanges(projected, next.members).length > 0;
  return {
    ...next,
    // Also of a deleted customer: the sweep must find whoever crashed before the effects.
    ...(hasEffects ? { dueAt: Math.min(next.dueAt ?? finishAt(now), finishAt(now)) } : {}),
    version,
    effectsDone: hasEffects ? prior.effectsDone : version,
    projected,
    ...(isChanged ? { transition } : {}),
  };
};

/** Unmarked effects of the version before may have written its members too. */
const projectedOf = (
  prior: Customer,
  next: Customer,
  strays: Occasion['strays'] | undefined,
): Members =>
  strays === undefined && prior.effectsDone === prior.version
    ? next.projected
    : forgotten(prior, next, strays ?? []);

/** What may be in the table when our own note of it cannot be trusted: everything, to be written again. */
const forgotten = (
  prior: Pick<Customer, 'projected' | 'members'>,
  next: Pick<Customer, 'members'>,
  strays: NonNullable<Subject['strays']>,
): Members => {
  const all = [prior.projected, prior.members, next.members];
  const repositories = [
    ...all.flatMap(({ untils }) => Object.keys(untils)),
    ...strays.map(({ repository }) => repository),
  ];
  const accounts = [
    ...all.flatMap((members) => members.accounts),
    ...strays.map(({ account }) => account),
  ];
  return {
    accounts: [...new Set(accounts)].sort(),
    untils: Object.fromEntries(repositories.map((repository) => [repository, NEVER_WRITTEN])),
  };
};
