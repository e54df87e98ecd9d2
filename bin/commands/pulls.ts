import type { PullDay } from '../../functions/core/ledger.ts';
import { type ExplainedPulls, explainPulls } from '../../functions/usecases/explain-pulls.ts';
import { customerIdOf, positionals } from '../args.ts';
import type { Command } from '../command.ts';
import { credentialText } from '../customer-text.ts';
import { section, table, timeText } from '../format.ts';

export const pulls: Command = {
  name: 'pulls',
  summary: 'what a customer pulled and was refused, and when each credential was last used',
  usage: ['wharfage pulls <cus_…>'],
  details:
    'By UTC day and repository: checks for a new version, pulls, bytes that storage was told to hand out,\nand refusals by reason. What counts as a pull is in docs/gateway.md. The ledger stays when the\ncustomer is deleted. Exit code 1 when there is nothing.',
  example: 'wharfage pulls cus_NffrFeUfNV2Hib --json',
  options: {},
  prepare: (args) => {
    const customerId = customerIdOf(positionals(args, 'a customer id')[0]);
    return async ({ deps }) => {
      const explained = await explainPulls(deps)(customerId);
      const isEmpty = explained.days.length + explained.credentials.length === 0;
      return {
        code: isEmpty ? 1 : 0,
        text: isEmpty
          ? `Stage ${deps.place.stage} knows no pull and no credential of ${customerId}: wharfage status ${customerId}`
          : textOf(customerId, explained, deps.place.stage),
        data: { customerId, ...explained },
      };
    };
  },
};

const textOf = (customerId: string, { days, credentials }: ExplainedPulls, stage: string): string =>
  [
    `${customerId}, stage ${stage}`,
    ...(days.length === 0 ? ['', 'Never asked for anything.'] : []),
    ...section('By day', days.length === 0 ? [] : table([HEAD, ...days.map(rowOf)])),
    ...section(
      'Pull credentials',
      table(
        credentials.map(({ credentialId, state, lastUsedAt }) => [
          credentialId,
          lastUsedAt === undefined ? 'never used' : `last used ${timeText(lastUsedAt)}`,
          state === undefined ? 'no longer stored' : credentialText(state),
        ]),
      ),
    ),
  ].join('\n');

const HEAD = ['day', 'repository', 'checks', 'pulls', 'bytes', 'refused', 'first', 'last'];

const rowOf = (each: PullDay): readonly string[] => [
  each.day,
  each.repository,
  String(each.versionChecks),
  String(each.pulls),
  bytesText(each.bytes),
  refusedText(each.denials),
  timeText(each.firstAt).slice(11, 16),
  timeText(each.lastAt).slice(11, 16),
];

const refusedText = (denials: PullDay['denials']): string => {
  const texts = Object.entries(denials).map(([because, count]) => `${count} ${because}`);
  return texts.length === 0 ? '-' : texts.join(', ');
};

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** `1.5 GB`, in thousands, as clients show it. */
const bytesText = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} B`;
  const power = Math.min(UNITS.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1_000 ** power).toFixed(1)} ${UNITS[power - 1] ?? ''}`;
};
