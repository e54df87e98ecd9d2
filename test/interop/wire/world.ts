import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MINUTE } from '../../../functions/core/time.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/aws/account.ts';
import { movableClock } from '../../../local/clock.ts';
import { type FarEnds, startFarEnds } from '../../../local/far-ends.ts';
import {
  PROBE_REPOSITORY,
  QUEUES,
  STAGE,
  STRIPE_KEY_SECRET,
  WEBHOOK_SECRET,
} from '../../../local/names.ts';
import { seedProducts } from '../../../local/seed-products.ts';
import { bundle } from '../../../scripts/bundle.ts';
import { catalog } from '../../support/builders.ts';
import { dynamoServer } from '../../support/dynamo-server.ts';
import { type FaultProxy, type Plan, startFaultProxy } from '../support/fault-proxy.ts';
import { problemsOf } from './check.ts';
import { calm } from './faults.ts';
import { policyGuard } from './policy-guard.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** A process of functions and what it is connected through. It may be killed and started again. */
export type Worker = {
  readonly name: string;
  /** What happens to what it sends from now on. */
  follow(plan: Plan): void;
  start(): Promise<void>;
  kill(): void;
  /** Resolves when it is dead and what it had sent has come to its end. */
  died(): Promise<void>;
  isAlive(): boolean;
};

export type Wire = {
  readonly folder: string;
  readonly server: Awaited<ReturnType<typeof dynamoServer>>;
  readonly endpoint: string;
  close(): Promise<void>;
};

