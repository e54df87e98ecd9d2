import { dayOf } from '../../functions/core/calendar.ts';
import { unreachable } from '../../functions/core/unreachable.ts';
import {
  type GrantOutcome,
  grantOffer,
  ungrantOffer,
} from '../../functions/usecases/change-grant.ts';
import { actorOf, customerIdOf, instantOf, positionals, requiredOption } from '../args.ts';
import { type Command, type Context, type Result, UsageError } from '../command.ts';
import { noSuchCustomerText } from '../customer-text.ts';
import { timeText } from '../format.ts';

export const grant: Command = {
  name: 'grant',
  summary: 'open an offer for a customer by hand, until a day',
  usage: ['wharfage grant <cus_…> --offer <id> --until <day> [--by <name>]'],
  details:
    'The offer is open until that day whatever Stripe says. A grant of the same offer is replaced.\n--by is kept in the audit trail; without it your login name is.',
  example: 'wharfage grant cus_NffrFeUfNV2Hib --offer pro --until 2027-01-31 --by ada',
  options: { offer: { type: 'string' }, until: { type: 'string' }, by: { type: 'string' } },
  prepare: (args) => {
    const customerId = customerIdOf(positionals(args, 'a customer id')[0]);
    const offerId = requiredOption(args, 'offer');
    const until = instantOf(args, 'until');
    const by = actorOf(args);
    return async (context) => {
      const now = context.deps.clock();
      if (until <= now) {
        throw new UsageError(
          `--until must be later than now, ${timeText(now)}, got ${timeText(until)}; a day means its beginning, so that ${dayOf(now)} is over`,
        );
      }
      await checkOffer(context, offerId);
      const actor = by ?? context.user;
      const outcome = await grantOffer(context.deps)({ customerId, offerId, until, actor });
      return resultOf(outcome, {
        customerId,
        done: `${customerId} may pull ${offerId} until ${timeText(until)}`,
      });
    };
  },
};

export const ungrant: Command = {
  name: 'ungrant',
  summary: 'take a manual grant back',
  usage: ['wharfage ungrant <cus_…> --offer <id> [--by <name>]'],
  details: 'What a subscription opens stays open.',
  example: 'wharfage ungrant cus_NffrFeUfNV2Hib --offer pro',
  options: { offer: { type: 'string' }, by: { type: 'string' } },
  prepare: (args) => {
    const customerId = customerIdOf(positionals(args, 'a customer id')[0]);
    const offerId = requiredOption(args, 'offer');
    const by = actorOf(args);
    return async (context) => {
      const request = { customerId, offerId, actor: by ?? context.user };
      return resultOf(await ungrantOffer(context.deps)(request), {
        customerId,
        done: `the manual grant of ${offerId} to ${customerId} is gone`,
      });
    };
  },
};

const checkOffer = async ({ deps }: Context, offerId: string): Promise<void> => {
  const { deployed } = await deps.catalogs();
  const offerIds = Object.keys(deployed.offers);
  if (offerIds.includes(offerId)) return;
  throw new UsageError(
    `--offer takes one of the deployed catalog's offers, ${offerIds.join(', ')}, got ${JSON.stringify(offerId)}`,
  );
};

const resultOf = (
  outcome: GrantOutcome,
  { customerId, done }: { readonly customerId: string; readonly done: string },
): Result => {
  const data = { customerId, kind: outcome.kind };
  switch (outcome.kind) {
    case 'done':
      return {
        code: 0,
        text: [
          done,
          ...(outcome.sync.unavailable === undefined
            ? []
            : [
                `Stripe could not be asked meanwhile (${outcome.sync.unavailable}); it is tried again`,
              ]),
        ].join('\n'),
        data: { ...data, grants: outcome.sync.customer?.grants ?? [] },
      };
    case 'unknown_customer':
      return unknownCustomer(customerId, outcome.because);
    case 'deleted_customer':
      return { code: 1, text: `${customerId} was deleted in Stripe`, data };
    case 'no_grant':
      return { code: 1, text: `${customerId} has no manual grant of that offer`, data };
    default:
      return unreachable(outcome);
  }
};

const unknownCustomer = (
  customerId: string,
  because: Extract<GrantOutcome, { kind: 'unknown_customer' }>['because'],
): Result => {
  const data = { customerId, kind: 'unknown_customer', because };
  // Only a grant asks Stripe.
  if (because === undefined) {
    return { code: 1, text: `${customerId} is not known to this stage: it has no grant`, data };
  }
  if (because === 'missing' || because === 'wrong_mode') {
    return { code: 1, text: noSuchCustomerText(customerId), data };
  }
  const text = `${customerId} is not stored, and Stripe could not be asked (${because}): nothing was done`;
  return { code: 3, text, data };
};
