import type { Customer } from '../../../functions/core/customer.ts';
import type { Catalogs } from '../../../functions/core/members-of.ts';
import { faultSecondsOf } from '../../kernel/faults.ts';
import type { Rights } from '../oracle.ts';
import type { Scene, Subject } from '../scene.ts';
import { at } from '../text.ts';
import type { TrueSubscription, Truth } from '../truth.ts';
import { asTrue, isWithin, rangeOf, storedRights } from './rules.ts';

/** One write of a customer's item. */
export type Write = {
  readonly scene: Scene;
  readonly subject: Subject;
  readonly before: Customer | undefined;
  readonly after: Customer;
};

/** Access by writes: I4 no cut-off on ignorance, I6 nothing but what the rules say of a recent truth. */
export const obeysRules = (write: Write): string | undefined => {
  const { before, after, subject } = write;
  if (JSON.stringify(accessIn(before)) === JSON.stringify(accessIn(after))) return undefined;
  const recent = recentOf(write);
  const sources = new Set([
    ...[...(before?.windows ?? []), ...after.windows].map(({ source }) => source),
    ...recent.truths.flatMap(({ subscriptions }) => subscriptions.map(({ id }) => id)),
  ]);
  sources.delete('manual');
  for (const source of sources) {
    const wrong = wrongOf(write, recent, source);
    if (wrong !== undefined) return wrong;
  }
  return accountsOf(write, recent) ?? manualOf(write, subject);
};

const accessIn = (customer: Customer | undefined) => [
  customer?.windows,
  customer?.accounts,
  customer?.grants,
];

type Recent = {
  readonly truths: readonly Truth[];
  readonly catalogs: readonly Catalogs[];
  readonly from: number;
  readonly to: number;
};

/** Longer than a function may run between its read and its write. */
const RUN_SECONDS = 400;
const OPERATOR_SECONDS = 3_600;

const recentOf = ({ scene, subject, after }: Write): Recent => {
  const { plan, far } = scene.world;
  const now = far.kernel.now();
  const late = Math.max(0, ...plan.faults.map(({ fault }) => faultSecondsOf(fault)));
  const skew = Math.max(0, ...Object.values(plan.skewSeconds).map(Math.abs));
  const isOperators = after.transition?.because === 'operator';
  const from = now - (isOperators ? OPERATOR_SECONDS : RUN_SECONDS) - late;
  const { passages } = subject.history;
  const inForce = passages.filter((_, index) => (passages[index + 1]?.at ?? now) >= from);
  const before = scene.catalogsBefore.filter(({ until }) => until > now - late);
  const alone = [scene.catalogs, ...before.map(({ catalogs }) => catalogs)];
  return {
    truths: inForce.map(({ truth }) => truth),
    catalogs: alone.flatMap(({ deployed }) =>
      alone.flatMap(({ accepted, deployed: alsoAccepted }) => [
        { deployed, accepted },
        { deployed, accepted: alsoAccepted },
      ]),
    ),
    from: from - skew,
    to: now + skew,
  };
};

const wrongOf = (write: Write, recent: Recent, source: string): string | undefined => {
  const { before, after, subject, scene } = write;
  const rights = storedRights(after, source);
  const held = storedRights(before, source);
  const isHeld = after.windows.some(
    (window) => window.source === source && window.held === 'breaker',
  );
  if (isWithin(rights, { lower: held, upper: held }, recent.to)) return undefined;
  const candidates: (TrueSubscription | undefined)[] = recent.truths.map(({ subscriptions }) =>
    subscriptions.find(({ id }) => id === source),
  );
  const stored = before?.subscriptions.find(({ subscriptionId }) => subscriptionId === source);
  if (stored !== undefined) candidates.push(asTrue(stored));
  const isRight = candidates.some((candidate) =>
    recent.catalogs.some((catalogs) =>
      [recent.from, recent.to].some((now) => {
        const range = rangeOf(before, candidate, catalogs, now);
        // The breaker lets nothing go of what was there.
        const upper = isHeld ? maximum(range.upper, held) : range.upper;
        return isWithin(rights, { ...range, upper }, recent.to);
      }),
    ),
  );
  if (isRight) return undefined;
  const lost = [...held].some(([offer, until]) => (rights.get(offer) ?? 0) < until);
  const name = lost ? 'I4 no cut-off on ignorance' : 'I6 final access by the rules';
  return `${name}: ${subject.customerId} version ${after.version} at ${at(scene.world, scene.world.far.kernel.now())} has ${textOf(rights)} from ${source} after ${textOf(held)}, which no truth of the last minutes gives: ${JSON.stringify(candidates.at(-1))}`;
};

const maximum = (one: Rights, other: Rights): Rights =>
  new Map(
    [...one.keys(), ...other.keys()].map((offer) => [
      offer,
      Math.max(one.get(offer) ?? 0, other.get(offer) ?? 0),
    ]),
  );

export const textOf = (rights: Rights): string =>
  rights.size === 0
    ? 'nothing'
    : [...rights].map(([offer, until]) => `${offer} until ${until}`).join(', ');

const accountsOf = ({ before, after, subject }: Write, { truths }: Recent): string | undefined => {
  const own = JSON.stringify(after.accounts);
  const old = before?.accounts ?? [];
  const isRight = [old, ...truths.map(({ accounts }) => accounts)].some(
    (accounts) =>
      own === JSON.stringify(accounts) ||
      (after.isHeld && own === JSON.stringify([...new Set([...accounts, ...old])].sort())),
  );
  // The breaker holds some of what was there.
  const isMixed =
    after.isHeld &&
    after.accounts.every((account) =>
      [old, ...truths.map(({ accounts }) => accounts)].some((each) => each.includes(account)),
    );
  if (isRight || isMixed) return undefined;
  return `I4 no cut-off on ignorance: ${subject.customerId} version ${after.version} has the accounts ${own} after ${JSON.stringify(old)}, which Stripe has not said`;
};

const ASKED_WITHIN_SECONDS = 3_700;

/** Only an operator gives and takes by hand; time ends it. */
const manualOf = ({ scene, before, after }: Write, subject: Subject): string | undefined => {
  const { plan, far } = scene.world;
  const now = far.kernel.now();
  const old = new Map((before?.grants ?? []).map((grant) => [grant.offerId, grant.until]));
  const changed = new Set([
    ...after.grants.filter(({ offerId, until }) => old.get(offerId) !== until).map(offerOf),
    ...[...old].filter(([id, until]) => until > now + 300 && !has(after, id)).map(([id]) => id),
  ]);
  const isAsked = (offer: string): boolean =>
    plan.acts.some(
      ({ at: since, act }) =>
        act.who === 'operator' &&
        (act.does === 'grant' || act.does === 'ungrant') &&
        act.customer === subject.customerId &&
        act.offer === offer &&
        plan.startsAt + since <= now &&
        now < plan.startsAt + since + ASKED_WITHIN_SECONDS,
    );
  const unasked = [...changed].filter((offer) => !isAsked(offer) && !subject.truth.isDeleted);
  if (unasked.length === 0) return undefined;
  return `I4 no cut-off on ignorance: the manual grant of ${unasked.join(', ')} to ${subject.customerId} changed, and no operator asked for it`;
};

const offerOf = ({ offerId }: Customer['grants'][number]): string => offerId;

const has = ({ grants }: Customer, offer: string): boolean =>
  grants.some(({ offerId }) => offerId === offer);
