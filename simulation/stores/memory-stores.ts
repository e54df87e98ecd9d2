import { indexAttributesOf } from '../../functions/adapters/customer-item.ts';
import {
  AUDIT_PREFIX,
  auditKey,
  breakerKey,
  CREDENTIAL_PREFIX,
  catalogKey,
  credentialKey,
  cursorKey,
  customerKey,
  MEMBER_PREFIX,
  memberKey,
  policyKey,
} from '../../functions/adapters/table-keys.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { Cursor } from '../../functions/core/cursor.ts';
import type { Customer, Transition } from '../../functions/core/customer.ts';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import { DAY } from '../../functions/core/time.ts';
import type {
  Breaker,
  BreakerDay,
  CatalogState,
  CredentialStore,
  CustomerStore,
  DueEntry,
  DueIndex,
  Member,
  MemberStore,
  ReleaseStore,
  SaveOutcome,
  StageStore,
} from '../../functions/ports.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryMisses } from './memory-misses.ts';
import { memoryPulls, memoryReleases } from './memory-releases.ts';
import { memoryTable, type Rows, saveRevision } from './memory-table.ts';
import type { Stores } from './stores.ts';

/** A throw in `before` is a crash before the effect; one in `after` a write that took effect and was not answered. */
type Hook = (method: string, args: readonly unknown[]) => void | Promise<void>;
export type Hooks = { before?: Hook; after?: Hook };

export type MemoryStores = Stores & {
  /** How often each method was called, the ones that a hook refused included. */
  readonly calls: Record<string, number>;
  /** Set and cleared by the test at any time. */
  readonly hooks: Hooks;
  /** Every item, as text, by `pk sk`: to compare whole states and to tamper with them. */
  readonly table: Map<string, string>;
  /** One of them as an object, by the same key. */
  readonly itemAt: (key: string) => unknown;
};

/** All stores over one table in memory, with the conditions of the real one; contracts in `test/contracts`. */
export const memoryStores = (hooks: Hooks = {}): MemoryStores => {
  const rows = memoryTable();
  const calls: Record<string, number> = {};
  const observed = observer(calls, hooks);
  return {
    customers: observed(memoryCustomers(rows)),
    due: {
      ...observed({ listDue: memoryDue(rows).listDue }),
      listAll: observedListing(rows, calls, hooks),
    },
    members: observed(memoryMembers(rows)),
    credentials: observed(memoryCredentials(rows)),
    stage: observed(memoryStage(rows)),
    breaker: observed(memoryBreaker(rows)),
    releases: observedReleases(memoryReleases(rows), observed, { calls, hooks }),
    pulls: observed(memoryPulls(rows)),
    ledger: observed(memoryLedger(rows)),
    misses: observed(memoryMisses(rows)),
    calls,
    hooks,
    table: rows.table,
    itemAt: rows.itemAt,
  };
};

const enter = (
  calls: Record<string, number>,
  hooks: Hooks,
  call: [string, unknown[]],
): void | Promise<void> => {
  calls[call[0]] = (calls[call[0]] ?? 0) + 1;
  return hooks.before?.(...call);
};

const observer =
  (calls: Record<string, number>, hooks: Hooks) =>
  <Port extends object>(port: Port): Port => {
    const methods = Object.entries(port).map(([method, perform]) => [
      method,
      async (...args: unknown[]) => {
        const before = enter(calls, hooks, [method, args]);
        if (before !== undefined) await before;
        const result = await perform(...args);
        const after = hooks.after?.(method, args);
        if (after !== undefined) await after;
        return result;
      },
    ]);
    return Object.fromEntries(methods);
  };

const observedReleases = (
  releases: ReleaseStore,
  observed: ReturnType<typeof observer>,
  { calls, hooks }: Pick<MemoryStores, 'calls' | 'hooks'>,
): ReleaseStore => ({
  ...observed(releases),
  listReleases: async function* listReleases(repository) {
    await enter(calls, hooks, ['listReleases', [repository]]);
    yield* releases.listReleases(repository);
    await hooks.after?.('listReleases', [repository]);
  },
});

const observedListing = (rows: Rows, calls: Record<string, number>, hooks: Hooks) =>
  async function* listAll(): AsyncGenerator<DueEntry> {
    await enter(calls, hooks, ['listAll', []]);
    yield* memoryDue(rows).listAll();
    await hooks.after?.('listAll', []);
  };

const memoryCustomers = (rows: Rows): CustomerStore => {
  const update = (
    { customerId, version }: Customer,
    change: (stored: Customer) => Customer,
  ): SaveOutcome => {
    const stored = rows.get<Customer>(customerKey(customerId));
    if (stored?.version !== version) return 'conflict';
    rows.put(customerKey(customerId), change(stored));
    return 'saved';
  };
  return {
    findCustomer: async (customerId) => rows.get<Customer>(customerKey(customerId)),
    saveCustomer: async (next, version) => {
      if (next.version <= version) {
        throw new Error(
          `a save over version ${version} must write a higher one, got ${next.version}`,
        );
      }
      const stored = rows.get<Customer>(customerKey(next.customerId));
      if ((stored?.version ?? 0) !== version) return 'conflict';
      rows.put(customerKey(next.customerId), next);
      return 'saved';
    },
    postpone: async (next) => {
      const { dueAt, confirmAt, retries, retryAt, verifiedAt, verifiedBy } = next;
      const times = { dueAt, confirmAt, retries, retryAt, verifiedAt, verifiedBy };
      return update(next, (stored) => ({ ...stored, ...times }) as Customer);
    },
    markEffectsDone: async (customer) =>
      update(customer, ({ mint: _done, ...stored }) => ({
        ...stored,
        effectsDone: stored.version,
        projected: stored.members,
      })),
    putAudit: async (customerId, transition) => {
      const key = auditKey(customerId, transition.sequence);
      if (rows.get(key) === undefined) rows.put(key, transition);
    },
    listAudit: async (customerId) =>
      rows.query<Transition>(customerKey(customerId).pk, AUDIT_PREFIX),
  };
};

