import { catalogHash } from '../../functions/core/catalog-hash.ts';
import { type Diagnosis, diagnose } from '../../functions/usecases/diagnose.ts';
import { positionals } from '../args.ts';
import type { Command } from '../command.ts';
import { errorText, plural } from '../format.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'compare everything with everything, and say how to mend what differs',
  usage: ['wharfage doctor'],
  details:
    'Reads Stripe (the key, its mode and permissions, all live subscriptions), the webhook secret, the\ntable, every repository policy, the sealed secrets and the catalogs, and writes nothing. Each\ndifference comes with its cause and the command that mends it. Exit code 1 when there is any, 3 when\nsomething could not be looked at.',
  example: 'wharfage doctor --stage test',
  options: {},
  prepare: (args) => {
    positionals(args);
    return async ({ deps, checkout, progress }) => {
      const { stage, partition } = deps.place;
      const checkoutHash =
        checkout.kind === 'invalid' ? 'not valid' : catalogHash(checkout.catalog);
      const request = { stage, partition, checkoutHash, onProgress: progress };
      const diagnosis = await diagnose(deps)(request);
      return { code: codeOf(diagnosis), text: textOf(diagnosis), data: diagnosis };
    };
  },
};

const codeOf = ({ findings, unreached }: Diagnosis): 0 | 1 | 3 => {
  if (unreached.length > 0) return 3;
  return findings.length > 0 ? 1 : 0;
};

const textOf = ({ findings, unreached, customers, repositories }: Diagnosis): string =>
  [
    ...findings.flatMap(({ area, what, cause, mend }) => [
      `${area}: ${what}`,
      `  cause: ${cause}`,
      `  mend:  ${mend}`,
      '',
    ]),
    ...unreached.flatMap(({ what, error }) => [
      `could not look at ${what}: ${errorText(error)}`,
      '',
    ]),
    `${plural(customers, 'customer')} and ${plural(repositories, 'repository', 'repositories')} looked at: ${plural(findings.length, 'difference')}${unreached.length === 0 ? '' : `, ${plural(unreached.length, 'part')} not reached`}.`,
  ].join('\n');
