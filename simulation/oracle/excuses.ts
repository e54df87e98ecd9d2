import { type FaultWindow, faultSecondsOf, isDeceptive, type Service } from '../kernel/faults.ts';
import type { ProcessName } from '../kernel/process.ts';
import type { Plan } from '../plan/plan.ts';
import type { Door } from './doors.ts';

/** What becomes of the news of a change: told, found in the list of events, or by the daily list alone. */
export type Fate = 'arrived' | 'listed' | 'never' | 'unseen' | 'catalog' | 'clock';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Whom a delay concerns. */
export type Concerned = {
  readonly door: Door;
  readonly customers: readonly string[];
  readonly repository: string;
};

export type Excuse = { readonly from: number; readonly until: number };

/** What of a plan makes things late, and until when it is no excuse any more. */
export const excusesOf = (plan: Plan) => {
  const windows = plan.faults.map((window) => ({
    window,
    ...spanOf(window, plan.faults),
  }));
  const edits = plan.acts.flatMap(({ at, act }) =>
    act.who === 'aws' && (act.does === 'edit_policy' || act.does === 'delete_policy')
      ? [{ repository: act.repository, from: at, until: at + 11 * MINUTE }]
      : [],
  );
  return {
    /** Those that could touch these, in seconds since the beginning. */
    of: (concerned: Concerned): readonly Excuse[] => [
      ...windows.filter(({ window }) => touches(window, concerned)),
      ...edits.filter(
        ({ repository }) => concerned.door === 'ecr' && repository === concerned.repository,
      ),
    ],
  };
};

/** The time in which something was late without an excuse, of the time from then until now. */
export const unexcused = (from: number, now: number, excuses: readonly Excuse[]): number => {
  let since = from;
  for (const excuse of excuses) {
    // What began earlier and lasts into it may have spoilt the only look there was.
    if (excuse.from <= now && excuse.until > from) since = Math.max(since, excuse.until);
  }
  return Math.max(0, now - since);
};

/** From its beginning to when its last consequence has been tried again. */
const spanOf = (window: FaultWindow, all: readonly FaultWindow[]): Excuse => {
  const { from, until, fault } = window;
  const lands = until + faultSecondsOf(fault) + MINUTE;
  return { from: from - 5 * MINUTE, until: lands + recoveryOf(window, all) };
};

const recoveryOf = (window: FaultWindow, all: readonly FaultWindow[]): number => {
  const { from, until, fault } = window;
  // Whom Stripe does not know is asked about once a day.
  if (fault.kind === 'refused' && fault.status === 404) return 32 * HOUR;
  // A look that saw too little is a look: the daily list is the next.
  if (isDeceptive(fault)) return 26 * HOUR;
  // Ten receives later a message is dead: then the daily list is the next to look.
  const meanwhile = all.filter((each) => each.from < until && from < each.until);
  const share = meanwhile.filter(failsSync).reduce((sum, each) => sum + each.share, 0);
  if (failsSync(window) && share > 0.3 && until - from > HOUR) return 26 * HOUR;
  // Whoever has failed tries again after about as long as it has failed, at most after an hour and a
  // quarter; who died comes again with the queue's visibility time-out.
  return Math.min(100 * MINUTE, 1.5 * (until - from) + 35 * MINUTE);
};

/** So long sync may run, whatever it waits for. */
const SYNC_SECONDS = 150;

/** What Stripe does not answer is tried again later; anything else, and its own end, fails the message. */
const failsSync = ({ process, service, fault }: FaultWindow): boolean => {
  const isEnd = fault.kind === 'dies' || (fault.kind === 'slow' && fault.seconds >= SYNC_SECONDS);
  return (process === undefined || process === 'sync') && (service !== 'stripe' || isEnd);
};

/** Who calls whom on the way from a change to a door. */
const WAY: Readonly<Partial<Record<ProcessName, readonly Service[]>>> = {
  webhook: ['sqs'],
  sync: ['stripe', 'dynamodb', 'sqs', 'secretsmanager'],
  sweep: ['stripe', 'dynamodb', 'sqs'],
  'apply-policy': ['dynamodb', 'ecr', 'sqs'],
  operator: ['stripe', 'dynamodb', 'sqs', 'secretsmanager'],
};

