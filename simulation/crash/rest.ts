import { isHashOf } from '../../functions/adapters/credential-hash.ts';
import type { Credential } from '../../functions/core/credential.ts';
import { credentialStateOf } from '../../functions/core/credential-state.ts';
import type { Access, Customer, Transition, Withheld } from '../../functions/core/customer.ts';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import type { ReleaseManifest, ReleaseTag } from '../../functions/core/release.ts';
import type { CatalogState, Member } from '../../functions/ports.ts';
import { customerIn, customersIn } from '../stores/customer-items.ts';
import type { World } from '../world/world.ts';
import { memo } from './memo.ts';

/*
 * What must be the same at the end, wherever a process died: everything that decides about access,
 * and everything that somebody would have to clean up. Left out is what tells when and how often: versions,
 * the times of looks and retries, cursors, who asked for a transition, what the ledger counts, and ids
 * of credentials, of which a lost one leaves a retired item.
 */

/** By a name that says where to look. */
export type AtRest = Readonly<Record<string, string>>;

/** Nothing is under way or waiting for another attempt. */
export const isQuiet = ({ far, system }: World): boolean =>
  far.queues.customers.waiting().length === 0 &&
  far.queues.policies.waiting().length === 0 &&
  far.stripe.pending() === 0 &&
  Object.values(system.functions).every((each) => each.running() === 0);

export const atRest = (world: World): AtRest => {
  const { table } = world.far.stores;
  const items = [...table].flatMap(([key, text]) => {
    const what = DESCRIBED.find(({ pattern }) => pattern.test(key))?.as(text);
    return what === undefined ? [] : [[key, what] as const];
  });
  const others: readonly (readonly [string, unknown])[] = [
    ...[...world.far.ecr.fake.stored].filter(([name]) => !name.endsWith('/probe')),
    ...world.far.stripe.acts.customerIds().flatMap((id): (readonly [string, unknown])[] => [
      [`credentials of ${id}`, credentialsOf(world, id)],
      [`audit of ${id}`, auditOf(world, id)],
    ]),
    ['dead letters', deadLettersOf(world)],
    ['secrets nobody knows of', strangeSecrets(world)],
  ];
  return Object.fromEntries([
    ...items,
    ...others.map(([key, what]) => [key, JSON.stringify(what)] as const),
  ]);
};

type Release = Omit<ReleaseTag, 'kind'> & Omit<ReleaseManifest, 'kind'> & { readonly kind: string };

/** Each difference as a line. */
export const differences = (should: AtRest, is: AtRest): readonly string[] =>
  [...new Set([...Object.keys(should), ...Object.keys(is)])].flatMap((key) =>
    should[key] === is[key] ? [] : [`${key}: should be ${should[key]}, is ${is[key]}`],
  );

type Described = {
  readonly pattern: RegExp;
  /** Undefined: as if it were not there. */
  readonly as: (text: string) => string | undefined;
};

const described = <Item>(what: (item: Item) => unknown): Described['as'] =>
  memo((text) => JSON.stringify(what(JSON.parse(text))));

