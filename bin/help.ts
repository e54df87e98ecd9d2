import type { Command } from './command.ts';
import { table } from './format.ts';

const GLOBAL_OPTIONS = [
  ['--stage <name>', 'which stage: WHARFAGE_STAGE, else live'],
  ['--stack <name>', 'its CloudFormation stack: wharfage-<stage>'],
  ['--region <name>', "its Region: from AWS's own configuration"],
  ['--local', 'the system that npm start runs on this machine'],
  ['--json', 'the result for machines'],
  ['--help', 'this text, or that of a command'],
] as const;

const EXIT_CODES = [
  ['0', 'fine'],
  ['1', 'it ran and found something wrong, or was refused'],
  ['2', 'the arguments are wrong; nothing was done'],
  ['3', 'something could not be reached'],
] as const;

const indented = (rows: readonly (readonly string[])[]): readonly string[] =>
  table(rows).map((line) => `  ${line}`);

export const helpText = (commands: readonly Command[]): string =>
  [
    'wharfage looks after one stage of Wharfage, with your own AWS credentials.',
    '',
    'Usage: wharfage <command> [arguments] [options]',
    '',
    'Commands:',
    ...indented(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options:',
    ...indented(GLOBAL_OPTIONS),
    '',
    'Exit codes:',
    ...indented(EXIT_CODES),
    '',
    'Examples:',
    '  wharfage status cus_NffrFeUfNV2Hib',
    '  wharfage doctor --stage test',
    '  wharfage credential claim --help',
  ].join('\n');

export const commandHelp = ({ summary, usage, details, example }: Command): string =>
  [
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    '',
    'Usage:',
    ...usage.map((line) => `  ${line}`),
    '',
    details,
    '',
    'Example:',
    `  ${example}`,
    '',
    'Options of every command: --stage, --stack, --region, --local, --json, --help',
  ].join('\n');
