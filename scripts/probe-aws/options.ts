import { parseArgs } from 'node:util';
import { isRunId } from './names.ts';
import type { Need } from './probe.ts';

export type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'list' }
  | {
      readonly kind: 'run';
      readonly region: string;
      readonly needs: readonly Need[];
      /** All of them without it. */
      readonly only: readonly string[] | undefined;
      readonly deadAccount: string;
      readonly outFile: string | undefined;
    }
  | {
      readonly kind: 'clean-up';
      readonly region: string;
      readonly withIam: boolean;
      /** Of every run without it. */
      readonly runId: string | undefined;
    }
  /** What is missing or wrong, and what to give instead. */
  | { readonly kind: 'refused'; readonly because: string };

const OPTIONS = {
  'yes-create-resources': { type: 'boolean' },
  region: { type: 'string' },
  'with-iam': { type: 'boolean' },
  slow: { type: 'boolean' },
  only: { type: 'string' },
  'dead-account': { type: 'string' },
  out: { type: 'string' },
  cleanup: { type: 'string' },
  'cleanup-all': { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** Accounts are numbered at random, and nobody was ever seen to have this one. */
const DEAD_ACCOUNT = '000000000001';
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

export const parseAsked = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Asked => {
  const values = valuesOf(args);
  if (typeof values === 'string') return refused(values);
  if (values.help === true) return { kind: 'help' };
  if (values.list === true) return { kind: 'list' };
  if ((env.CI ?? '') !== '') {
    return refused('CI is set, and this creates resources in a real account: never in CI');
  }
  const region = values.region ?? '';
  if (!REGION.test(region)) {
    return refused('--region is needed, such as --region eu-central-1; no default is taken');
  }
  return isCleanUp(values) ? askedCleanUp(values, region) : askedRun(values, region);
};

const valuesOf = (args: readonly string[]): Values | string => {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
};

const isCleanUp = (values: Values): boolean =>
  values.cleanup !== undefined || values['cleanup-all'] === true;

const askedCleanUp = (values: Values, region: string): Asked => {
  const { cleanup: runId, 'cleanup-all': all = false, 'with-iam': withIam = false } = values;
  if (all) {
    if (runId === undefined) return { kind: 'clean-up', region, withIam, runId };
    return refused('either --cleanup <run id> or --cleanup-all, not both');
  }
  if (runId !== undefined && isRunId(runId)) return { kind: 'clean-up', region, withIam, runId };
  return refused('--cleanup takes the id of a run, 8 hexadecimal digits');
};

const askedRun = (values: Values, region: string): Asked => {
  if (values['yes-create-resources'] !== true) {
    return refused(
      '--yes-create-resources is needed: this makes repositories, queues, a table and secrets, and deletes them',
    );
  }
  const deadAccount = values['dead-account'] ?? DEAD_ACCOUNT;
  if (!/^\d{12}$/.test(deadAccount)) return refused('--dead-account takes 12 digits');
  const needs: readonly (Need | false)[] = [
    values.slow === true && 'slow',
    values['with-iam'] === true && 'iam',
  ];
  return {
    kind: 'run',
    region,
    needs: needs.filter((need) => need !== false),
    only: values.only?.split(',').map((id) => id.trim()),
    deadAccount,
    outFile: values.out,
  };
};

const refused = (because: string): Asked => ({ kind: 'refused', because });
