import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalog } from '../functions/core/catalog.ts';
import { DAY, type EpochSeconds, HOUR } from '../functions/core/time.ts';
import type { QueueView } from './aws/sqs.ts';
import { type MovableClock, movableClock } from './clock.ts';
import { type FarEnds, type RealStripe, startFarEnds } from './far-ends.ts';
import { type FunctionLog, startFunctionLog } from './function-log.ts';
import { type KeptState, keptState } from './kept-state.ts';
import { type Lambdas, setEnvironment, startLambdas } from './lambdas.ts';
import { type Registry, startRegistry } from './registry.ts';
import { seedImages } from './samples/seed-images.ts';
import { seedProducts } from './seed-products.ts';

export type System = {
  readonly clock: MovableClock;
  readonly farEnds: FarEnds;
  readonly lambdas: Lambdas;
  readonly registry: Registry;
  readonly catalog: Catalog;
  /** What the functions logged. */
  readonly log: FunctionLog;
  /** Lives through the time between, with the sweeps and deliveries that fall into it. */
  moveClock(seconds: number, onStep?: (doneSeconds: number) => void): Promise<void>;
  /** Resolves when every event is delivered and every message handled that can be by now. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

export type SystemOptions = {
  readonly catalog: Catalog;
  /** Kept here between runs; in memory without it. */
  readonly directory?: string;
  /** The functions' log as a file as well. */
  readonly logPath?: string;
  readonly realStripe?: RealStripe;
  readonly webhookPort?: number;
  readonly registryPort?: number;
  /** Where a refusal sends a customer whose subscription lapsed. */
  readonly renewalUrl?: string;
  readonly report: (message: string, error: unknown) => void;
};

const SAVE_EVERY_MS = 2_000;
const TICK_EVERY_MS = 300_000;
const DELIVER_EVERY_MS = 1_000;
/** Of a system without a page. */
const RENEWAL_URL = 'https://vendor.example/renew';

/** The whole system on this machine. One in a process: the functions read one environment. */
export const startSystem = async (options: SystemOptions): Promise<System> => {
  const kept = await keptState(options.directory);
  const clock = movableClock(kept.saved.offsetSeconds ?? 0);
  clock.install();
  const log = await startFunctionLog({ now: clock.now, path: options.logPath });
  try {
    return await startParts(options, { kept, clock, log });
  } catch (error) {
    await log.close();
    clock.uninstall();
    throw error;
  }
};

type Base = { readonly kept: KeptState; readonly clock: MovableClock; readonly log: FunctionLog };

const startParts = async (options: SystemOptions, base: Base): Promise<System> => {
  const { catalog } = options;
  const { kept, clock, log } = base;
  const report: SystemOptions['report'] = (message, error) => {
    log.note(message, error);
    options.report(message, error);
  };
  const { farEnds, lambdas, registry } = await startEnds(options, base, report);
  const settle = settling(farEnds, lambdas, clock);
  const tick = async (): Promise<void> => {
    await attempt(report, 'the sweep failed', lambdas.sweep);
    await attempt(report, 'the index could not be brought up to date', registry.indexTick);
    // On AWS this is DynamoDB's own work.
    await attempt(report, 'expired items could not be collected', () =>
      farEnds.table.collectExpired(clock.now()),
    );
  };
  const save = (): Promise<void> =>
    attempt(report, 'the state could not be saved', () =>
      kept.save({ ...farEnds.snapshot(), offsetSeconds: clock.offsetSeconds() }),
    );
  const timers = [
    setInterval(() => void tick(), TICK_EVERY_MS),
    setInterval(() => void farEnds.stripe?.delivery.flush(), DELIVER_EVERY_MS),
    setInterval(() => void farEnds.ecr.events.flush(), DELIVER_EVERY_MS),
    setInterval(() => void save(), SAVE_EVERY_MS),
  ];
  await tick();
  return {
    clock,
    farEnds,
    lambdas,
    registry,
    catalog,
    log,
    settle,
    moveClock: async (seconds, onStep = () => undefined) => {
      const step = seconds > 8 * DAY ? DAY : 6 * HOUR;
      // What has just been done belongs to the time before.
      await settle();
      for (let done = 0; done < seconds; done += step) {
        clock.advance(Math.min(step, seconds - done));
        await settle();
        await tick();
        await settle();
        onStep(Math.min(done + step, seconds));
      }
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await registry.close();
      await lambdas.close();
      await save();
      await farEnds.close();
      await log.close();
      clock.uninstall();
    },
  };
};

const startEnds = async (
  options: SystemOptions,
  { kept, clock: { now } }: Base,
  report: SystemOptions['report'],
): Promise<Pick<System, 'farEnds' | 'lambdas' | 'registry'>> => {
  const { catalog, directory, realStripe, webhookPort = 0, registryPort: port = 0 } = options;
  let webhookUrl = '';
  const farEnds = await startFarEnds({
    now,
    catalog,
    state: kept.saved,
    realStripe,
    webhookUrl: () => webhookUrl,
    ...(directory === undefined ? {} : { directory }),
  });
  setEnvironment(farEnds, catalog, options.renewalUrl ?? RENEWAL_URL);
  const started: { close(): Promise<void> }[] = [farEnds];
  try {
    const lambdas = await startLambdas({ farEnds, now, webhookPort, report });
    started.unshift(lambdas);
    webhookUrl = lambdas.webhook.url;
    if (farEnds.stripe !== undefined) seedProducts(farEnds.stripe.world, catalog);
    // Before index-release hears of ECR: what was there at the deployment, the first listing finds.
    await seedImages(farEnds.ecr, catalog);
    const registry = await startRegistry({ farEnds, now, port, report });
    return { farEnds, lambdas, registry };
  } catch (error) {
    for (const each of started) await each.close();
    throw error;
  }
};

/** What the next tick will try again anyway. */
const attempt = async (
  report: SystemOptions['report'],
  message: string,
  act: () => Promise<unknown>,
): Promise<void> => {
  try {
    await act();
  } catch (error) {
    report(message, error);
  }
};

const LOOKS_MAX = 6_000;
const LOOK_EVERY_MS = 5;
const QUIET_LOOKS = 3;
const DEAD_LETTERS = '-dead.fifo';

/** Nothing is under way several times in a row: a handler may just have sent the next message. */
const settling =
  ({ stripe, sqs, ecr }: FarEnds, lambdas: Lambdas, { now }: MovableClock) =>
  async (): Promise<void> => {
    const isQuiet = (): boolean =>
      lambdas.isIdle() &&
      ecr.events.isIdle() &&
      sqs
        .inspect()
        .every((queue) => queue.name.endsWith(DEAD_LETTERS) || !canBeReceived(queue, now()));
    await stripe?.delivery.flush();
    await ecr.events.flush();
    for (let look = 0, quiet = 0; look < LOOKS_MAX && quiet < QUIET_LOOKS; look += 1) {
      quiet = isQuiet() ? quiet + 1 : 0;
      await sleep(LOOK_EVERY_MS);
    }
  };

/** A message waits behind one of its group that was put off: only time brings it forward. */
const canBeReceived = ({ messages }: QueueView, now: EpochSeconds): boolean => {
  const putOff = new Set(
    messages.filter(({ visibleAt }) => visibleAt > now).map(({ groupId }) => groupId),
  );
  return messages.some(({ visibleAt, groupId }) => visibleAt <= now && !putOff.has(groupId));
};
