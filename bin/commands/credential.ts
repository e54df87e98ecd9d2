import { DAY } from '../../functions/core/time.ts';
import {
  actorOf,
  credentialIdOf,
  customerIdOf,
  isGiven,
  onlyOptions,
  optionOf,
  positionals,
  wholeNumberOf,
} from '../args.ts';
import { type Args, type Command, type Context, type Result, UsageError } from '../command.ts';
import { claim, type Handover, retire, rotate } from '../credential-acts.ts';

const OPTIONS = {
  credential: { type: 'string' },
  registry: { type: 'string' },
  'overlap-days': { type: 'string' },
  all: { type: 'boolean' },
  yes: { type: 'boolean' },
  by: { type: 'string' },
} as const;

const OVERLAP_DAYS = { fallback: 7, max: 365 };
const HOST = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::\d{1,5})?$/;

export const credential: Command = {
  name: 'credential',
  summary: 'claim, rotate or retire a customer’s pull credential',
  usage: [
    'wharfage credential claim <cus_…> [--credential <id>] [--registry <host>]',
    'wharfage credential rotate <cus_…> [--overlap-days 7] [--registry <host>] [--by <name>]',
    'wharfage credential retire <cus_…> --credential <id>',
    'wharfage credential retire <cus_…> --all --yes',
  ],
  details:
    'claim shows a waiting secret, once and never again. rotate makes a second credential, shows it, and\nretires the old ones after the overlap. retire ends one, or all, at once. A credential is an identity:\na lapsed subscription closes what it opens and leaves the credential alone.',
  example: 'wharfage credential claim cus_NffrFeUfNV2Hib --registry registry.acme.com',
  options: OPTIONS,
  prepare: (args) => {
    const [act, id] = positionals(args, 'claim, rotate or retire', 'and a customer id');
    const customerId = customerIdOf(id);
    switch (act) {
      case 'claim':
        return prepareClaim(args, customerId);
      case 'rotate':
        return prepareRotate(args, customerId);
      case 'retire':
        return prepareRetire(args, customerId);
      default:
        throw new UsageError(
          `wharfage credential takes claim, rotate or retire, got ${JSON.stringify(act)}`,
        );
    }
  },
};

type Job = (context: Context) => Promise<Result>;

const prepareClaim = (args: Args, customerId: string): Job => {
  takes(args, 'claim', 'credential', 'registry');
  const credentialId = credentialIdOf(optionOf(args, 'credential'));
  const registry = registryOf(args);
  return ({ deps }) => claim(deps, { customerId, credentialId }, handover(customerId, registry));
};

const prepareRotate = (args: Args, customerId: string): Job => {
  takes(args, 'rotate', 'overlap-days', 'registry', 'by');
  const overlapSeconds = wholeNumberOf(args, 'overlap-days', OVERLAP_DAYS) * DAY;
  const registry = registryOf(args);
  const by = actorOf(args);
  return ({ deps, user }) =>
    rotate(deps, { customerId, overlapSeconds, actor: by ?? user }, handover(customerId, registry));
};

const prepareRetire = (args: Args, customerId: string): Job => {
  takes(args, 'retire', 'credential', 'all', 'yes');
  const credentialId = credentialIdOf(optionOf(args, 'credential'));
  const isAll = isGiven(args, 'all');
  if ((credentialId === undefined) !== isAll) {
    throw new UsageError('retire takes either --credential <id> or --all');
  }
  if (isAll && !isGiven(args, 'yes')) {
    throw new UsageError(
      `--all ends every pull credential of ${customerId} at once: add --yes if you mean it`,
    );
  }
  const which = credentialId === undefined ? 'all' : { credentialId };
  return ({ deps }) => retire(deps, customerId, which);
};

const takes = (args: Args, act: string, ...own: readonly string[]): void =>
  onlyOptions(args, `wharfage credential ${act}`, { own, all: Object.keys(OPTIONS) });

const handover = (username: string, registry: string | undefined): Handover => ({
  username,
  registry,
});

const registryOf = (args: Args): string | undefined => {
  const registry = optionOf(args, 'registry');
  if (registry === undefined || HOST.test(registry)) return registry;
  throw new UsageError(
    `--registry takes a host such as registry.acme.com, got ${JSON.stringify(registry)}`,
  );
};
