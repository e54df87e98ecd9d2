import { looksAtPayments } from '../core/catalog-change.ts';
import type { Customer, ManualGrant, Trigger } from '../core/customer.ts';
import { decide, isSameAccess } from '../core/decide.ts';
import { retryDelaySeconds } from '../core/due.ts';
import type { Catalogs } from '../core/members-of.ts';
import { type Step, stepOf, stranger } from '../core/next-customer.ts';
import type { Facts } from '../core/question.ts';
import type { Subject } from '../core/subject.ts';
import { DAY, type EpochSeconds, HOUR } from '../core/time.ts';
import type { Billing, Breaker, Report, SaveOutcome, Unavailable } from '../ports.ts';
import { admitRevocation } from './admit-revocation.ts';
import { type Reading, reportSync } from './report-sync.ts';
import { type Effects, type EffectsDeps, runEffects } from './run-effects.ts';

export type SyncDeps = EffectsDeps & {
  readonly billing: Pick<Billing, 'readCustomer'>;
  readonly breaker: Breaker;
  readonly catalogs: () => Promise<Catalogs>;
  readonly report: Report;
};

export type SyncRequest = {
  readonly customerId: string;
  readonly because: Trigger;
  readonly strays?: Subject['strays'];
  /** Operator's acts travel with the sync, under the same fence. */
  readonly actor?: string;
  readonly grants?: (grants: readonly ManualGrant[]) => readonly ManualGrant[];
  readonly isCredentialWanted?: boolean;
};

export type SyncOutcome = {
  readonly kind: 'unchanged' | 'changed' | 'irrelevant' | 'deleted';
  /** As stored now; absent for an irrelevant customer. */
  readonly customer?: Customer;
  /** Stripe told us nothing: this says why. */
  readonly unavailable?: Unavailable['because'];
};

const ATTEMPTS_MAX = 10;

/**
 * Webhook, sweep and operator all end here: Stripe delivers events late, twice and out of order, so
 * an event says whom to look at, never what is true. The version is read before Stripe is asked, and
 * whoever finds it moved starts over.
 */
export const syncCustomer =
  (deps: SyncDeps) =>
  async (request: SyncRequest): Promise<SyncOutcome> => {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const stored = await deps.customers.findCustomer(request.customerId);
      const prior = stored ?? stranger(request.customerId);
      const finished = await finishPrior(deps, prior);
      if (finished?.kind === 'done') continue;
      const outcome = await syncOnce(deps, request, prior, finished);
      if (outcome !== 'conflict') return outcome;
    }
    throw new Error(
      `customer ${request.customerId} was written by others ${ATTEMPTS_MAX} times in a row`,
    );
  };

/**
 * Effects of the stored state come before anything new. A queue or Secrets Manager that does not take
 * its part is the exception: it keeps nobody from hearing what Stripe says.
 */
const finishPrior = async (deps: SyncDeps, prior: Customer): Promise<Effects | undefined> =>
  prior.effectsDone < prior.version ? runEffects(deps)(prior) : undefined;

const syncOnce = async (
  deps: SyncDeps,
  request: SyncRequest,
  prior: Customer,
  /** What became of the stored version's effects; undefined: there were none to finish. */
  finished: Effects | undefined,
): Promise<SyncOutcome | 'conflict'> => {
  // Before Stripe is asked: who becomes due while it answers stays due.
  const now = deps.clock();
  const reading = await readBilling(deps, request, prior, now);
  const step = await nextStep(deps, request, { prior, reading, now });
  if ((await write(deps, prior, step)) === 'conflict') return 'conflict';
  const customer = step.kind === 'nothing' ? prior : step.next;
  if (step.kind !== 'nothing') reportSync(deps.report, { request, prior, next: customer, reading });
  if (customer.effectsDone < customer.version) {
    // What failed a moment ago is not tried twice.
    const isTried = finished !== undefined && customer.version === prior.version;
    insistOn(isTried ? finished : await runEffects(deps)(customer), customer);
  }
  return {
    kind: kindOf(prior, customer),
    ...(customer.version === 0 ? {} : { customer }),
    ...(reading.kind === 'unavailable' ? { unavailable: reading.because } : {}),
  };
};

