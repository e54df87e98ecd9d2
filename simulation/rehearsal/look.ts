import { entitlementsOf } from '../../functions/core/entitlement.ts';
import type { World } from '../world/world.ts';
import type { Eyes } from './eyes.ts';
import { accountsAt } from './named-accounts.ts';
import type { Check, Door, Looked } from './rehearsal.ts';
import { timeText } from './text.ts';

type Access = Extract<Check, { readonly kind: 'access' }>;

/** One thing that was looked at: what was expected, and what there was. */
export type Finding = {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
};

/** Everything that an expectation of access says, beside what is there now. */
export const lookAt = (world: World, eyes: Eyes, check: Access): readonly Finding[] => [
  ...(check.open === undefined
    ? []
    : doorsOf(world, eyes, check).map(({ where, open }) => ({
        what: `${where}: open`,
        expected: listText(check.open ?? []),
        actual: listText(open),
      }))),
  ...keptFindings(world, eyes, check),
  ...endFindings(world, eyes, check),
  ...reasonFindings(world, eyes, check),
  ...auditFindings(world, check),
];

export const isMet = ({ expected, actual }: Finding): boolean => expected === actual;

export const listText = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing' : [...new Set(names)].toSorted().join(', ');

type Sight = { readonly where: string; readonly open: readonly string[] };

/** What is open at each door that is looked at: at the AWS door for each account. */
const doorsOf = (world: World, eyes: Eyes, looked: Looked): readonly Sight[] =>
  looked.doors.flatMap((door) => sightsAt(world, eyes, looked, door));

const sightsAt = (
  { plan, far }: World,
  eyes: Eyes,
  { customer, accounts }: Looked,
  door: Door,
): readonly Sight[] => {
  const now = far.kernel.now();
  if (door === 'gateway') {
    return [{ where: 'at the gateway', open: eyes.gateway(customer, now).open }];
  }
  const looked = accounts ?? accountsAt(plan, customer, now - plan.startsAt);
  if (looked.length === 0) return [{ where: WITHOUT_ACCOUNT, open: [] }];
  return looked.map((account) => ({
    where: `from AWS account ${account}`,
    open: eyes.aws(account),
  }));
};

export const WITHOUT_ACCOUNT = 'from AWS, without an account';

const keptFindings = (world: World, eyes: Eyes, check: Access): readonly Finding[] => {
  if (check.kept === undefined) return [];
  const { kept } = eyes.gateway(check.customer, world.far.kernel.now());
  return [{ what: 'kept after the end', expected: listText(check.kept), actual: listText(kept) }];
};

const endFindings = (world: World, eyes: Eyes, check: Access): readonly Finding[] => {
  const { startsAt } = world.plan;
  const { windows = [] } = eyes.customer(check.customer) ?? {};
  const open = windows.filter(({ endsAt }) => endsAt > world.far.kernel.now());
  return [...(check.ends ?? [])].map(([offerId, at]) => {
    const ends = open.filter((each) => each.offerId === offerId).map(({ endsAt }) => endsAt);
    return {
      what: `${offerId} ends`,
      expected: timeText(startsAt + at),
      actual: ends.length === 0 ? 'it is not open' : timeText(Math.max(...ends)),
    };
  });
};

const reasonFindings = (world: World, eyes: Eyes, check: Access): readonly Finding[] => {
  const customer = eyes.customer(check.customer);
  const now = world.far.kernel.now();
  const entitlements = customer === undefined ? [] : entitlementsOf(customer, now);
  return [...(check.because ?? [])].map(([offerId, because]) => ({
    what: `${offerId} because`,
    expected: because,
    actual: entitlements.find((each) => each.offerId === offerId)?.because ?? 'nothing',
  }));
};

const auditFindings = ({ far }: World, { customer, auditLines }: Access): readonly Finding[] => {
  if (auditLines === undefined) return [];
  const prefix = `CUSTOMER#${customer} AUDIT#`;
  const count = [...far.stores.table.keys()].filter((key) => key.startsWith(prefix)).length;
  return [
    { what: 'lines in the audit trail', expected: String(auditLines), actual: String(count) },
  ];
};
