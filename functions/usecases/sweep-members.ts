import type { Cursor } from '../core/cursor.ts';
import { type Customer, type Members, NO_MEMBERS } from '../core/customer.ts';
import { memberDifferences } from '../core/member-differences.ts';
import type { Subject } from '../core/subject.ts';
import { DAY } from '../core/time.ts';
import type { Member } from '../ports.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';
import { repositoriesOf } from './sweep-repositories.ts';
import { withCursor } from './with-cursor.ts';

type Deps = Pick<
  SweepDeps,
  'customers' | 'due' | 'members' | 'stage' | 'subjects' | 'report' | 'clock'
>;
/** What is in the table, and where it was looked for. */
type Read = {
  readonly repositories: readonly string[];
  readonly members: ReadonlyMap<string, readonly Member[]>;
};

const EVERY_SECONDS = DAY;
/** A run's worth; the rest is found again tomorrow. */
const SUSPECTS_MAX = 1_000;
/** What fits into one message; any stray has all of a customer's members written again. */
const STRAYS_MAX = 200;

/** All members against their customers: finds what a hand edit or a bug of ours left behind. */
export const sweepMembers = (deps: Deps, settings: SweepSettings) => async (): Promise<void> =>
  withCursor(deps, settings, { name: 'members', usualPeriod: EVERY_SECONDS }, (cursor) =>
    compareMembers(deps, settings, cursor),
  );

const compareMembers = async (
  deps: Deps,
  { catalog }: SweepSettings,
  cursor: Cursor,
): Promise<Cursor> => {
  const accepted = (await deps.stage.findCatalogState())?.accepted ?? catalog;
  const repositories = repositoriesOf(catalog, accepted);
  const suspects = await suspectsOf(deps, await readMembers(deps, repositories));
  const found: string[] = [];
  for (const accused of await accusedOf(deps, repositories, suspects)) {
    await repair(deps, accused, cursor.startedAt);
    found.push(accused.customerId);
  }
  const again = found.filter((customerId) => cursor.seen.includes(customerId));
  if (again.length > 0) {
    deps.report.count('DriftRepeated', { what: 'members', customers: again }, again.length);
  }
  return { ...cursor, seen: found };
};

const suspectsOf = async (
  { due }: Deps,
  { repositories, members: actual }: Read,
): Promise<readonly string[]> => {
  const expected = new Map<string, Members>();
  for await (const { customerId, members } of due.listAll()) expected.set(customerId, members);
  return [...new Set([...actual.keys(), ...expected.keys()])]
    .filter((id) => {
      const items = actual.get(id) ?? [];
      return memberDifferences(repositories, items, expected.get(id) ?? NO_MEMBERS).length > 0;
    })
    .slice(0, SUSPECTS_MAX);
};

const readMembers = async ({ members }: Deps, repositories: readonly string[]): Promise<Read> => {
  const actual = new Map<string, Member[]>();
  for (const repository of repositories) {
    for (const member of (await members.readRepository(repository)).members) {
      actual.set(member.customerId, [...(actual.get(member.customerId) ?? []), member]);
    }
  }
  return { repositories, members: actual };
};

type Accused = {
  readonly customerId: string;
  readonly strays: NonNullable<Subject['strays']>;
};

/**
 * The index lags behind the table, and syncs go on while members are read: only members read between
 * two looks at a customer who stood still prove anything. Whoever moved is compared again tomorrow.
 */
const accusedOf = async (
  deps: Deps,
  repositories: readonly string[],
  suspects: readonly string[],
): Promise<readonly Accused[]> => {
  if (suspects.length === 0) return [];
  const before = new Map<string, Customer | undefined>();
  for (const id of suspects) before.set(id, await deps.customers.findCustomer(id));
  const { members } = await readMembers(deps, repositories);
  const accused: Accused[] = [];
  for (const [customerId, customer] of before) {
    const items = members.get(customerId) ?? [];
    const strays = memberDifferences(repositories, items, customer?.members ?? NO_MEMBERS);
    if (strays.length === 0 || isUnderWay(customer)) continue;
    const after = await deps.customers.findCustomer(customerId);
    if (after?.version === customer?.version) accused.push({ customerId, strays });
  }
  return accused;
};

const isUnderWay = (customer: Customer | undefined): boolean =>
  customer !== undefined && customer.effectsDone < customer.version;

const repair = async (
  { subjects, report }: Deps,
  { customerId, strays }: Accused,
  startedAt: number,
): Promise<void> => {
  const cause = 'member items differ from their customer';
  report.count('DriftFound', { what: 'members', customerId, cause, count: strays.length });
  await subjects.sendSubjects([
    {
      kind: 'customer',
      id: customerId,
      because: 'drift',
      occasion: `${customerId}:drift:${startedAt}`,
      strays: strays.slice(0, STRAYS_MAX),
    },
  ]);
};