const insistOn = (effects: Effects, { customerId }: Customer): void => {
  if (effects.kind === 'done') return;
  throw new Error(`the effects of ${customerId} are not finished`, { cause: effects.error });
};

const kindOf = (prior: Customer, customer: Customer): SyncOutcome['kind'] => {
  if (customer.version === 0) return 'irrelevant';
  if (prior.isDeleted) return 'deleted';
  return isSameAccess(prior, customer) ? 'unchanged' : 'changed';
};

/**
 * What the catalog changes is decided from the subscriptions as last read, unless a look at Stripe is
 * due anyway, since this sync moves `dueAt` on; or unless the catalog reacts to disputes or refunds,
 * for which nobody looked under a catalog that did not. A deleted customer stays deleted.
 */
const readBilling = async (
  { billing, catalogs }: SyncDeps,
  { customerId, because }: SyncRequest,
  prior: Customer,
  now: EpochSeconds,
): Promise<Reading> => {
  if (prior.isDeleted) return { kind: 'deleted' };
  const isDue = prior.dueAt !== undefined && prior.dueAt <= now;
  if (because === 'catalog' && !isDue && !looksAtPayments(await catalogs())) {
    return { kind: 'nothing' };
  }
  return billing.readCustomer(customerId);
};

type Read = { readonly prior: Customer; readonly reading: Reading; readonly now: EpochSeconds };

const nextStep = async (
  deps: SyncDeps,
  request: SyncRequest,
  { prior, reading, now }: Read,
): Promise<Step> => {
  const { customerId, because, actor, strays = [], isCredentialWanted = false } = request;
  const catalogs = await deps.catalogs();
  const facts: Facts = reading.kind === 'unavailable' ? { kind: 'nothing' } : reading;
  const grants = request.grants?.(prior.grants) ?? prior.grants;
  const decision = decide({ prior, facts, grants, catalogs, now });
  const isAdmitted = decision.lost.length === 0 || (await admitRevocation(deps)(customerId, now));
  return stepOf(prior, isAdmitted ? decision.state : decision.ifHeld, {
    because,
    facts,
    now,
    strays,
    isCredentialWanted,
    newCredentialId: deps.mint.credentialId(),
    ...(actor === undefined ? {} : { actor }),
    ...(reading.kind === 'unavailable' && !isMistyped(prior, because, reading)
      ? { retryAt: now + retryAfter(prior, reading) }
      : {}),
  });
};

/** Stripe's events name nobody who never was; an operator's typing error must not become a customer of ours. */
const isMistyped = ({ version }: Customer, trigger: Trigger, { because }: Unavailable): boolean =>
  version === 0 && trigger === 'operator' && (because === 'missing' || because === 'wrong_mode');

const retryAfter = ({ customerId, retries }: Customer, { because }: Unavailable): number =>
  // Nothing we do mends a customer whom Stripe does not know: a read a day is enough.
  retryDelaySeconds(customerId, retries, because === 'missing' ? DAY : HOUR);

const write = async (
  deps: SyncDeps,
  prior: Customer,
  step: Step,
): Promise<SaveOutcome | 'nothing'> => {
  if (step.kind === 'nothing') return 'nothing';
  if (step.kind === 'postpone') return deps.customers.postpone(step.next);
  await destroyExpired(deps, prior, step.next);
  return deps.customers.saveCustomer(step.next, prior.version);
};

/** A secret leaves the customer's list only when it is known to be gone. */
const destroyExpired = async (
  { secrets }: SyncDeps,
  prior: Customer,
  next: Customer,
): Promise<void> => {
  const kept = next.sealed.map(({ credentialId }) => credentialId);
  for (const { credentialId } of prior.sealed) {
    if (!kept.includes(credentialId)) await secrets.destroySecret(credentialId);
  }
};
