import type { Cursor } from '../core/cursor.ts';
import { type Members, NO_MEMBERS } from '../core/customer.ts';
import { untilOf } from '../core/members-of.ts';
import { DAY } from '../core/time.ts';
import type { Member } from '../ports.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';
import { repositoriesOf } from './sweep-repositories.ts';
import { withCursor } from './with-cursor.ts';

type Deps = Pick<
  SweepDeps,
  'customers' | 'due' | 'members' | 'stage' | 'subjects' | 'report' | 'clock'
>;
type Pair = { readonly repository: string; readonly account: string };

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
  const actual = await readMembers(deps, repositoriesOf(catalog, accepted));
  const found: string[] = [];
  for (const customerId of await suspectsOf(deps, actual)) {
    // The index lags behind the table: only the customer's own item accuses.
    if (await repair(deps, customerId, actual.get(customerId) ?? [], cursor.startedAt)) {
      found.push(customerId);
    }
  }
  const again = found.filter((customerId) => cursor.seen.includes(customerId));
  if (again.length > 0) {
    deps.report.count('DriftRepeated', { what: 'members', customers: again }, again.length);
  }
  return { ...cursor, seen: found };
};

const suspectsOf = async (
  { due }: Deps,
  actual: ReadonlyMap<string, readonly Member[]>,
): Promise<readonly string[]> => {
  const expected = new Map<string, Members>();
  for await (const { customerId, members } of due.listAll()) expected.set(customerId, members);
  return [...new Set([...actual.keys(), ...expected.keys()])]
    .filter((id) => differences(actual.get(id) ?? [], expected.get(id) ?? NO_MEMBERS).length > 0)
    .slice(0, SUSPECTS_MAX);
};

const readMembers = async (
  { members }: Deps,
  repositories: readonly string[],
): Promise<ReadonlyMap<string, readonly Member[]>> => {
  const actual = new Map<string, Member[]>();
  for (const repository of repositories) {
    for (const member of (await members.readRepository(repository)).members) {
      actual.set(member.customerId, [...(actual.get(member.customerId) ?? []), member]);
    }
  }
  return actual;
};

/** Pairs whose member item says something else than the customer does. */
const differences = (actual: readonly Member[], expected: Members): readonly Pair[] => {
  const wrong = actual.filter(
    ({ repository, account, until }) => until !== untilOf(expected, repository, account),
  );
  const missing = Object.keys(expected.untils).flatMap((repository) =>
    expected.accounts
      .filter((account) => !actual.some((member) => isOf(member, repository, account)))
      .map((account) => ({ repository, account })),
  );
  return [...wrong.map(({ repository, account }) => ({ repository, account })), ...missing];
};

const isOf = (member: Member, repository: string, account: string): boolean =>
  member.repository === repository && member.account === account;

const repair = async (
  { customers, subjects, report }: Deps,
  customerId: string,
  actual: readonly Member[],
  startedAt: number,
): Promise<boolean> => {
  const customer = await customers.findCustomer(customerId);
  const isUnderWay = customer !== undefined && customer.effectsDone < customer.version;
  const strays = differences(actual, customer?.members ?? NO_MEMBERS);
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