const DESCRIBED: readonly Described[] = [
  {
    pattern: /^CUSTOMER#\S+ CUSTOMER$/,
    as: described((customer: Customer) => {
      const { version, effectsDone, transition: _transition, sealed: _sealed, ...rest } = customer;
      const {
        dueAt,
        confirmAt: _confirmAt,
        verifiedAt: _verifiedAt,
        verifiedBy: _by,
        ...kept
      } = rest;
      return {
        ...kept,
        withheld: kept.withheld.map(withoutEnd),
        paidTimes: kept.paidTimes.map(({ offerId, source }) => ({ offerId, source })),
        isDue: dueAt !== undefined,
        isDone: effectsDone === version,
      };
    }),
  },
  {
    pattern: /^MEMBERS#\S+ MEMBER#/,
    // A tombstone is as good as nothing: it is collected one day.
    as: described(({ until }: Member) => (until === 0 ? undefined : until)),
  },
  {
    pattern: /^MEMBERS#\S+ POLICY$/,
    as: described(
      ({ applied, size, quarantined, overflow, foreign, dead, fingerprint }: PolicyRecord) => {
        const refused = Object.keys(quarantined);
        return { applied, size, refused, overflow, foreign, dead, fingerprint };
      },
    ),
  },
  {
    pattern: /^RELEASES#/,
    as: described(
      ({ kind, digest, rulesHash, opens, children, blobs, history }: Partial<Release>) => ({
        kind,
        digest,
        rulesHash,
        opens: Object.keys(opens ?? {}),
        children,
        blobs,
        history: (history ?? []).map((entry) => entry.digest),
      }),
    ),
  },
  {
    pattern: /^STAGE CATALOG$/,
    as: described(({ revision: _revision, redecided, ...state }: CatalogState) => ({
      ...state,
      // Everybody is decided once more a day after the first time, which a crash makes later.
      redecided: redecided.replace(/@\d+$/, ''),
    })),
  },
  { pattern: /^STAGE BREAKER#/, as: (text) => text },
];

/** It ended when a sync saw it. */
const withoutEnd = ({ offerId, source, because }: Withheld) => ({ offerId, source, because });

/**
 * Every transition, in order. What a catalog holds is left out: who accepts it before everybody was
 * decided again gets there in one step less.
 */
const auditOf = ({ far }: World, customerId: string): unknown => {
  const lines = [...far.stores.table]
    .filter(([key]) => key.startsWith(`CUSTOMER#${customerId} AUDIT#`))
    .map(([, text]): Transition => JSON.parse(text))
    .sort((a, b) => a.sequence - b.sequence);
  const steps = lines.map(({ actor, before, after }) => ({
    actor,
    before: accessIn(before),
    after: accessIn(after),
  }));
  const stored = customerIn(far.stores, customerId);
  return {
    isComplete: (stored?.transition?.sequence ?? 0) === lines.length,
    steps: steps.filter(({ before, after }) => before !== after),
  };
};

const accessIn = ({ windows, withheld, accounts }: Access): string =>
  JSON.stringify({
    windows: windows.filter(({ held }) => held !== 'catalog'),
    withheld: withheld.map(withoutEnd),
    accounts,
  });

/** Which states the customer's credentials are in, and whether the newest secret in hand opens anything. */
const credentialsOf = ({ far, hands }: World, customerId: string): unknown => {
  const now = Math.floor(far.kernel.now());
  const credentials = credentialsIn(far.stores.table, customerId);
  const states = credentials.map((each) => credentialStateOf(each, now).kind);
  const held = hands.held.get(customerId)?.at(-1);
  const inHand = credentials.find(({ credentialId }) => credentialId === held?.credentialId);
  const opens =
    held !== undefined &&
    inHand !== undefined &&
    credentialStateOf(inHand, now).kind === 'active' &&
    isHashOf(inHand.hash, held.secretText);
  const count = (kind: string) => states.filter((each) => each === kind).length;
  const waiting = credentials.filter((each) => credentialStateOf(each, now).kind === 'waiting');
  const sealed = waiting.filter(({ credentialId }) => secretIds({ far }).includes(credentialId));
  return { active: count('active'), waiting: count('waiting'), sealed: sealed.length, opens };
};

export const credentialsIn = (
  table: ReadonlyMap<string, string>,
  customerId: string,
): readonly Credential[] =>
  [...table]
    .filter(([key]) => key.startsWith(`CUSTOMER#${customerId} CREDENTIAL#`))
    .map(([, text]) => JSON.parse(text) as Credential);

const secretIds = ({ far }: Pick<World, 'far'>): readonly string[] =>
  [...far.secrets.vault.secrets.values()].flatMap(({ name, deletion }) =>
    deletion.kind === 'none' ? [name.slice(name.lastIndexOf('/') + 1)] : [],
  );

/** Every secret is on its customer's list until it is known to be gone. */
const strangeSecrets = (world: World): readonly string[] => {
  const known = customersIn(world.far.stores)
    .flatMap(({ sealed }) => sealed)
    .map(({ credentialId }) => credentialId);
  return secretIds(world).filter((id) => !known.includes(id));
};

const deadLettersOf = ({ far }: World): readonly string[] =>
  [far.queues.customers, far.queues.policies].flatMap((queue) =>
    queue.dead().map(({ body }) => body),
  );
