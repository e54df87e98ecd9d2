import type { Call } from '../support/fault-proxy.ts';
import { calm } from './faults.ts';
import { draw, pick } from './seed.ts';
import type { Worker } from './world.ts';

type Point = {
  readonly name: string;
  readonly operation: string;
  /** In what is sent. */
  readonly part: string;
};

/** What counts as a moment: a process that only waits for messages would be killed doing nothing. */
const IDLE = 'ReceiveMessage';

const put = (name: string, part: string): Point => ({ name, operation: 'PutItem', part });
const call = (operation: string): Point => ({ name: operation, operation, part: '' });

const ANYWHERE: Point = { name: 'any request', operation: '', part: '' };

/** Between any two of these a crash leaves something half done. */
const POINTS: readonly [Point, ...Point[]] = [
  ANYWHERE,
  put('the customer', '"sk":{"S":"CUSTOMER"}'),
  put('the audit', '"sk":{"S":"AUDIT#'),
  put('a member', '"sk":{"S":"MEMBER#'),
  put('the credential', '"sk":{"S":"CREDENTIAL#'),
  put('the policy’s record', '"sk":{"S":"POLICY"}'),
  { name: 'effects done', operation: 'UpdateItem', part: '#effectsDone' },
  call('CreateSecret'),
  call('SendMessageBatch'),
  call('SetRepositoryPolicy'),
  call('DeleteRepositoryPolicy'),
  call('DeleteMessageBatch'),
];

const isAt = ({ operation, part }: Point, made: Call): boolean =>
  made.operation !== IDLE &&
  (operation === '' || operation === made.operation) &&
  made.body.includes(part);

/** Of so many requests that come there, one is struck: a write mostly, a read now and then. */
const skippedAt = ({ operation }: Point, drawn: number): number =>
  Math.floor(drawn * (operation === '' ? 60 : 3));

/** Before the service sees the request, when it was sent, or when it was done and the answer is on its way back. */
const MOMENTS = ['before', 'sending', 'after'] as const;
type Moment = (typeof MOMENTS)[number];

export type Kill = { readonly victim: Worker; readonly where: string };

type Plot = { readonly point: Point; readonly moment: Moment; readonly skipped: number };

/** Kills the process that comes to a drawn point next. `undefined` when nobody came there before everything was `over`. */
export const killSometime = (
  workers: readonly Worker[],
  about: readonly [who: string, turn: number],
  over: () => Promise<void>,
): Promise<Kill | undefined> => {
  const point = pick(POINTS, draw('point', ...about));
  const moment = pick(MOMENTS, draw('moment', ...about));
  return killAt(
    workers,
    { point, moment, skipped: skippedAt(point, draw('skip', ...about)) },
    over,
  );
};

/**
 * After each step of a first grant, and before the first of them, which is the webhook's: a crash before
 * any other is one after the step that went before.
 */
export const STEPS_OF_A_GRANT: readonly Plot[] = [
  { point: call('SendMessageBatch'), moment: 'before', skipped: 0 },
  ...POINTS.filter(
    (point) => point !== ANYWHERE && point.operation !== 'DeleteRepositoryPolicy',
  ).map((point) => ({ point, moment: 'after', skipped: 0 }) as const),
];

export const killAt = async (
  workers: readonly Worker[],
  { point, moment, skipped }: Plot,
  over: () => Promise<void>,
): Promise<Kill | undefined> => {
  let toSkip = skipped;
  let chosen: Call | undefined;
  const struck = new Promise<Kill>((resolve) => {
    const strike = (victim: Worker): void => {
      victim.kill();
      resolve({ victim, where: `${moment} ${point.name}` });
    };
    for (const worker of workers) {
      worker.follow({
        faultOf: calm,
        arriving: (made) => {
          if (chosen !== undefined || !isAt(point, made)) return 'pass';
          toSkip -= 1;
          if (toSkip >= 0) return 'pass';
          chosen = made;
          if (moment !== 'after') strike(worker);
          return moment === 'before' ? 'drop' : 'pass';
        },
        effected: (made) => {
          if (made !== chosen || moment !== 'after') return 'pass';
          strike(worker);
          return 'drop';
        },
      });
    }
  });
  const kill = await Promise.race([struck, over().then(() => undefined)]);
  for (const worker of workers) worker.follow({ faultOf: calm });
  return kill;
};
