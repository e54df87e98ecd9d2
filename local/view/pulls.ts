import { fieldOf, textField } from '../../functions/core/field.ts';
import type { PullDay } from '../../functions/core/ledger.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import type { LogLine } from '../function-log.ts';
import type { LocalStores } from '../stores.ts';
import type { System } from '../system.ts';

type PullLine = {
  readonly at: EpochSeconds;
  readonly what: string;
  readonly decision: string;
  readonly isAllowed: boolean;
};

export type PullsView = {
  /** What a customer types. The secret is asked for, and never on the page. */
  readonly login: string;
  readonly commands: readonly string[];
  /** What the gateway answered lately, newest first. */
  readonly recent: readonly PullLine[];
  /** The ledger, newest day first. */
  readonly days: readonly PullDay[];
};

type Parts = {
  readonly customerId: string;
  /** `127.0.0.1:4244` */
  readonly host: string;
  readonly open: readonly string[];
  readonly tags: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly log: readonly LogLine[];
  readonly days: readonly PullDay[];
};

const LINES_SHOWN = 12;
const DAYS_SHOWN = 10;
/** Signatures and what else hangs on an image by its name. */
const ATTACHED = /^sha256-[0-9a-f]{64}/;

type Sources = {
  readonly system: Pick<System, 'registry' | 'farEnds' | 'log'>;
  readonly stores: Pick<LocalStores, 'ledger'>;
};

/** `open`: the repositories that are open to this customer. */
export const pullsFor = async (
  { system: { registry, farEnds, log }, stores }: Sources,
  customerId: string,
  open: readonly string[],
): Promise<PullsView> =>
  pullsOf({
    customerId,
    host: new URL(registry.origin).host,
    open,
    tags: farEnds.ecr.tags(),
    log: log.lines(),
    days: await stores.ledger.listPulls(customerId),
  });

export const pullsOf = ({ customerId, host, open, tags, log, days }: Parts): PullsView => ({
  login: `docker login ${host} -u ${customerId} --password-stdin`,
  commands: open.flatMap((repository) => commandOf(host, repository, tags[repository])),
  recent: log
    .flatMap(({ at, text }) => lineOf(customerId, at, text))
    .slice(-LINES_SHOWN)
    .toReversed(),
  days: days.slice(0, DAYS_SHOWN),
});

export const visibleTags = (tags: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.keys(tags)
    .filter((tag) => !ATTACHED.test(tag))
    .sort();

const commandOf = (
  host: string,
  repository: string,
  tags: Readonly<Record<string, string>> | undefined,
): readonly string[] => {
  const names = visibleTags(tags);
  const tag = names.includes('latest') ? 'latest' : names.at(-1);
  if (tag === undefined) return [];
  return /charts?$/.test(repository)
    ? [`helm pull oci://${host}/${repository} --version ${tag} --plain-http`]
    : [`docker pull ${host}/${repository}:${tag}`];
};

/** The functions' own lines: one for each answer of the gateway. */
const lineOf = (customerId: string, at: EpochSeconds, text: string): readonly PullLine[] => {
  const line = parse(text);
  if (textField(line, 'customerId') !== customerId) return [];
  const decision = textField(line, 'decision');
  if (decision === undefined) return [];
  const isAllowed = decision === 'allow' || decision === 'issued';
  const because = textField(line, 'because');
  return [{ at, what: whatOf(line), decision: because ?? decision, isAllowed }];
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const whatOf = (line: unknown): string => {
  const repository = textField(line, 'repository');
  const subject = textField(line, 'reference') ?? textField(line, 'digest');
  const request = textField(line, 'request') ?? String(fieldOf(line, 'message'));
  if (repository === undefined) return request;
  return `${request} ${repository}${subject === undefined ? '' : ` ${short(subject)}`}`;
};

/** `sha256:0123456789ab…` */
const short = (reference: string): string =>
  reference.length > 32 ? `${reference.slice(0, 19)}…` : reference;
