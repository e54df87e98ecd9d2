import type { Cursor } from '../core/cursor.ts';
import { type Members, NO_MEMBERS } from '../core/customer.ts';
import { memberDifferences } from '../core/member-differences.ts';
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
  const read = await readMembers(deps, repositoriesOf(catalog, accepted));
  const found: string[] = [];
  for (const customerId of await suspectsOf(deps, read)) {
    // The index lags behind the table: only the customer's own item accuses.
    if (await repair(deps, customerId, read, cursor.startedAt)) found.push(customerId);
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

const repair = async (
  { customers, subjects, report }: Deps,
  customerId: string,
  { repositories, members: actual }: Read,
  startedAt: number,
): Promise<boolean> => {
  const customer = await customers.findCustomer(customerId);
  const isUnderWay = customer !== undefined && customer.effectsDone < customer.version;
  const items = actual.get(customerId) ?? [];
  const strays = memberDifferences(repositories, items, customer?.members ?? NO_MEMBERS);
  if (isUnderWay || strays.length === 0) return false;
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
  return true;
};
