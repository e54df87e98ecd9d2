import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** What the command was asked to do. */
export type Options =
  | {
      readonly kind: 'seeds';
      readonly from: number;
      readonly seeds: number;
      readonly workers: number;
      /** `first`: a failure ends the search. `all`: go on, and list what failed. */
      readonly until: 'first' | 'all';
    }
  | { readonly kind: 'plan'; readonly file: string }
  | { readonly kind: 'usage'; readonly text: string };

export const USAGE = `Usage: npm run simulate -- [options]

  --seeds N     how many seeds to try (1000)
  --from S      the first of them (1)
  --seed S      this one alone
  --plan FILE   a plan that was written down, such as a file of test/simulation/regressions
  --workers W   how many processes (one for each core)
  --all         go on after a failure, and list all of them without shrinking

Exit code 1: an invariant does not hold.`;

const SEEDS_DEFAULT = 1_000;
const SEED_MAX = 2 ** 31 - 1;
const WORKERS_MAX = 256;

/** A mistake in the command line, told in one sentence. */
export class OptionError extends Error {}

export const optionsOf = (argv: readonly string[]): Options => {
  const values = valuesOf(argv);
  if (values.help === true) return { kind: 'usage', text: USAGE };
  const alone = ['seed', 'plan'].filter((name) => Object.hasOwn(values, name));
  const others = Object.keys(values).filter((name) => !alone.includes(name));
  if (alone.length > 1 || (alone.length === 1 && others.length > 0)) {
    const given = [...alone, ...others].map((name) => `--${name}`).join(', ');
    throw new OptionError(`--seed and --plan stand alone, got ${given}`);
  }
  if (values.plan !== undefined) return { kind: 'plan', file: values.plan };
  if (values.seed !== undefined) {
    const from = numberOf('seed', values.seed, SEED_MAX);
    return { kind: 'seeds', from, seeds: 1, workers: 1, until: 'first' };
  }
  const from = numberOf('from', values.from ?? '1', SEED_MAX);
  const seeds = numberOf('seeds', values.seeds ?? String(SEEDS_DEFAULT), SEED_MAX - from + 1);
  const wanted = values.workers ?? String(availableParallelism());
  const workers = Math.min(seeds, numberOf('workers', wanted, WORKERS_MAX));
  return { kind: 'seeds', from, seeds, workers, until: values.all === true ? 'all' : 'first' };
};

const valuesOf = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seeds: { type: 'string' },
        from: { type: 'string' },
        seed: { type: 'string' },
        plan: { type: 'string' },
        workers: { type: 'string' },
        all: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new OptionError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const numberOf = (name: string, text: string, max: number): number => {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= max) return number;
  throw new OptionError(`--${name} must be a whole number from 1 to ${max}, got '${text}'`);
};
