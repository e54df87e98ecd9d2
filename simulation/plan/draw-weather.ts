import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { Fault, FaultWindow, Service } from '../kernel/faults.ts';
import type { ProcessName } from '../kernel/process.ts';
import type { Mishap, TravelWindow } from '../world/stripe.ts';
import type { Draw } from './draw.ts';
import { drawTime, type Shape } from './shape.ts';

const SERVICES: readonly Service[] = ['stripe', 'dynamodb', 'sqs', 'ecr', 'secretsmanager'];
const PROCESSES: readonly ProcessName[] = [
  'webhook',
  'sync',
  'sweep',
  'apply-policy',
  'index-release',
  'gateway',
  'operator',
];

/** What goes wrong with calls. All of it is over when the calm begins. */
export const drawFaults = (draw: Draw, shape: Shape): readonly FaultWindow[] => {
  const windows: FaultWindow[] = [];
  const faults = draw.between(...shape.faults);
  for (let fault = 0; fault < faults; fault += 1) windows.push(windowOf(draw, shape));
  for (let clog = 0; clog < shape.clogs; clog += 1) windows.push(...clogOf(draw, shape));
  if (shape.hasStorm) windows.push(...stormOf(draw, shape));
  return windows;
};

const span = (draw: Draw, shape: Shape, seconds: number) => {
  const { calmAt } = shape;
  const from = drawTime(draw, shape, [0, calmAt - MINUTE]);
  return { from, until: Math.min(calmAt, from + seconds) };
};

const windowOf = (draw: Draw, shape: Shape): FaultWindow => {
  const service = draw.weighed<Service>([
    [4, 'stripe'],
    [4, 'dynamodb'],
    [2, 'sqs'],
    [3, 'ecr'],
    [2, 'secretsmanager'],
  ]);
  const fault = faultOf(draw, service);
  const isDeath = fault.kind === 'dies';
  return {
    ...span(draw, shape, isDeath ? draw.pick(DEADLY_SECONDS) : draw.weighed(BAD_SECONDS)),
    share: isDeath ? draw.share(0.02, 0.2) : draw.pick([0.02, 0.1, 0.3, 1, 1]),
    fault,
    ...aboutOf(draw, service),
    ...(draw.chance(0.4) ? { process: draw.pick(PROCESSES) } : {}),
    ...keyOf(draw, service),
  };
};

/** Mostly a service, sometimes one operation of it, sometimes all of them. */
const aboutOf = (draw: Draw, service: Service): Pick<FaultWindow, 'service' | 'operation'> =>
  draw.weighed<Pick<FaultWindow, 'service' | 'operation'>>([
    [2, {}],
    [5, { service }],
    [4, { service, operation: draw.pick(OPERATIONS[service]) }],
  ]);

/** What changes something, and what is read before. */
const OPERATIONS: Readonly<Record<Service, readonly string[]>> = {
  stripe: [
    'GET /v1/customers/:id',
    'GET /v1/subscriptions',
    'GET /v1/charges',
    'GET /v1/disputes',
    'GET /v1/events',
  ],
  dynamodb: [
    'saveCustomer',
    'saveMember',
    'markEffectsDone',
    'postpone',
    'putAudit',
    'putCredential',
    'claimCredential',
    'savePolicy',
    'readRepository',
    'saveCatalogState',
    'saveReleases',
  ],
  sqs: ['SendMessageBatch', 'ChangeMessageVisibilityBatch'],
  ecr: ['setPolicy', 'findPolicy', 'deletePolicy', 'readImages', 'listImages'],
  secretsmanager: ['CreateSecret', 'GetSecretValue', 'DeleteSecret'],
};

const DEADLY_SECONDS: readonly number[] = [10 * MINUTE, HOUR, 12 * HOUR];
/** An outage of days makes every look of these days go wrong: rare, because it takes so long to live through. */
const BAD_SECONDS: readonly (readonly [number, number])[] = [
  [6, MINUTE],
  [8, 10 * MINUTE],
  [8, HOUR],
  [3, 6 * HOUR],
  [1, 26 * HOUR],
  [0.3, 3 * DAY],
];

/** One customer or one repository in trouble must delay nobody else. */
const keyOf = (draw: Draw, service: Service): Pick<FaultWindow, 'key'> => {
  if (!draw.chance(0.15)) return {};
  if (service === 'ecr') return { key: draw.pick(['acme/app', 'acme/tools']) };
  return { key: `cus_${draw.between(1, 4)}` };
};

