import type { PolicyRecord } from '../../functions/core/policy.ts';
import { POLICY_SIZE_MAX } from '../../functions/core/policy-document.ts';
import { NOTHING_APPLIED } from '../../functions/core/policy-record.ts';
import { repositoriesOf } from '../../functions/usecases/sweep-repositories.ts';
import { positionals } from '../args.ts';
import type { Command } from '../command.ts';
import { plural, section, timeText } from '../format.ts';

type View = { readonly repository: string; readonly record: PolicyRecord };

export const accounts: Command = {
  name: 'accounts',
  summary: 'how full each repository policy is, and which accounts are not in it',
  usage: ['wharfage accounts'],
  details:
    'For each repository: accounts in its policy, its size against the 10,240 characters that ECR allows,\naccounts that ECR refuses (quarantined), accounts that wait because it is full, and statements of\nyour own that ECR refuses. Exit code 1 when there is any of these.',
  example: 'wharfage accounts --json',
  options: {},
  prepare: (args) => {
    positionals(args);
    return async ({ deps }) => {
      const { deployed, accepted } = await deps.catalogs();
      const views = await Promise.all(
        repositoriesOf(deployed, accepted).map(async (repository): Promise<View> => {
          const { policy } = await deps.members.readRepository(repository);
          return { repository, record: policy ?? NOTHING_APPLIED };
        }),
      );
      return {
        code: views.some(isTroubled) ? 1 : 0,
        text: views.map(textOf).join('\n\n'),
        data: views.map(dataOf),
      };
    };
  },
};

const isTroubled = ({ record: { quarantined, overflow, dead } }: View): boolean =>
  Object.keys(quarantined).length + overflow.length + dead.length > 0;

const percentOf = (size: number): number => Math.ceil((size * 100) / POLICY_SIZE_MAX);

const textOf = ({ repository, record }: View): string => {
  const { applied, appliedAt, size, quarantined, overflow, dead } = record;
  return [
    `${repository}: ${plural(applied.length, 'account')}, ${size} of ${POLICY_SIZE_MAX} characters (${percentOf(size)} %), ${appliedAt === 0 ? 'never applied' : `applied ${timeText(appliedAt)}`}`,
    ...section(
      'Quarantined',
      Object.entries(quarantined).map(
        ([account, { since, triedAt }]) =>
          `${account} since ${timeText(since)}, last tried ${timeText(triedAt)}`,
      ),
    ),
    ...section('Waiting because the policy is full', overflow),
    ...section('Your statements that ECR refuses', dead),
  ].join('\n');
};

const dataOf = ({ repository, record }: View) => {
  const { applied, appliedAt, size, quarantined, overflow, dead } = record;
  return {
    repository,
    applied,
    appliedAt,
    size,
    percent: percentOf(size),
    quarantined,
    overflow,
    dead,
  };
};