const isOnTheWay = ({ process, service, fault }: FaultWindow, door: Door): boolean => {
  // Only Stripe's reads can be answered so.
  const only = isDeceptive(fault) ? 'stripe' : service;
  if (service !== undefined && service !== only) return false;
  return Object.entries(WAY).some(
    ([each, services]) =>
      (each !== 'apply-policy' || door === 'ecr') &&
      (process ?? each) === each &&
      (only === undefined || services.some((one) => one === only)),
  );
};

const touches = (window: FaultWindow, { door, customers, repository }: Concerned): boolean => {
  const { key, service } = window;
  if (!isOnTheWay(window, door)) return false;
  if (key === undefined || key === '' || customers.includes(key)) return true;
  // A list has no key of its own, nor has a charge: only another customer's is surely another's.
  if (key.startsWith('cus_')) return false;
  // A message that cannot tell a repository's queue fails, and what comes after it waits for its turn.
  return door === 'ecr' || key !== repository || (service ?? 'sqs') === 'sqs';
};

/** What happens to events of this instant, at worst. */
export const fateAt = ({ travel, skewSeconds }: Plan, since: number): Fate => {
  const kinds = travel
    .filter(({ from, until }) => from <= since && since < until)
    .map(({ mishap }) => mishap.kind);
  if (kinds.includes('never_generated')) return 'never';
  // A signature of five minutes ago is refused.
  const isSkewed = Math.abs(skewSeconds.webhook ?? 0) > 290;
  return isSkewed || kinds.includes('lost') || kinds.includes('delayed') ? 'listed' : 'arrived';
};

/** Whether the look that the news of this instant bring about may be shown less than what is true. */
export const isDeceivedAt = ({ faults }: Plan, since: number): boolean =>
  faults.some(
    ({ fault, from, until }) =>
      isDeceptive(fault) && from <= since + HOUR && since < until + faultSecondsOf(fault),
  );

/** Where no list shows what has changed, nobody is told before the next look. */
export const worstOf = ({
  fate,
  isListed,
  isDeceived,
}: {
  readonly fate: Fate;
  readonly isListed: boolean;
  readonly isDeceived: boolean;
}): Fate => ((fate === 'never' || isDeceived) && !isListed ? 'unseen' : fate);

/** Bounds of the design: to a decision at the gateway, and from there to ECR's policy. */
const GATEWAY_SECONDS: Readonly<Record<Fate, number>> = {
  arrived: MINUTE,
  // The sweep lists events every quarter of an hour, and leaves those of the last two minutes to the webhook.
  listed: 23 * MINUTE,
  never: DAY + 30 * MINUTE,
  // No list shows it: payments, the accounts of who has no live subscription. Found with the next look at the customer.
  unseen: 31 * DAY,
  catalog: 40 * MINUTE,
  clock: MINUTE,
};

const VISIBILITY_SECONDS = 900;

/** The next sweep at the latest, after the shortest time between two writes. */
const POLICY_SECONDS = 6 * MINUTE;
/** The clock closes at the gateway by itself; at ECR the sweep finds it first. */
const CLOCK_SECONDS = 12 * MINUTE;

export const boundSecondsOf = (door: Door, fate: Fate, plan: Plan): number => {
  const skew = 2 * Math.max(0, ...Object.values(plan.skewSeconds).map(Math.abs));
  const policies = fate === 'clock' ? CLOCK_SECONDS + plan.indexLagSeconds : POLICY_SECONDS;
  return GATEWAY_SECONDS[fate] + slownessOf(plan) + skew + (door === 'ecr' ? policies : 0);
};

/** What the plan's own slowness adds, without any fault. */
const slownessOf = ({ latency, redeliveredShare }: Plan): number => {
  const { stallSeconds, stallShare, usualSeconds } = latency;
  // A call that stalls for longer than its function may run is its end, and what was handled and not
  // deleted comes again: either way its group waits for the queue's visibility time-out.
  const deaths = stallSeconds > 100 ? 8 : 3;
  const stalls = stallSeconds > 20 ? deaths * VISIBILITY_SECONDS : 6 * stallSeconds;
  const redelivered = redeliveredShare > 0 ? Math.ceil(2 + 10 * redeliveredShare) : 0;
  return 60 * usualSeconds + (stallShare > 0 ? stalls : 0) + redelivered * VISIBILITY_SECONDS;
};
