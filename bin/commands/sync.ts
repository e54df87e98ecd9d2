import { setTimeout as sleep } from 'node:timers/promises';
import { findStrays } from '../../functions/usecases/find-strays.ts';
import { type SyncOutcome, syncCustomer } from '../../functions/usecases/sync-customer.ts';
import { syncEveryone } from '../../functions/usecases/sync-everyone.ts';
import { actorOf, customerIdOf, isGiven, positionals } from '../args.ts';
import { type Command, type Context, type Result, UsageError } from '../command.ts';
import { noSuchCustomerText, transitionText } from '../customer-text.ts';
import { everyoneResult, unavailableResult } from '../everyone-text.ts';
import { paced } from '../pace.ts';

/** Stripe allows 100 a second in live mode and 25 in test mode, for everything the vendor runs. */
export const REQUESTS_PER_SECOND = 6;

export const sync: Command = {
  name: 'sync',
  summary: 'ask Stripe and make access agree, for one customer or for all',
  usage: ['wharfage sync <cus_…> [--repair]', 'wharfage sync --all'],
  details:
    'Runs here what the sync function runs for every event, with the same fence, breaker and audit\ntrail. --repair also writes member items again that differ from the customer. --all takes everyone\nwhom Stripe or the table knows, at no more than 6 Stripe requests a second.',
  example: 'wharfage sync cus_NffrFeUfNV2Hib',
  options: { all: { type: 'boolean' }, repair: { type: 'boolean' }, by: { type: 'string' } },
  prepare: (args) => {
    const by = actorOf(args);
    if (isGiven(args, 'all')) {
      positionals(args);
      if (isGiven(args, 'repair')) throw new UsageError('--repair is for one customer');
      return (context) => syncAll(context, by ?? context.user);
    }
    const customerId = customerIdOf(positionals(args, 'a customer id, or --all')[0]);
    return (context) =>
      syncOne(context, { customerId, by: by ?? context.user, repair: isGiven(args, 'repair') });
  },
};

const syncOne = async (
  { deps }: Context,
  {
    customerId,
    by: actor,
    repair,
  }: { readonly customerId: string; readonly by: string; readonly repair: boolean },
): Promise<Result> => {
  const strays = repair ? await findStrays(deps)(customerId) : [];
  const outcome = await syncCustomer(deps)({ customerId, because: 'operator', actor, strays });
  const data = { customerId, ...dataOf(outcome), strays };
  if (outcome.kind === 'irrelevant' && isNobody(outcome)) {
    return { code: 1, text: noSuchCustomerText(customerId), data };
  }
  const repaired =
    strays.length === 0 ? [] : [`wrote the members again: ${strays.length} differed`];
  return {
    code: outcome.unavailable === undefined ? 0 : 3,
    text: [...linesOf(customerId, outcome), ...repaired].join('\n'),
    data,
  };
};

const isNobody = ({ unavailable }: SyncOutcome): boolean =>
  unavailable === 'missing' || unavailable === 'wrong_mode';

const linesOf = (
  customerId: string,
  { kind, customer, unavailable }: SyncOutcome,
): readonly string[] => {
  const lines: string[] = [];
  if (unavailable !== undefined) {
    lines.push(
      `Stripe told us nothing about ${customerId} (${unavailable}): nothing is taken away for that${customer?.retryAt === undefined ? '' : ', and it is tried again'}`,
    );
  }
  if (kind === 'irrelevant' && unavailable === undefined) {
    lines.push(`${customerId} has no subscription to a catalogued product: nothing is stored`);
  }
  if (kind === 'deleted') lines.push(`${customerId} was deleted in Stripe`);
  if (kind === 'unchanged') lines.push(`${customerId}: access is unchanged`);
  if (kind === 'changed' && customer?.transition !== undefined) {
    lines.push(`${customerId}: ${transitionText(customer.transition)}`);
  }
  if (customer?.isHeld) lines.push('a loss is held by the breaker: wharfage breaker show');
  return lines;
};

const dataOf = ({ kind, customer, unavailable }: SyncOutcome) => ({
  kind,
  unavailable,
  isHeld: customer?.isHeld ?? false,
  transition: kind === 'changed' ? customer?.transition : undefined,
});

const syncAll = async ({ deps, progress }: Context, actor: string): Promise<Result> => {
  const billing = paced(deps.billing, REQUESTS_PER_SECOND, {
    nowMs: () => performance.now(),
    sleep,
  });
  const outcome = await syncEveryone(
    { ...deps, billing },
    {
      onListed: (count) => progress('subscriptions listed', count),
      onSynced: (done, total) => progress('customers', done, total),
    },
  )({ because: 'operator', actor });
  return outcome.kind === 'unavailable' ? unavailableResult(outcome) : everyoneResult(outcome);
};
