import { customerIdOf, optionOf, positionals, requiredOption } from '../args.ts';
import { type Args, type Outside, type OutsideCommand, UsageError } from '../command.ts';
import { plural, section } from '../format.ts';
import type { Check } from '../probe/check.ts';
import type { Target } from '../probe/manifest-checks.ts';
import { type ProbeReport, runProbe } from '../probe/run-probe.ts';

export const probe: OutsideCommand = {
  name: 'probe',
  summary: 'check a deployed gateway from outside, as container clients use it',
  usage: [
    'wharfage probe <https://registry…>',
    'wharfage probe <https://registry…> --user <cus_…> --secret-file <file> --repository <name> --tag <tag>',
  ],
  details:
    'Needs no AWS credentials. Without a credential it checks the challenges; with one also tokens, HEAD,\nlengths, redirects, lists and refusals; with one whose subscription has ended, what each class of\nclient is told. --secret-file - reads the secret from stdin. --keep-token <file> keeps an access token,\nand --old-token-file <file> an hour later checks how an expired one is refused. The ledger counts what\nthe probe does. Exit code 1 when something is wrong.',
  example:
    'wharfage probe https://registry.acme.com --user cus_NffrFeUfNV2Hib --secret-file - --repository acme/app --tag 1.0.0',
  options: {
    user: { type: 'string' },
    'secret-file': { type: 'string' },
    repository: { type: 'string' },
    tag: { type: 'string' },
    'keep-token': { type: 'string' },
    'old-token-file': { type: 'string' },
  },
  prepareOutside: (args) => {
    const origin = originOf(positionals(args, 'the address of a gateway')[0] ?? '');
    const username = optionOf(args, 'user');
    if (username !== undefined) customerIdOf(username);
    const secretFile = username === undefined ? undefined : requiredOption(args, 'secret-file');
    const target = targetOf(args);
    if (username === undefined) refuseWithoutUser(args);
    return async (outside) => {
      const secret = await trimmed(outside, secretFile);
      const oldToken = await trimmed(outside, optionOf(args, 'old-token-file'));
      const report = await runProbe(
        outside.wire,
        outside.progress,
      )({
        origin,
        ...(username === undefined || secret === undefined ? {} : { login: { username, secret } }),
        ...(target === undefined ? {} : { target }),
        ...(oldToken === undefined ? {} : { oldToken }),
      });
      const { token, ...shown } = report;
      await keep(outside, optionOf(args, 'keep-token'), token);
      const isWrong = report.checks.some(({ outcome }) => outcome === 'wrong');
      return { code: isWrong ? 1 : 0, text: textOf(report), data: shown };
    };
  },
};

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** A secret goes there: never in the clear, but on this machine. */
const originOf = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.protocol === 'http:' && LOOPBACK.includes(url.hostname);
  const isBare = url !== undefined && ['', '/', '/v2/'].includes(url.pathname + url.search);
  if (
    url !== undefined &&
    isBare &&
    url.username === '' &&
    (isPlain || url.protocol === 'https:')
  ) {
    return url.origin;
  }
  throw new UsageError(
    `wharfage probe takes an address such as https://registry.acme.com (http on this machine only), got ${JSON.stringify(shownOf(text))}`,
  );
};

/** Whatever stands before an @ may be a password. */
const shownOf = (text: string): string => text.replace(/^(\w+:\/\/)?.*@/s, '$1…@').slice(0, 100);

const REPOSITORY = /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

const targetOf = (args: Args): Target | undefined => {
  const repository = optionOf(args, 'repository');
  const tag = optionOf(args, 'tag');
  if (repository === undefined && tag === undefined) return undefined;
  if (REPOSITORY.test(repository ?? '') && TAG.test(tag ?? '')) {
    return { repository: repository ?? '', tag: tag ?? '' };
  }
  throw new UsageError(
    `--repository and --tag go together, such as acme/app and 1.0.0, got ${JSON.stringify(repository ?? 'nothing')} and ${JSON.stringify(tag ?? 'nothing')}`,
  );
};

const refuseWithoutUser = (args: Args): void => {
  for (const name of ['secret-file', 'repository', 'keep-token']) {
    if (optionOf(args, name) !== undefined) {
      throw new UsageError(`--${name} needs --user and --secret-file`);
    }
  }
};

const trimmed = async (
  { readText }: Outside,
  path: string | undefined,
): Promise<string | undefined> => (path === undefined ? undefined : (await readText(path)).trim());

const keep = async (
  { writeText }: Outside,
  path: string | undefined,
  token: string | undefined,
): Promise<void> => {
  if (path !== undefined && token !== undefined) await writeText(path, token);
};

const SIGNS: Readonly<Record<Check['outcome'], string>> = {
  fine: 'ok     ',
  wrong: 'WRONG  ',
  odd: 'odd    ',
  unknown: 'not checked: ',
};

const textOf = ({ origin, checks, latencies }: ProbeReport): string => {
  const wrong = checks.filter(({ outcome }) => outcome === 'wrong').length;
  const open = checks.filter(({ outcome }) => outcome === 'unknown').length;
  return [
    origin,
    '',
    ...checks.flatMap(({ name, outcome, what, change }) => [
      `${SIGNS[outcome]}${name}: ${what}`,
      ...(change === undefined ? [] : [`       ${outcome === 'wrong' ? 'change: ' : ''}${change}`]),
    ]),
    ...section(
      'Latency from here',
      latencies.map(
        ({ what, samples, medianMs, slowestMs }) =>
          `${what}: median ${medianMs} ms, slowest ${slowestMs} ms of ${samples}`,
      ),
    ),
    '',
    `${plural(checks.length, 'check')}: ${wrong} wrong, ${open} not checked.`,
  ].join('\n');
};
