import { DAY } from '../../functions/core/time.ts';
import { acceptCatalog } from '../../functions/usecases/accept-catalog.ts';
import { grantOffer, ungrantOffer } from '../../functions/usecases/change-grant.ts';
import { liftBreaker } from '../../functions/usecases/lift-breaker.ts';
import { retireCredentials } from '../../functions/usecases/retire-credential.ts';
import { rotateCredential } from '../../functions/usecases/rotate-credential.ts';
import { syncCustomer } from '../../functions/usecases/sync-customer.ts';
import { syncEveryone } from '../../functions/usecases/sync-everyone.ts';
import { processOf } from '../kernel/lambda.ts';
import type { OperatorAct } from '../plan/plan.ts';
import { type MemoryStores, memoryStores } from '../stores/memory-stores.ts';
import type { World } from '../world/world.ts';
import { giveSecret } from './customer-acts.ts';
import { depsFor } from './deps.ts';

const ACTOR = 'ada';
const OVERLAP_SECONDS = DAY;

/** The vendor's command, each time a process of its own. It may fail or die: then it is run again by hand, or not. */
export const doOperatorAct = async (world: World, act: OperatorAct): Promise<void> => {
  const deps = operatorDeps(world);
  const { customers: queue } = world.far.queues;
  switch (act.does) {
    case 'sync':
      await syncCustomer(deps)({ customerId: act.customer, because: 'operator', actor: ACTOR });
      return;
    case 'rotate': {
      const request = { customerId: act.customer, overlapSeconds: OVERLAP_SECONDS, actor: ACTOR };
      const outcome = await rotateCredential(deps)(request);
      if (outcome.kind === 'rotated') giveSecret(world, act.customer, outcome);
      return;
    }
    case 'retire_all':
      await retireCredentials(deps)(act.customer, 'all');
      return;
    case 'grant': {
      const until = deps.clock() + act.seconds;
      const { customer: customerId, offer: offerId } = act;
      await grantOffer(deps)({ customerId, offerId, actor: ACTOR, until });
      return;
    }
    case 'ungrant':
      await ungrantOffer(deps)({ customerId: act.customer, offerId: act.offer, actor: ACTOR });
      return;
    case 'sync_everyone':
      await syncEveryone(deps, SILENT)({ because: 'operator', actor: ACTOR });
      return;
    case 'lift_breaker':
      await liftBreaker(deps)(ACTOR);
      return;
    case 'accept_catalog':
      await acceptCatalog(deps)(world.system.bundle().catalogHash);
      return;
    case 'redrive':
      queue.redrive();
      world.far.queues.policies.redrive();
      return;
  }
};

const SILENT = { onListed: () => {}, onSynced: () => {} };

const operatorDeps = ({ far, plan, system }: World) => {
  const process = processOf({
    kernel: far.kernel,
    name: 'operator',
    skewSeconds: plan.skewSeconds.operator ?? 0,
  });
  return depsFor(far, process, system.bundle());
};

const TRIES_MAX = 50;
const PAUSE_SECONDS = 300;

/**
 * As docs/operate.md has it: the workers stop, everybody is read again into the restored table, run
 * again until nothing has failed, and the workers go on with that table.
 */
export const restoreBackup = async (world: World): Promise<void> => {
  const { far, backup, system } = world;
  if (backup === undefined) return;
  world.isStopped = true;
  system.stopWorkers();
  const stores = memoryStores();
  for (const [key, text] of backup) stores.table.set(key, text);
  for (let tries = 0; tries < TRIES_MAX && !(await isRestored(world, stores)); tries += 1) {
    await new Promise<void>((resolve) => {
      far.kernel.after(PAUSE_SECONDS, resolve);
    });
  }
  far.stores.table.clear();
  for (const [key, text] of stores.table) far.stores.table.set(key, text);
  await world.due.replaced();
  world.isStopped = false;
  system.startWorkers();
};

/** One run of the command. When it fails or dies the operator runs it again. */
const isRestored = ({ far, system }: World, stores: MemoryStores): Promise<boolean> =>
  new Promise((resolve) => {
    const process = processOf({ kernel: far.kernel, name: 'operator', skewSeconds: 0 });
    process.onDeath = () => resolve(false);
    const deps = {
      ...depsFor({ ...far, stores, due: stores.due }, process, system.bundle()),
      policies: { sendPolicies: async () => {} },
    };
    syncEveryone(
      deps,
      SILENT,
    )({ because: 'restore', actor: ACTOR }).then(
      (outcome) =>
        resolve(
          outcome.kind === 'synced' && outcome.failed.length + outcome.unavailable.length === 0,
        ),
      () => resolve(false),
    );
  });