const faultOf = (draw: Draw, service: Service): Fault => {
  if (service === 'stripe' && draw.chance(0.5)) return stripeFaultOf(draw);
  return draw.weighed<Fault>([
    [4, { kind: 'refused', status: draw.pick([400, 429, 500, 503]) }],
    [2, { kind: 'lost' }],
    [4, { kind: 'unanswered' }],
    [3, { kind: 'late', seconds: draw.pick([1, 20, 5 * MINUTE, 30 * MINUTE]) }],
    [2, { kind: 'slow', seconds: draw.pick([1, 5, 40, 5 * MINUTE]) }],
    [4, { kind: 'dies', when: draw.pick(['before', 'after'] as const) }],
  ]);
};

const stripeFaultOf = (draw: Draw): Fault =>
  draw.weighed<Fault>([
    [4, { kind: 'refused', status: draw.pick([401, 403, 404, 429, 500, 502]) }],
    [3, { kind: 'stale', seconds: draw.pick([2, 30, 5 * MINUTE, HOUR]) }],
    [3, { kind: 'broken_paging', how: draw.pick(['empty', 'repeats', 'emptied'] as const) }],
  ]);

/** Links stop one by one, and come back in another order: what piles up arrives from unlikely sides. */
const clogOf = (draw: Draw, shape: Shape): readonly FaultWindow[] => {
  const links = draw.some(
    PROCESSES.flatMap((process) => SERVICES.map((service) => ({ process, service }))),
    0.25,
  );
  const stepSeconds = draw.pick([20, 5 * MINUTE, HOUR]);
  const begin = draw.between(0, Math.max(0, shape.calmAt - 2 * links.length * stepSeconds));
  const freed = draw.some([...links.keys()], 1);
  return links.map((link, index) => ({
    ...link,
    from: begin + index * stepSeconds,
    until: Math.min(shape.calmAt, begin + (links.length + freed.indexOf(index)) * stepSeconds + 1),
    share: 1,
    fault: draw.pick<Fault>([{ kind: 'lost' }, { kind: 'refused', status: 503 }]),
  }));
};

/** Everything is bad at once. */
const stormOf = (draw: Draw, shape: Shape): readonly FaultWindow[] => {
  const time = span(draw, shape, draw.pick([20 * MINUTE, 2 * HOUR, DAY]));
  return SERVICES.flatMap((service) =>
    draw
      .some<Fault>(
        [
          { kind: 'refused', status: 503 },
          { kind: 'unanswered' },
          { kind: 'late', seconds: 60 },
          { kind: 'dies', when: 'before' },
          { kind: 'dies', when: 'after' },
        ],
        0.6,
      )
      .map((fault) => ({ ...time, service, fault, share: draw.share(0.02, 0.15) })),
  );
};

/** What becomes of Stripe's events. */
export const drawTravel = (draw: Draw, shape: Shape): readonly TravelWindow[] => {
  const windows = draw.weighed([
    [4, 0],
    [4, 1],
    [2, 2],
    [1, 4],
  ]);
  return Array.from({ length: windows }, () => ({
    ...span(draw, shape, draw.pick([HOUR, DAY, 10 * DAY])),
    share: draw.pick([0.1, 0.5, 1]),
    mishap: mishapOf(draw),
    ...(draw.chance(0.2)
      ? { type: draw.pick(['customer.subscription.deleted', 'invoice.paid', 'customer.updated']) }
      : {}),
    ...(draw.chance(0.2) ? { customer: `cus_${draw.between(1, 4)}` } : {}),
  }));
};

const mishapOf = (draw: Draw): Mishap =>
  draw.weighed<Mishap>([
    [3, { kind: 'lost' }],
    [2, { kind: 'never_generated' }],
    [2, { kind: 'doubled' }],
    // Differences of seconds turn the order around.
    [3, { kind: 'delayed', seconds: draw.pick([4, 60, HOUR, DAY, 3 * DAY]) }],
  ]);

/** Mostly what clocks at AWS are; sometimes minutes. */
export const drawSkews = (draw: Draw): Readonly<Partial<Record<ProcessName, number>>> => {
  if (!draw.chance(0.5)) return {};
  const most = draw.weighed([
    [8, 60],
    [2, 240],
  ]);
  return Object.fromEntries(
    draw.some(PROCESSES, 0.5).map((process) => [process, draw.between(-most, most)]),
  );
};
