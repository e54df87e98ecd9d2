import type { Call, Fault, Faults, Service } from './faults.ts';
import type { Kernel } from './kernel.ts';
import { kill, type Process } from './process.ts';
import { hashOf, hashOfTime, saltOf, shareOf } from './random.ts';

/** What the far end is told of how to answer. */
export type Manner = {
  /** Answer what was true so many seconds ago. */
  readonly staleSeconds: number;
  readonly brokenPaging: 'empty' | 'repeats' | 'emptied' | undefined;
};

type Travelled = Call & {
  readonly sentAt: number;
  readonly outcome: 'answered' | 'failed' | 'died';
};

/** Where every call of real code passes: it takes time, may go wrong, and may be the caller's last. */
export type Wire = {
  call<Answer>(
    process: Process,
    about: Omit<Call, 'process'>,
    perform: (manner: Manner) => Answer | Promise<Answer>,
  ): Promise<Answer>;
  /** So far. */
  calls(): number;
  /** When a call of those that work on schedule last met a fault or a death; before the beginning: never. */
  troubledAt(): number;
  /** Told about each call when it is over. */
  listen(heard: (call: Travelled) => void): void;
  /** Asked before and after each call's effect, by its number from 1: does the caller die here? */
  crashAt: ((call: Call, number: number, side: 'before' | 'after') => boolean) | undefined;
};

/** How long a call takes one way, usually and when something stalls. */
export type Latency = {
  readonly usualSeconds: number;
  readonly stallShare: number;
  readonly stallSeconds: number;
};

type Parts = {
  readonly kernel: Kernel;
  readonly faults: Faults;
  readonly latency: Latency;
  /** What a service's error looks like to the code that called it. */
  readonly errorOf: (service: Service, fault: Fault) => Error;
};

const NORMAL: Manner = { staleSeconds: 0, brokenPaging: undefined };

/** After so long real code gives up: its SDK's time-outs and retries, all in all. */
const PATIENCE_SECONDS: Readonly<Record<Service, number>> = {
  stripe: 30,
  dynamodb: 15,
  sqs: 15,
  ecr: 15,
  secretsmanager: 15,
};

/** A client waits for these two, so their SDKs give up soon. */
const QUICK_SECONDS = 4;

const patienceOf = ({ process, service }: Call): number =>
  process === 'webhook' || process === 'gateway' ? QUICK_SECONDS : PATIENCE_SECONDS[service];

/** A client that fails comes again by itself. */
const isScheduled = ({ process }: Call): boolean =>
  process !== 'webhook' && process !== 'gateway' && process !== 'operator';

export const wire = (parts: Parts): Wire => {
  const { kernel, faults } = parts;
  const identityOf = identities(kernel);
  const salts = saltsOf(kernel);
  const heard: ((call: Travelled) => void)[] = [];
  let calls = 0;
  let troubledAt = Number.NEGATIVE_INFINITY;
  const self: Wire = {
    calls: () => calls,
    troubledAt: () => troubledAt,
    listen: (hear) => heard.push(hear),
    crashAt: undefined,
    call: (process, about, perform) =>
      new Promise((resolve, reject) => {
        if (process.isDead) return;
        calls += 1;
        const number = calls;
        const sentAt = kernel.now();
        const call: Call = { process: process.name, ...about };
        const identity = identityOf(call);
        const fault = faults.of(call, sentAt, identity);
        if (fault !== undefined && isScheduled(call)) troubledAt = sentAt;
        travel(parts, {
          process,
          call,
          fault,
          perform: async (manner) => perform(manner),
          resolve: (answer) => resolve(answer as Parameters<typeof resolve>[0]),
          reject,
          isLast: (side) => self.crashAt?.(call, number, side) === true,
          told: (outcome) => {
            if (outcome === 'died' && isScheduled(call)) troubledAt = kernel.now();
            for (const hear of heard) hear({ ...call, sentAt, outcome });
          },
          toThere: oneWay(parts.latency, identity, salts.there),
          andBack: oneWay(parts.latency, identity, salts.back),
        });
      }),
  };
  return self;
};

