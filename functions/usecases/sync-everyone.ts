import type { Trigger } from '../core/customer.ts';
import type { Billing, DueIndex, Unavailable } from '../ports.ts';
import { atOnce } from './at-once.ts';
import { isCatalogued, listStored, listSubscribers } from './list-subscribers.ts';
import { type SyncDeps, type SyncOutcome, syncCustomer } from './sync-customer.ts';

export type EveryoneDeps = SyncDeps & {
  readonly billing: Pick<Billing, 'readCustomer' | 'listSubscriptions'>;
  readonly due: DueIndex;
};

export type EveryoneRequest = {
  /** `restore`: our own record cannot be trusted, so every member is written again. */
  readonly because: Extract<Trigger, 'operator' | 'restore'>;
  readonly actor: string;
};

export type EveryoneProgress = {
  readonly onListed: (subscriptions: number) => void;
  readonly onSynced: (done: number, total: number) => void;
};

export type EveryoneOutcome = {
  readonly kind: 'synced';
  readonly counts: Readonly<Record<SyncOutcome['kind'], number>>;
  readonly changed: readonly string[];
  readonly held: readonly string[];
  /** Stripe told us nothing about these: their access is as it was, and they are tried again. */
  readonly unavailable: readonly {
    readonly customerId: string;
    readonly because: Unavailable['because'];
  }[];
  readonly failed: readonly { readonly customerId: string; readonly error: unknown }[];
};

const AT_ONCE = 4;

/**
 * Everyone whom Stripe or the table knows, one sync each. A failure stops nobody else, and a second
 * run is harmless.
 */
export const syncEveryone =
  (deps: EveryoneDeps, { onListed, onSynced }: EveryoneProgress) =>
  async (request: EveryoneRequest): Promise<EveryoneOutcome | Unavailable> => {
    const listing = await listSubscribers(deps)(onListed);
    if (listing.kind === 'unavailable') return listing;
    const { deployed, accepted } = await deps.catalogs();
    const listed = [...listing.subscribers]
      .filter(([, { subscriptions }]) => isCatalogued([deployed, accepted], subscriptions))
      .map(([customerId]) => customerId);
    const stored = await listStored(deps.due);
    const customerIds = [...new Set([...stored.keys(), ...listed])].sort();
    const tally = newTally();
    let done = 0;
    await atOnce(AT_ONCE, customerIds, async (customerId) => {
      try {
        note(tally, customerId, await syncCustomer(deps)({ customerId, ...request }));
      } catch (error) {
        tally.failed.push({ customerId, error });
      }
      done += 1;
      onSynced(done, customerIds.length);
    });
    return { kind: 'synced', ...tally };
  };

const newTally = () => ({
  counts: { unchanged: 0, changed: 0, irrelevant: 0, deleted: 0 },
  changed: [] as string[],
  held: [] as string[],
  unavailable: [] as { customerId: string; because: Unavailable['because'] }[],
  failed: [] as { customerId: string; error: unknown }[],
});

const note = (
  tally: ReturnType<typeof newTally>,
  customerId: string,
  { kind, customer, unavailable }: SyncOutcome,
): void => {
  tally.counts[kind] += 1;
  if (kind === 'changed') tally.changed.push(customerId);
  if (customer?.isHeld) tally.held.push(customerId);
  if (unavailable !== undefined) tally.unavailable.push({ customerId, because: unavailable });
};
