/**
 * What ECR tells EventBridge. What it imitates, and where that is known from:
 * - `ECR Image Action` with action-type PUSH, DELETE, UPDATE_STORAGE_CLASS (target-storage-class ARCHIVE or
 *   STANDARD), repository-name, image-digest, image-tag; `source` aws.ecr [V: ecr-and-aws 5, AWS's samples]
 * - best effort: an event may be lost, come twice or late [V]; here on demand
 * - EventBridge passes the whole event to the function, asynchronously [V]
 * Not imitated: rules' patterns, retries and dead letters of EventBridge, scan and replication events.
 */
import { randomUUID } from 'node:crypto';
import { isoOf } from '../../functions/core/calendar.ts';
import { type EpochSeconds, HOUR } from '../../functions/core/time.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './account.ts';

type ImageChange = {
  readonly repository: string;
  readonly digest: string;
  readonly tag?: string;
} & (
  | { readonly action: 'PUSH' | 'DELETE' }
  | { readonly action: 'UPDATE_STORAGE_CLASS'; readonly storageClass: 'ARCHIVE' | 'STANDARD' }
);

export type EcrEvent = Readonly<Record<string, unknown>> & { readonly id: string };

type EventMishap = 'lose' | 'double' | 'delay';

export type EcrEvents = {
  emit(change: ImageChange): void;
  /** What happens to the next `times` events. */
  next(mishap: EventMishap, times: number): void;
  /** Passes on what is due. Resolves when none is under way. */
  flush(): Promise<void>;
  /** Where events go from now on; what happened before any rule was there, nobody hears of. */
  deliverTo(target: (event: EcrEvent) => Promise<void>): void;
  /** None is under way, and none that is due waits. */
  isIdle(): boolean;
};

type Waiting = { readonly event: EcrEvent; readonly at: EpochSeconds };

const DELAY_SECONDS = HOUR;

export const ecrEvents = (now: () => EpochSeconds): EcrEvents => {
  const mishaps: EventMishap[] = [];
  let waiting: readonly Waiting[] = [];
  let target: ((event: EcrEvent) => Promise<void>) | undefined;
  let work: Promise<unknown> = Promise.resolve();
  let underWay = 0;
  const take = (): readonly Waiting[] => {
    const due = waiting.filter(({ at }) => at <= now());
    waiting = waiting.filter(({ at }) => at > now());
    return due;
  };
  const start = (): void => {
    for (const { event } of take()) {
      if (target === undefined) continue;
      underWay += 1;
      const delivery = target(event).finally(() => {
        underWay -= 1;
      });
      work = Promise.all([work, delivery]);
    }
  };
  return {
    emit: (change) => {
      waiting = [...waiting, ...delivered(eventOf(change, now()), mishaps.shift(), now())];
      start();
    },
    next: (mishap, times) => {
      mishaps.push(...Array.from({ length: times }, () => mishap));
    },
    flush: async () => {
      start();
      await work;
    },
    deliverTo: (given) => {
      target = given;
    },
    isIdle: () => underWay === 0 && waiting.every(({ at }) => at > now()),
  };
};

const delivered = (
  event: EcrEvent,
  mishap: EventMishap | undefined,
  now: EpochSeconds,
): readonly Waiting[] => {
  if (mishap === 'lose') return [];
  const one = { event, at: mishap === 'delay' ? now + DELAY_SECONDS : now };
  return mishap === 'double' ? [one, one] : [one];
};

const eventOf = (change: ImageChange, now: EpochSeconds): EcrEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: LOCAL_ACCOUNT,
  time: isoOf(now),
  region: LOCAL_REGION,
  resources: [`arn:aws:ecr:${LOCAL_REGION}:${LOCAL_ACCOUNT}:repository/${change.repository}`],
  detail: {
    result: 'SUCCESS',
    'repository-name': change.repository,
    'image-digest': change.digest,
    'action-type': change.action,
    ...(change.tag === undefined ? {} : { 'image-tag': change.tag }),
    ...(change.action === 'UPDATE_STORAGE_CLASS'
      ? { 'target-storage-class': change.storageClass }
      : {}),
  },
});
