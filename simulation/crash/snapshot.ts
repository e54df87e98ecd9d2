import type { StoredSecret } from '../../local/aws/secrets-store.ts';
import type { StripeState } from '../../local/stripe/state.ts';
import type { Act } from '../plan/plan.ts';
import { manifestOf } from '../system/outside-acts.ts';
import type { Held } from '../world/hands.ts';
import type { World } from '../world/world.ts';

/** A world at rest: everything that outlives a process, as data. */
export type Snapshot = {
  readonly at: number;
  readonly table: ReadonlyMap<string, string>;
  readonly stripe: StripeState;
  readonly policies: ReadonlyMap<string, string>;
  readonly closedAccounts: ReadonlySet<string>;
  readonly secrets: ReadonlyMap<string, StoredSecret>;
  readonly pushes: readonly PastPush[];
  readonly held: ReadonlyMap<string, readonly Held[]>;
  readonly shown: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, string>;
};

type PastPush = { readonly at: number; readonly push: Extract<Act, { readonly does: 'push' }> };

export const snapshotOf = ({ plan, far, hands, names }: World): Snapshot =>
  structuredClone({
    at: far.kernel.now(),
    table: far.stores.table,
    stripe: far.stripe.state,
    policies: far.ecr.fake.stored,
    closedAccounts: far.ecr.fake.dead,
    secrets: far.secrets.vault.secrets,
    pushes: plan.acts.flatMap(({ at, act }) =>
      act.does === 'push' ? [{ at: plan.startsAt + at, push: act }] : [],
    ),
    held: hands.held,
    shown: hands.shown,
    names,
  });

/** A new world goes on where the other one was: its functions have just been deployed and remember nothing. */
export const restore = (world: World, snapshot: Snapshot): void => {
  const { far, hands, names, due } = world;
  const { table, stripe, policies, closedAccounts, secrets, pushes, held, shown } =
    structuredClone(snapshot);
  fill(far.stores.table, table);
  fill(far.ecr.fake.stored, policies);
  for (const account of closedAccounts) far.ecr.fake.dead.add(account);
  fill(far.secrets.vault.secrets, secrets);
  for (const { at, push } of pushes) {
    const { repository, image, tags } = push;
    const pushedAt = Math.floor(at);
    far.ecr.registry.push(repository, { manifest: manifestOf(image), tags, pushedAt });
  }
  fill(hands.held, held);
  fill(hands.shown, shown);
  fill(names, snapshot.names);
  resume(world, stripe);
  void due.replaced();
};

const fill = <Value>(map: Map<string, Value>, from: ReadonlyMap<string, unknown>): void => {
  for (const [key, value] of from) map.set(key, value as Value);
};

/** Each subscription's next step is planned when somebody touches it: here nobody changes anything. */
const resume = ({ far }: World, state: StripeState): void => {
  Object.assign(far.stripe.state, state);
  for (const { id, status } of Object.values(state.subscriptions)) {
    far.stripe.acts.setStatus(id, status);
  }
  far.stripe.catchUp();
};