/**
 * A number for each call: by who asks what and when, and by how many asked the same at this very
 * instant. What a call meets on its way hangs on it, and not on how many calls there were before.
 */
const identities = (kernel: Kernel) => {
  const salt = saltOf(kernel.randomOf('calls'));
  const taken = new Set<number>();
  let instant = Number.NaN;
  return ({ process, operation, key }: Call): number => {
    const now = kernel.now();
    if (now !== instant) {
      instant = now;
      taken.clear();
    }
    let identity = hashOfTime(now, hashOf(key, hashOf(operation, hashOf(process, salt))));
    while (taken.has(identity)) identity = hashOf(operation, identity);
    taken.add(identity);
    return identity;
  };
};

type Salts = { readonly stall: number; readonly length: number };

const saltsOf = (kernel: Kernel) => {
  const random = kernel.randomOf('latency');
  const salts = (): Salts => ({ stall: saltOf(random), length: saltOf(random) });
  return { there: salts(), back: salts() };
};

const oneWay = (
  { usualSeconds, stallShare, stallSeconds }: Latency,
  identity: number,
  { stall, length }: Salts,
): number => {
  const draw = shareOf(identity, length);
  return stallShare > 0 && shareOf(identity, stall) < stallShare
    ? stallSeconds * draw
    : usualSeconds * (0.5 + draw);
};

type Journey = {
  readonly process: Process;
  readonly call: Call;
  readonly fault: Fault | undefined;
  readonly perform: (manner: Manner) => Promise<unknown>;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly isLast: (side: 'before' | 'after') => boolean;
  readonly told: (outcome: Travelled['outcome']) => void;
  /** Seconds. */
  readonly toThere: number;
  readonly andBack: number;
};

const travel = (parts: Parts, journey: Journey): void => {
  const { kernel } = parts;
  const { process, fault, told } = journey;
  if (dies(journey, 'before')) return;
  const home = (outcome: Travelled['outcome'], answer: () => void): void => {
    if (dies(journey, 'after')) return;
    kernel.after(journey.andBack, () => {
      if (process.isDead) return;
      told(outcome);
      answer();
    });
  };
  const fail = (error: unknown): void => home('failed', () => journey.reject(error));
  const succeed = (answer: unknown): void => home('answered', () => journey.resolve(answer));
  const slowness = fault?.kind === 'slow' ? fault.seconds : 0;
  kernel.after(journey.toThere + slowness, () => arrive(parts, journey, { succeed, fail }));
};

const dies = ({ process, fault, isLast, told }: Journey, side: 'before' | 'after'): boolean => {
  const isKilled = (fault?.kind === 'dies' && fault.when === side) || isLast(side);
  if (!isKilled || process.isDead) return process.isDead;
  told('died');
  kill(process);
  return true;
};

type Homeward = {
  readonly succeed: (answer: unknown) => void;
  readonly fail: (error: unknown) => void;
};

/** At the far end: what becomes of the call there, and when the caller hears of it. */
const arrive = (
  { kernel, errorOf }: Parts,
  { call, fault, perform }: Journey,
  { succeed, fail }: Homeward,
): void => {
  const giveUp = (): void => fail(errorOf(call.service, fault ?? { kind: 'lost' }));
  const patience = patienceOf(call);
  switch (fault?.kind) {
    case 'refused':
      giveUp();
      return;
    case 'lost':
      kernel.after(patience, giveUp);
      return;
    case 'unanswered':
      perform(NORMAL).catch(nobodyIsThere);
      kernel.after(patience, giveUp);
      return;
    case 'late':
      kernel.after(patience, giveUp);
      kernel.after(patience + fault.seconds, () => {
        perform(NORMAL).catch(nobodyIsThere);
      });
      return;
    case 'stale':
      perform({ ...NORMAL, staleSeconds: fault.seconds }).then(succeed, fail);
      return;
    case 'broken_paging':
      perform({ ...NORMAL, brokenPaging: fault.how }).then(succeed, fail);
      return;
    default:
      perform(NORMAL).then(succeed, fail);
  }
};

/** Whoever asked has given up long ago: an error that comes back finds nobody. */
const nobodyIsThere = (): void => {};
