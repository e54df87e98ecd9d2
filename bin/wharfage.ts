import { parseArgs } from 'node:util';
import { type CatalogParse, parseCatalog } from '../functions/core/parse-catalog.ts';
import { catalog as catalogInput } from './catalog.ts';
import {
  type Args,
  type Command,
  type Deps,
  type Outside,
  type Result,
  UsageError,
} from './command.ts';
import { accounts } from './commands/accounts.ts';
import { breaker } from './commands/breaker.ts';
import { credential } from './commands/credential.ts';
import { doctor } from './commands/doctor.ts';
import { grant, ungrant } from './commands/grant.ts';
import { plan } from './commands/plan.ts';
import { probe } from './commands/probe.ts';
import { pulls } from './commands/pulls.ts';
import { rehearse } from './commands/rehearse.ts';
import { restoreMode } from './commands/restore-mode.ts';
import { status } from './commands/status.ts';
import { sync } from './commands/sync.ts';
import { errorText, jsonText, printable } from './format.ts';
import { commandHelp, helpText } from './help.ts';
import type { Target } from './open-deployment.ts';
import { readText, writePage, writeText } from './private-text.ts';
import { httpWire } from './probe/wire.ts';
import { type ProgressStream, progressOn } from './progress.ts';
import { userName } from './user-name.ts';

const COMMANDS: readonly Command[] = [
  status,
  pulls,
  sync,
  plan,
  credential,
  grant,
  ungrant,
  breaker,
  accounts,
  doctor,
  probe,
  rehearse,
  restoreMode,
];

const GLOBAL_OPTIONS = {
  stage: { type: 'string' },
  stack: { type: 'string' },
  region: { type: 'string' },
  local: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What the command needs of the world; a test gives its own. */
export type World = {
  readonly open: (target: Target, checkout: CatalogParse) => Promise<Deps>;
  readonly outside: Omit<Outside, 'progress' | 'checkout'>;
  readonly checkout: CatalogParse;
  readonly out: (text: string) => Promise<void>;
  readonly errors: ProgressStream;
  readonly user: string;
  readonly defaultStage: string;
};

/** Runs one command and answers the exit code. Results go to `out`, everything else to `errors`. */
export const main = async (
  argv: readonly string[],
  world: World = realWorld(),
): Promise<number> => {
  const { out, errors } = world;
  try {
    const request = parse(argv);
    if (request.kind === 'help') {
      await out(`${request.text}\n`);
      return request.code;
    }
    const result = await perform(request, world);
    const text = request.args.values.json === true ? jsonText(result.data) : result.text;
    await out(`${printable(text)}\n`);
    return result.code;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    errors.write(`wharfage: ${printable(isUsage ? error.message : errorText(error))}\n`);
    return isUsage ? 2 : 3;
  }
};

type Request = {
  readonly kind: 'run';
  readonly args: Args;
  readonly job: Job;
};
type Job = (target: Target, world: World, progress: Outside['progress']) => Promise<Result>;
type Help = { readonly kind: 'help'; readonly text: string; readonly code: 0 | 2 };

const parse = (argv: readonly string[]): Request | Help => {
  const [name, ...rest] = argv;
  if (name === undefined) return { kind: 'help', text: helpText(COMMANDS), code: 2 };
  if (['--help', '-h', 'help'].includes(name)) {
    return { kind: 'help', text: helpText(COMMANDS), code: 0 };
  }
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) {
    const names = COMMANDS.map((each) => each.name).join(', ');
    const wrong = name.startsWith('-')
      ? `the command comes before its options, got ${JSON.stringify(name)}`
      : `there is no command ${JSON.stringify(name)}`;
    throw new UsageError(`${wrong}; there are ${names}`);
  }
  const args = readArgs(command, rest);
  if (args.values.help === true) return { kind: 'help', text: commandHelp(command), code: 0 };
  return { kind: 'run', args, job: jobOf(command, args) };
};

const jobOf = (command: Command, args: Args): Job => {
  if ('prepareOutside' in command) {
    const job = command.prepareOutside(args);
    return (_target, { outside, checkout }, progress) => job({ ...outside, checkout, progress });
  }
  const job = command.prepare(args);
  return async (target, { open, checkout, user }, progress) =>
    job({ deps: await open(target, checkout), checkout, progress, user });
};

const readArgs = (command: Command, argv: readonly string[]): Args => {
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      options: { ...command.options, ...GLOBAL_OPTIONS },
      allowPositionals: true,
    });
    return { positionals, values: values as Args['values'] };
  } catch (cause) {
    const [reason] = errorText(cause)
      .replace(/^TypeError: /, '')
      .split(/\. To specify|\.?\n/);
    throw new UsageError(`${reason}: see wharfage ${command.name} --help`, { cause });
  }
};

const perform = async ({ args, job }: Request, world: World): Promise<Result> => {
  const progress = progressOn(world.errors);
  try {
    return await job(targetOf(args, world.defaultStage), world, progress.show);
  } finally {
    progress.clear();
  }
};

const STAGE = /^[a-z][a-z0-9]{0,15}$/;

const targetOf = ({ values }: Args, defaultStage: string): Target => {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  const stage = text('stage') ?? defaultStage;
  if (!STAGE.test(stage)) {
    throw new UsageError(
      `--stage takes 1 to 16 of a-z and 0-9, a letter first, got ${JSON.stringify(stage)}`,
    );
  }
  return {
    stackName: text('stack') ?? `wharfage-${stage}`,
    region: text('region'),
    isLocal: values.local === true,
    tableName: text('table'),
  };
};

const realWorld = (): World => ({
  open: async (target, checkout) => {
    // The SDKs are loaded only once it is clear that they are needed.
    const { openDeployment } = await import('./open-deployment.ts');
    return openDeployment(target, checkout);
  },
  outside: { wire: httpWire, readText, writeText, writePage },
  checkout: parseCatalog(catalogInput),
  out: writeOut,
  errors: process.stderr,
  user: userName(),
  defaultStage: process.env.WHARFAGE_STAGE ?? 'live',
});

/** A result that nobody received must not pass for one: what was shown once in it is lost. */
const writeOut = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(new Error('it is done, but the result could not be written to stdout', { cause }));
    };
    process.stdout.once('error', fail);
    process.stdout.write(text, (error) => (error ? fail(error) : resolve()));
  });
