import { setTimeout as sleep } from 'node:timers/promises';
import { syncEveryone } from '../../functions/usecases/sync-everyone.ts';
import { actorOf, isGiven, optionOf, positionals } from '../args.ts';
import { type Command, type Context, type Result, UsageError } from '../command.ts';
import { everyoneResult, unavailableResult } from '../everyone-text.ts';
import { paced } from '../pace.ts';
import { REQUESTS_PER_SECOND } from './sync.ts';

const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

const STEPS = [
  'After a point-in-time restore:',
  '  1. Stop the workers, and restore into a new table.',
  '  2. Run: wharfage restore-mode --table <new table> --yes',
  '     Everybody whom Stripe or the table knows is read again, into that table only. No policy changes.',
  '     A second run is harmless; run it until nothing has failed.',
  '  3. Point the stack at it (tableName in bin/app.ts) and switch on what DynamoDB does not restore: TTL',
  '     (attribute expiresAt), point-in-time recovery, deletion protection. docs/operate.md has each step.',
  '     Start the workers: the next sweep writes the policies.',
  '  4. Do again by hand what only the table knew and Stripe does not, if it is younger than the',
  '     restore: manual grants, claims, rotations and retirements of pull credentials, an accepted catalog.',
].join('\n');

export const restoreMode: Command = {
  name: 'restore-mode',
  summary: 'after a point-in-time restore: re-read everybody before anyone is revoked',
  usage: ['wharfage restore-mode [--table <name>] --yes'],
  details: STEPS,
  example: 'wharfage restore-mode --table wharfage-live-restored --yes',
  options: { table: { type: 'string' }, yes: { type: 'boolean' }, by: { type: 'string' } },
  prepare: (args) => {
    positionals(args);
    const table = optionOf(args, 'table');
    if (table !== undefined && !TABLE_NAME.test(table)) {
      throw new UsageError(`--table takes a DynamoDB table's name, got ${JSON.stringify(table)}`);
    }
    const by = actorOf(args);
    return isGiven(args, 'yes') ? (context) => restore(context, by ?? context.user) : explain;
  },
};

const explain = async ({ deps: { place } }: Context): Promise<Result> => ({
  code: 1,
  text: `${STEPS}\n\nNothing was done. With --yes everybody in table ${place.tableName} is read again.`,
  data: { tableName: place.tableName, done: false },
});

const restore = async ({ deps, progress }: Context, actor: string): Promise<Result> => {
  const billing = paced(deps.billing, REQUESTS_PER_SECOND, {
    nowMs: () => performance.now(),
    sleep,
  });
  // The policies are right for the table that the stack uses; the sweep renders them from the new one.
  const policies = { sendPolicies: async () => {} };
  const outcome = await syncEveryone(
    { ...deps, billing, policies },
    {
      onListed: (count) => progress('subscriptions listed', count),
      onSynced: (done, total) => progress('customers', done, total),
    },
  )({ because: 'restore', actor });
  if (outcome.kind === 'unavailable') return unavailableResult(outcome);
  const { code, text, data } = everyoneResult(outcome);
  return { code, text: `Table ${deps.place.tableName}.\n${text}\n\n${NEXT[code]}`, data };
};

const NEXT = {
  0: 'Now go on with step 3 of wharfage restore-mode --help.',
  1: 'Another run will not change that Stripe does not know these: look at them first. Then go on with\nstep 3 of wharfage restore-mode --help.',
  3: 'Run it again until nothing has failed, before the workers see this table.',
} as const satisfies Record<Result['code'], string>;