const memoryDue = (rows: Rows): DueIndex => {
  const indexed = () =>
    [...rows.table.keys()]
      .filter((key) => key.startsWith('CUSTOMER#') && key.endsWith(' CUSTOMER'))
      .map((key) => rows.itemAt(key) as Customer)
      .flatMap((customer) =>
        customer.dueAt === undefined ? [] : ([[customer.dueAt, customer]] as const),
      );
  return {
    listDue: async (now, limit) =>
      indexed()
        .filter(([dueAt]) => dueAt <= now)
        .sort(([a], [b]) => a - b)
        .slice(0, limit)
        .map(([dueAt, { customerId }]) => ({ customerId, dueAt })),
    listAll: async function* listAll() {
      for (const [dueAt, customer] of indexed()) {
        const { customerId, members } = customer;
        const { fingerprint, accessUntil } = indexAttributesOf(customer);
        yield { customerId, dueAt, fingerprint, accessUntil, members };
      }
    },
  };
};

const memoryMembers = (rows: Rows): MemberStore => ({
  saveMember: async (member, now) => {
    const key = memberKey(member.repository, member.account, member.customerId);
    const stored = rows.get<Member>(key);
    if (stored !== undefined && stored.version >= member.version) return 'conflict';
    rows.put(key, member.until === 0 ? { ...member, expiresAt: now + 7 * DAY } : member);
    return 'saved';
  },
  readRepository: async (repository) => ({
    members: rows
      .query<Member & { readonly expiresAt?: number }>(policyKey(repository).pk, MEMBER_PREFIX)
      .map(({ expiresAt: _garbage, ...member }) => member),
    policy: rows.get<PolicyRecord>(policyKey(repository)),
  }),
  savePolicy: async (repository, next) => saveRevision(rows, policyKey(repository), next),
});

const memoryCredentials = (rows: Rows): CredentialStore => ({
  putCredential: async (credential) => {
    const key = credentialKey(credential.customerId, credential.credentialId);
    if (rows.get(key) === undefined) rows.put(key, credential);
    return rows.get<Credential>(key) ?? credential;
  },
  listCredentials: async (customerId) =>
    rows.query<Credential>(customerKey(customerId).pk, CREDENTIAL_PREFIX),
  claimCredential: async (customerId, credentialId, now) => {
    const key = credentialKey(customerId, credentialId);
    const credential = rows.get<Credential>(key);
    const isOffered =
      credential !== undefined &&
      credential.claimedAt === undefined &&
      credential.claimBy > now &&
      (credential.retiresAt === undefined || credential.retiresAt > now);
    if (!isOffered) return { kind: 'refused', credential };
    rows.put(key, { ...credential, claimedAt: now });
    return { kind: 'claimed' };
  },
  retireCredential: async (customerId, credentialId, retiresAt) => {
    const key = credentialKey(customerId, credentialId);
    const credential = rows.get<Credential>(key);
    if (credential === undefined || (credential.retiresAt ?? Infinity) <= retiresAt) return;
    rows.put(key, { ...credential, retiresAt });
  },
});

const memoryStage = (rows: Rows): StageStore => ({
  findCatalogState: async () => rows.get<CatalogState>(catalogKey),
  saveCatalogState: async (next) => saveRevision(rows, catalogKey, next),
  findCursor: async (name) => rows.get<Cursor>(cursorKey(name)),
  saveCursor: async (next) => saveRevision(rows, cursorKey(next.name), next),
});

const HELD_MAX = 1_000;

const memoryBreaker = (rows: Rows): Breaker => {
  const dayOf = (day: string): BreakerDay =>
    rows.get<BreakerDay>(breakerKey(day)) ?? { day, customers: [], held: [] };
  const withOne = (ids: readonly string[], id: string): string[] =>
    [...new Set([...ids, id])].sort();
  return {
    readBreaker: async (days) => ({
      days: days.map(dayOf),
      customersWithAccess: rows.get<Cursor>(cursorKey('subscriptions'))?.customersWithAccess ?? 0,
    }),
    countRevocation: async (day, customerId, limit) => {
      const stored = dayOf(day);
      if (!stored.customers.includes(customerId) && stored.customers.length >= limit) return 'full';
      rows.put(breakerKey(day), { ...stored, customers: withOne(stored.customers, customerId) });
      return 'counted';
    },
    noteHeld: async (day, customerId) => {
      const stored = dayOf(day);
      if (stored.held.length >= HELD_MAX) return;
      rows.put(breakerKey(day), { ...stored, held: withOne(stored.held, customerId) });
    },
    liftBreaker: async (day, at, by) => {
      rows.put(breakerKey(day), { ...dayOf(day), liftedAt: at, liftedBy: by });
    },
  };
};