/** DynamoDB Local, and the functions bundled as they are deployed: for all worlds of a run. */
export const openWire = async (endpoint: string): Promise<Wire> => {
  const folder = await mkdtemp(join(tmpdir(), 'wharfage-wire-'));
  for (const [name, entry] of [
    ['worker', new URL('./worker.ts', import.meta.url)],
    ['claimer', new URL('./claimer.ts', import.meta.url)],
  ] as const) {
    await bundle(fileURLToPath(entry), join(folder, `${name}.mjs`), catalog());
  }
  const server = await dynamoServer(endpoint);
  return {
    folder,
    server,
    endpoint,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** As long as a message stays with whoever was killed; a tick of ours is 5 minutes. */
const ROUND_SECONDS = 15 * MINUTE;
const LOOKS_MAX = 4_000;
const LOOK_EVERY_MS = 20;
const QUIET_LOOKS = 3;
const LOG_LINES_MAX = 400;
/** What is said when all is well, and what the SDK says about Node. */
const ROUTINE = /"CloudWatchMetrics"|"customers due"|"policy applied"|^\w+: (?!\{)/;

/**
 * The far ends live in this process and outlive every kill; the functions are processes, each behind
 * proxies of its own. Time is this world's: the stand-ins and the functions share one clock.
 */
export const startWorld = async ({ folder, server, endpoint }: Wire) => {
  const clock = movableClock();
  const stores = await server.stores();
  const webhooks = { plan: { faultOf: calm } as Plan };
  const workers: (Worker & { readonly process: () => WorkerProcess | undefined })[] = [];
  const lines: string[] = [];
  const log = (line: string): void => {
    if (ROUTINE.test(line)) return;
    lines.push(line);
    if (lines.length > LOG_LINES_MAX) lines.shift();
  };
  const live = () => workers.filter((each) => each.isAlive());
  const webhook = await startFaultProxy({
    service: 'webhook',
    target: () => live()[0]?.process()?.webhookUrl,
    plan: relayed(() => webhooks.plan),
  });
  const farEnds = await startFarEnds({
    now: clock.now,
    catalog: catalog(),
    state: {},
    realStripe: undefined,
    webhookUrl: () => webhook.url,
  });
  const { sqs, ecr, secrets, stripe } = farEnds;
  if (stripe === undefined) throw new Error('the stand-in of Stripe did not start');
  seedProducts(stripe.world, catalog());
  const guard = policyGuard({ ecr, stripe, now: clock.now });
  const upstreams = {
    dynamodb: endpoint,
    sqs: sqs.url,
    poller: sqs.url,
    ecr: ecr.url,
    secretsmanager: secrets.url,
    stripe: stripe.url,
  };
  const world = { stores, clock, sqs, ecr, secrets, stripe };

  const addWorker = async (name: string): Promise<Worker> => {
    let plan: Plan = { faultOf: calm };
    let child: WorkerProcess | undefined;
    const proxies = await startProxies(
      upstreams,
      relayed(() => plan, guard.look),
    );
    const worker = {
      name,
      process: () => child,
      follow: (next: Plan) => {
        plan = next;
      },
      start: async () => {
        // Killed while it started: once more.
        do {
          child = await startWorkerProcess({
            bundle: join(folder, 'worker.mjs'),
            env: environmentOf(farEnds, {
              proxies,
              tableName: stores.tableName,
              offsetSeconds: clock.offsetSeconds(),
            }),
            log: (line) => log(`${name}: ${line}`),
          });
        } while (child === undefined);
        child.tell({ kind: 'clock', offsetSeconds: clock.offsetSeconds() });
      },
      kill: () => child?.kill(),
      died: async () => {
        await child?.gone();
        await waitFor(() => proxies.every((each) => each.proxy.underWay() === 0));
      },
      isAlive: () => child?.isAlive() === true,
    };
    workers.push(worker);
    proxiesToClose.push(...proxies.map(({ proxy }) => proxy));
    await worker.start();
    return worker;
  };
  const proxiesToClose: FaultProxy[] = [webhook];

  const advance = (seconds: number): void => {
    clock.advance(seconds);
    for (const each of live())
      each.process()?.tell({ kind: 'clock', offsetSeconds: clock.offsetSeconds() });
  };
  const isQuiet = async (): Promise<boolean> => {
    const running = await Promise.all(live().map((each) => each.process()?.running() ?? 0));
    return running.every((count) => count === 0) && !canBeReceived();
  };
  const canBeReceived = (): boolean =>
    sqs
      .inspect()
      .filter(({ name }) => Object.values(QUEUES).includes(name))
      .some(({ messages }) => {
        const closed = new Set(
          messages.filter((one) => one.visibleAt > clock.now()).map((one) => one.groupId),
        );
        return messages.some((one) => !closed.has(one.groupId));
      });
  const settle = async (): Promise<void> => {
    await stripe.delivery.flush();
    for (let look = 0, quiet = 0; quiet < QUIET_LOOKS; look += 1) {
      if (look > LOOKS_MAX)
        throw new Error(`nothing came to rest:\n${lines.slice(-40).join('\n')}`);
      quiet = (await isQuiet()) ? quiet + 1 : 0;
      await sleep(LOOK_EVERY_MS);
    }
  };
  const sweep = async (): Promise<void> => {
    const [first] = live();
    await first?.process()?.sweep();
  };
  /** With everybody alive, until nothing is missing. Answers how long that took, in seconds of this world. */
  const converge = async (
    boundSeconds: number,
    { tick = sweep }: { readonly tick?: () => Promise<void> } = {},
  ): Promise<number> => {
    for (let seconds = 0; ; seconds += ROUND_SECONDS) {
      await settle();
      await tick();
      await settle();
      const problems = await problemsOf(world, stores);
      if (problems.length === 0) return seconds;
      if (seconds >= boundSeconds) {
        throw new Error(
          `not converged after ${seconds} s:\n${problems.join('\n')}\n\n${lines.slice(-60).join('\n')}`,
        );
      }
      advance(ROUND_SECONDS);
    }
  };
  return {
    ...world,
    guard,
    lines,
    addWorker,
    advance,
    settle,
    sweep,
    converge,
    upstreams,
    tableName: stores.tableName,
    /** What happens to Stripe's deliveries from now on. */
    followWebhooks: (plan: Plan): void => {
      webhooks.plan = plan;
    },
    problems: () => problemsOf(world, stores),
    /** In either queue, received or not. */
    waiting: () =>
      sqs
        .inspect()
        .filter(({ name }) => Object.values(QUEUES).includes(name))
        .flatMap(({ messages }) => messages),
    deadLetters: () => Object.values(QUEUES).flatMap((name) => sqs.deadLetters(name)),
    close: async () => {
      for (const each of live()) each.kill();
      await Promise.all(workers.map((each) => each.process()?.gone()));
      for (const each of proxiesToClose) await each.close();
      await farEnds.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** The plan as it is at each request; `look` sees what ECR was made to say. */
const relayed = (plan: () => Plan, look: () => void = () => undefined): Plan => ({
  faultOf: (call) => plan().faultOf(call),
  arriving: (call) => plan().arriving?.(call) ?? 'pass',
  effected: (call) => {
    if (POLICY_WRITES.includes(call.operation)) look();
    return plan().effected?.(call) ?? 'pass';
  },
});

const POLICY_WRITES = ['SetRepositoryPolicy', 'DeleteRepositoryPolicy'];

type Named = { readonly service: string; readonly proxy: FaultProxy };

export const startProxies = (
  upstreams: Readonly<Record<string, string>>,
  plan: Plan,
): Promise<readonly Named[]> =>
  Promise.all(
    Object.entries(upstreams).map(async ([service, url]) => ({
      service,
      proxy: await startFaultProxy({ service, target: () => url, plan }),
    })),
  );

const AWS = {
  AWS_REGION: LOCAL_REGION,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
};

export const endpointsOf = (proxies: readonly Named[]): Readonly<Record<string, string>> => ({
  ...AWS,
  ...Object.fromEntries(
    proxies.flatMap(({ service, proxy }) => {
      const name = ENDPOINT_OF[service];
      return name === undefined ? [] : [[name, proxy.url]];
    }),
  ),
});

const ENDPOINT_OF: Readonly<Record<string, string>> = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  poller: 'WIRE_POLLER_URL',
  ecr: 'AWS_ENDPOINT_URL_ECR',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  stripe: 'STRIPE_API_BASE',
};

const environmentOf = (
  { sqs, secrets }: Pick<FarEnds, 'sqs' | 'secrets'>,
  {
    proxies,
    tableName,
    offsetSeconds,
  }: {
    readonly proxies: readonly Named[];
    readonly tableName: string;
    readonly offsetSeconds: number;
  },
): Readonly<Record<string, string>> => {
  const endpoints = endpointsOf(proxies);
  const queueUrl = (name: string): string =>
    `${endpoints.AWS_ENDPOINT_URL_SQS}${new URL(sqs.queueUrl(name)).pathname}`;
  return {
    ...endpoints,
    STAGE,
    TABLE_NAME: tableName,
    CUSTOMERS_QUEUE_URL: queueUrl(QUEUES.customers),
    POLICIES_QUEUE_URL: queueUrl(QUEUES.policies),
    STRIPE_KEY_SECRET_ARN: secrets.arnOf(STRIPE_KEY_SECRET) ?? '',
    WEBHOOK_SECRET_ARN: secrets.arnOf(WEBHOOK_SECRET) ?? '',
    STRIPE_LIVEMODE: 'false',
    STRIPE_ACCOUNT: '',
    STRIPE_READS_MAX: '0',
    PROBE_REPOSITORY,
    PARTITION: 'aws',
    WIRE_OFFSET_SECONDS: String(offsetSeconds),
  };
};

const waitFor = async (isSo: () => boolean): Promise<void> => {
  for (let look = 0; !isSo(); look += 1) {
    if (look > LOOKS_MAX) throw new Error('what was on its way never arrived');
    await sleep(LOOK_EVERY_MS);
  }
};
