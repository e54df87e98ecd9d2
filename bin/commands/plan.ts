import type { AfterEnd, TagRule } from '../../functions/core/catalog.ts';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import {
  type AfterEndChange,
  FOREVER,
  type RightChange,
} from '../../functions/core/catalog-impact.ts';
import { unreachable } from '../../functions/core/unreachable.ts';
import { type AcceptOutcome, acceptCatalog } from '../../functions/usecases/accept-catalog.ts';
import { type CustomerImpact, planCatalog } from '../../functions/usecases/plan-catalog.ts';
import { optionOf, positionals } from '../args.ts';
import { type Command, type Context, type Result, UsageError } from '../command.ts';
import { plural, section, timeText } from '../format.ts';

const HASH = /^[0-9a-f]{16}$/;

export const plan: Command = {
  name: 'plan',
  summary: 'who gains and who loses by the catalog in this checkout',
  usage: ['wharfage plan', 'wharfage plan --accept <hash>'],
  details:
    'Compares bin/catalog.ts with the accepted catalog, for every stored customer and from the\nsubscriptions as last read. Deploying applies gains at once; losses wait until the deployed catalog\nis accepted by its hash. Exit code 1 means that somebody loses something.',
  example: 'wharfage plan --accept 0123456789abcdef',
  options: { accept: { type: 'string' } },
  prepare: (args) => {
    positionals(args);
    const hash = optionOf(args, 'accept');
    if (hash === undefined) return show;
    if (!HASH.test(hash)) {
      throw new UsageError(
        `--accept takes the catalog's hash, 16 of 0-9 and a-f, got ${JSON.stringify(hash)}`,
      );
    }
    return (context) => accept(context, hash);
  },
};

const show = async ({ deps, checkout, progress }: Context): Promise<Result> => {
  if (checkout.kind === 'invalid') {
    return {
      code: 1,
      text: ['bin/catalog.ts is not valid:', ...checkout.problems].join('\n'),
      data: { kind: 'invalid', problems: checkout.problems },
    };
  }
  const hash = catalogHash(checkout.catalog);
  const state = await deps.stage.findCatalogState();
  if (state === undefined) {
    return {
      code: 0,
      text: `Nothing is deployed yet, so nobody can lose anything. This catalog is ${hash}.${warningText(checkout.warnings)}`,
      data: { kind: 'nothing_deployed', hash, warnings: checkout.warnings },
    };
  }
  const { accepted, acceptedHash, deployedHash } = state;
  const { looked, impacts } = await planCatalog(deps, (done, total) =>
    progress('customers', done, total),
  )({ from: accepted, to: checkout.catalog });
  const losers = impacts.filter((impact) => lossLines(impact).length > 0);
  const hashes = { hash, deployedHash, acceptedHash };
  return {
    code: losers.length > 0 ? 1 : 0,
    text: [
      `This catalog is ${hash}; deployed is ${deployedHash}; accepted is ${acceptedHash}.`,
      ...section('Lose', losers.flatMap(lossLines)),
      ...section('Gain', impacts.flatMap(gainLines)),
      '',
      `${plural(looked, 'customer')} looked at: ${losers.length} lose, ${impacts.filter((impact) => gainLines(impact).length > 0).length} gain.`,
      adviceFor(hashes, losers.length),
      ...checkout.warnings.map((warning) => `Warning: ${warning}`),
    ].join('\n'),
    data: { kind: 'plan', ...hashes, looked, impacts, warnings: checkout.warnings },
  };
};

type Hashes = Readonly<Record<'hash' | 'deployedHash' | 'acceptedHash', string>>;

const adviceFor = ({ hash, deployedHash, acceptedHash }: Hashes, losers: number): string => {
  if (hash === acceptedHash && hash === deployedHash) return 'It is deployed and accepted.';
  if (hash !== deployedHash) {
    return losers === 0
      ? 'Deploy it: cdk deploy.'
      : `Deploy it (cdk deploy): nobody loses anything until you run wharfage plan --accept ${hash}`;
  }
  return `It is deployed and its losses wait for: wharfage plan --accept ${hash}`;
};

const lossLines = ({ customerId, losses, laterLosses }: CustomerImpact): readonly string[] =>
  [...losses.map(changeText), ...laterLosses.map(laterText)].map(
    (text) => `${customerId}  ${text}`,
  );

const gainLines = ({ customerId, gains, laterGains }: CustomerImpact): readonly string[] =>
  [...gains.map(changeText), ...laterGains.map(laterText)].map((text) => `${customerId}  ${text}`);

const DOOR_NAMES = {
  gateway: 'with a credential',
  aws: 'from AWS accounts',
  cache: 'into a pull-through cache',
  kept: 'with a credential, as pushed before the end',
} as const;

const changeText = ({ door, repository, tag, until, before, left }: RightChange): string => {
  const what = `${repository}${tag === undefined ? '' : ` tags ${ruleText(tag)}`} ${DOOR_NAMES[door]}`;
  if (until === 0) {
    const rest = left === undefined ? '' : `; what stays is tags ${left.map(ruleText).join(', ')}`;
    return `${what}: no longer${left === undefined ? '' : ' everything'}, was ${untilText(before)}${rest}`;
  }
  const was = before === 0 ? '' : `, was ${untilText(before)}`;
  return `${what}: ${untilText(until)}${was}`;
};

const untilText = (until: number): string =>
  until === FOREVER ? 'for ever' : `until ${timeText(until)}`;

const ruleText = (rule: TagRule): string =>
  'glob' in rule ? `like ${rule.glob}` : `of version ${rule.semver}`;

const laterText = ({ offerId, afterEnd, before }: AfterEndChange): string =>
  `${offerId} after its end: ${afterEndText(afterEnd)}, was: ${afterEndText(before)}`;

const afterEndText = (afterEnd: AfterEnd): string => {
  if (afterEnd === 'deny') return 'nothing stays';
  const { days, afterPaidDays } = afterEnd.keep;
  const howLong = days === 'forever' ? 'for ever' : `for ${plural(days, 'day')}`;
  return `what was pushed before stays ${howLong}, once ${plural(afterPaidDays, 'day')} were paid for`;
};

const warningText = (warnings: readonly string[]): string =>
  warnings.map((warning) => `\nWarning: ${warning}`).join('');

const accept = async ({ deps }: Context, hash: string): Promise<Result> => {
  const outcome = await acceptCatalog(deps)(hash);
  return {
    code: outcome.kind === 'accepted' || outcome.kind === 'accepted_before' ? 0 : 1,
    text: acceptText(outcome, hash),
    data: { hash, ...outcome },
  };
};

const acceptText = (outcome: AcceptOutcome, hash: string): string => {
  switch (outcome.kind) {
    case 'accepted':
      return `Accepted ${hash}. The next sweep, within 5 minutes, decides every customer again.`;
    case 'accepted_before':
      return `${hash} was accepted before.`;
    case 'nothing_deployed':
      return 'Nothing is deployed yet, so there is nothing to accept. After a deployment wait 5 minutes for the first sweep.';
    case 'not_deployed':
      return `Only the deployed catalog can be accepted, and that is ${outcome.deployedHash}, not ${hash}. After a deployment wait 5 minutes for the sweep.`;
    default:
      return unreachable(outcome);
  }
};
