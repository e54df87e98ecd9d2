import type { Customer } from '../../functions/core/customer.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import type { BillingReading, SealedSecrets, Unavailable } from '../../functions/ports.ts';
import { type SyncRequest, syncCustomer } from '../../functions/usecases/sync-customer.ts';
import { memoryStores } from '../../simulation/stores/memory-stores.ts';
import { catalog, found, NOW, subscription } from './builders.ts';
import { recordingPolicies, recordingReport, recordingSubjects } from './recordings.ts';

export const ONE = '111122223333';
export const TWO = '444455556666';

type Resolved = { readonly kind: 'customer'; readonly id: string } | { readonly kind: 'none' };

/**
 * Everything a sync touches, with every port call counted and open to the stores' hooks: Stripe says
 * `truth`, time is `now`, and the test changes both.
 */
export const syncWorld = (agreed = catalog()) => {
  const stores = memoryStores();
  const { calls, hooks } = stores;
  const report = recordingReport();
  const policies = recordingPolicies();
  const subjects = recordingSubjects();
  const sealed = new Map<string, string>();
  const world = {
    now: NOW,
    truth: found([subscription()], { accountsText: ONE }) as BillingReading,
    resolved: { kind: 'customer', id: 'cus_Nova' } as Resolved | Unavailable,
    catalogs: { deployed: agreed, accepted: agreed } as Catalogs,
    minted: 0,
  };
  const observed =
    <Args extends readonly unknown[], Result>(method: string, perform: (...args: Args) => Result) =>
    async (...args: Args): Promise<Awaited<Result>> => {
      calls[method] = (calls[method] ?? 0) + 1;
      await hooks.before?.(method, args);
      const result = await perform(...args);
      await hooks.after?.(method, args);
      return result;
    };
  const secrets: SealedSecrets = {
    sealSecret: observed('sealSecret', (credentialId: string, text: string) => {
      if (!sealed.has(credentialId)) sealed.set(credentialId, text);
      return sealed.get(credentialId) ?? text;
    }),
    findSecret: async (credentialId) => sealed.get(credentialId),
    destroySecret: observed('destroySecret', (credentialId: string) => {
      sealed.delete(credentialId);
    }),
  };
  const next = (prefix: string): string => {
    world.minted += 1;
    return `${prefix}${world.minted}`;
  };
  const deps = {
    ...stores,
    secrets,
    mint: {
      credentialId: () => next('cred'),
      secretText: (credentialId: string) => next(`${credentialId}_secret`),
      hashOf: (text: string) => `hash of ${text}`,
    },
    policies: { sendPolicies: observed('sendPolicies', policies.sendPolicies) },
    subjects,
    clock: () => world.now,
    billing: {
      readCustomer: observed('readCustomer', (_customerId: string) => world.truth),
      resolveSubject: observed('resolveSubject', () => world.resolved),
    },
    catalogs: async () => world.catalogs,
    report,
  };
  const sync = (given: Partial<SyncRequest> = {}) =>
    syncCustomer(deps)({ customerId: 'cus_Nova', because: 'event', ...given });
  return Object.assign(world, {
    deps,
    stores,
    report,
    policies,
    subjects,
    sealed,
    sync,
    /** How often each port was called by what `act` does. */
    callsOf: async (act: () => Promise<unknown>): Promise<Record<string, number>> => {
      for (const method of Object.keys(calls)) delete calls[method];
      await act();
      return { ...calls };
    },
    customer: async (customerId = 'cus_Nova'): Promise<Customer> => {
      const customer = await stores.customers.findCustomer(customerId);
      if (customer === undefined) throw new Error(`${customerId} is not stored`);
      return customer;
    },
    /** `account until`, tombstones left out. */
    membersOf: async (repository: string): Promise<readonly string[]> =>
      (await stores.members.readRepository(repository)).members
        .filter(({ until }) => until > 0)
        .map(({ account, until }) => `${account} ${until}`),
  });
};

export type SyncWorld = ReturnType<typeof syncWorld>;

export const unavailable = (because: Unavailable['because']): Unavailable => ({
  kind: 'unavailable',
  because,
});
