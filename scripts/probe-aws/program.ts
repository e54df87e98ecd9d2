import { DescribeRegistryCommand } from '@aws-sdk/client-ecr';
import { PROBES } from './all.ts';
import { errorText } from './attempt.ts';
import { type CleanUp, cleanUp } from './clean-up.ts';
import { closeClients, openClients } from './clients.ts';
import type { Made } from './maker.ts';
import { newRunId, prefixOf } from './names.ts';
import { type Asked, parseAsked } from './options.ts';
import type { Probe } from './probe.ts';
import { cleanUpText, codeOf, jsonOf, probeTable, type Report, textOf } from './report.ts';
import { notAsked, type Result, runProbe, type Time } from './run.ts';
import { shelvesOf } from './shelves.ts';
import type { Account } from './world.ts';

/** What the program has of the process that it runs in. */
export type Outside = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** Fires when somebody wants the program to end. */
  readonly stop: AbortSignal;
  readonly time: Time;
  readonly probes?: readonly Probe[];
};

type Asking<Kind> = Extract<Asked, { readonly kind: Kind }>;

/** Of one run, and of finding and deleting what it made, which a large registry makes long. */
const CALLS_MAX = { run: 6_000, cleanUp: 5_000 };
const MINUTES_MAX = { usual: 45, slow: 150 };

const HELP = `npm run probe:aws -- --region <region> --yes-create-resources [--with-iam] [--slow] [--only <id>,<id>] [--dead-account <12 digits>] [--out <file>]
npm run probe:aws -- --region <region> --cleanup <run id> | --cleanup-all [--with-iam]
npm run probe:aws -- --list

Tries on a real AWS account what we believe about AWS: docs/probes.md.
Exit code 0: as believed; 1: something is otherwise; 2: it could not be tried, or not everything was deleted.`;

export const runProgram = async (args: readonly string[], outside: Outside): Promise<0 | 1 | 2> => {
  const asked = parseAsked(args, outside.env);
  try {
    switch (asked.kind) {
      case 'help':
        outside.print(HELP);
        return 0;
      case 'list':
        for (const line of probeTable(PROBES)) outside.print(line);
        return 0;
      case 'refused':
        outside.print(`Nothing was done: ${asked.because}.\n\n${HELP}`);
        return 2;
      case 'clean-up':
        return await runCleanUp(asked, outside);
      default:
        return await runAll(asked, outside);
    }
  } catch (error) {
    outside.print(`It could not be run: ${errorText(error)}`);
    return 2;
  }
};

const runCleanUp = async (
  { region, runId, withIam }: Asking<'clean-up'>,
  outside: Outside,
): Promise<0 | 2> => {
  const account = await accountIn(region);
  outside.print(`Account ${account.id}, ${account.region}.`);
  const runs = runId === undefined ? ({ kind: 'all' } as const) : ({ kind: 'one', runId } as const);
  const found = await sweepUp({ account, withIam, outside, made: [], runs });
  for (const { kind, name } of found.deleted) outside.print(`deleted ${kind} ${name}`);
  outside.print(cleanUpText(found, runId));
  return found.left.length === 0 ? 0 : 2;
};

const runAll = async (asked: Asking<'run'>, outside: Outside): Promise<0 | 1 | 2> => {
  const chosen = chosenOf(outside.probes ?? PROBES, asked.only);
  // Before anything is made: a result that cannot be kept is not worth the making.
  if (asked.outFile !== undefined) await outside.writeFile(asked.outFile, '{}\n');
  const account = await accountIn(asked.region);
  const runId = newRunId();
  outside.print(
    `Account ${account.id}, ${account.region}. Run ${runId}: everything it makes begins with ${prefixOf(runId)} and is deleted at the end; should this process die, --cleanup ${runId} does it.`,
  );
  const report = await probeAndCleanUp({ asked, account, runId, chosen, outside });
  outside.print(textOf(report));
  if (asked.outFile !== undefined) await outside.writeFile(asked.outFile, jsonOf(report));
  return codeOf(report);
};

const chosenOf = (probes: readonly Probe[], only: readonly string[] | undefined) => {
  const unknown = only?.find((wanted) => !probes.some(({ id }) => id === wanted));
  if (unknown !== undefined) throw new Error(`there is no probe ${unknown}; --list names them`);
  return probes.filter(({ id }) => only?.includes(id) ?? true);
};

type Run = {
  readonly asked: Asking<'run'>;
  readonly account: Account;
  readonly runId: string;
  readonly chosen: readonly Probe[];
  readonly outside: Outside;
};

const probeAndCleanUp = async (run: Run): Promise<Report> => {
  const { asked, account, runId, chosen, outside } = run;
  const made = new Map<string, Made>();
  const results: Result[] = [];
  const minutes = asked.needs.includes('slow') ? MINUTES_MAX.slow : MINUTES_MAX.usual;
  const stop = AbortSignal.any([outside.stop, AbortSignal.timeout(minutes * 60_000)]);
  const { count, countCall } = callCounter(CALLS_MAX.run);
  const startedAt = outside.time.now();
  const note = (one: Made): void => {
    made.set(`${one.kind} ${one.name}`, one);
  };
  const common = { runId, account, deadAccount: asked.deadAccount, time: outside.time };
  let cleaned: CleanUp = { deleted: [], left: [] };
  try {
    for (const probe of chosen) {
      if (stop.aborted) break;
      const isAsked = probe.needs === undefined || asked.needs.includes(probe.needs);
      const result = isAsked
        ? await runProbe({ ...common, note, countCall, stop }, probe)
        : notAsked(probe);
      outside.print(`${result.outcome.padEnd(12)} ${probe.id} (${result.seconds} s)`);
      results.push(result);
    }
  } finally {
    const withIam = asked.needs.includes('iam');
    const runs = { kind: 'one', runId } as const;
    cleaned = await sweepUp({ account, withIam, outside, made: [...made.values()], runs });
  }
  return {
    ...{ runId, account, startedAt, endedAt: outside.time.now(), calls: count(), results },
    stopped: stop.aborted ? errorText(stop.reason) : undefined,
    cleanUp: cleaned,
  };
};

type Sweep = {
  readonly account: Account;
  readonly withIam: boolean;
  readonly outside: Outside;
} & Pick<Parameters<typeof cleanUp>[1], 'runs' | 'made'>;

/** With clients of its own: what stopped the run does not stop this. */
const sweepUp = async ({ account, withIam, outside, runs, made }: Sweep): Promise<CleanUp> => {
  const { countCall } = callCounter(CALLS_MAX.cleanUp);
  const clients = openClients({ region: account.region, runId: '', beforeCall: countCall });
  try {
    const wait = (seconds: number): Promise<void> => outside.time.sleep(seconds);
    return await cleanUp(shelvesOf(clients, withIam), { runs, made, wait });
  } finally {
    closeClients(clients);
  }
};

const callCounter = (max: number) => {
  let calls = 0;
  return {
    count: () => calls,
    countCall: () => {
      if (calls >= max) throw new Error(`more than ${max} calls were made, so no more are`);
      calls += 1;
    },
  };
};

/** A registry has the number of its account; so no right to STS is needed. */
const accountIn = async (region: string): Promise<Account> => {
  const clients = openClients({ region, runId: '', beforeCall: () => undefined });
  try {
    const { registryId } = await clients.ecr.send(new DescribeRegistryCommand());
    if (registryId === undefined) throw new Error('ECR does not say whose registry it is');
    return { id: registryId, region, partition: partitionOf(region) };
  } finally {
    closeClients(clients);
  }
};

const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
};
