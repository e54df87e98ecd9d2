import { faultSecondsOf } from '../kernel/faults.ts';
import type { Plan } from '../plan/plan.ts';
import {
  type Door,
  gatewayUntil,
  grantsOf,
  isHeldByBreaker,
  throughDoor,
  type Untils,
} from './doors.ts';
import { leastOf, mostOf } from './history.ts';
import type { Rights } from './oracle.ts';
import { NO_POLICY, type Scene, type Subject } from './scene.ts';
import { distinctOf, policyRecordIn } from './table.ts';
import type { Standing } from './tracks.ts';

const DAY = 86_400;

/** What a customer may pull at most and must be able to pull at least, by rule, through one door. */
export const owedTo = (
  { catalogs, world }: Scene,
  subject: Subject,
  door: Door,
): { readonly most: Untils; readonly least: Untils } => {
  const now = world.far.kernel.now();
  const { history, truth, stored } = subject;
  const granted: readonly Rights[] =
    truth.isDeleted || stored === undefined ? [] : [grantsOf(stored)];
  const all = distinctOf(catalogs);
  return {
    most: throughDoor(door, all, [...mostOf(history, all, now), ...granted]),
    least: throughDoor(
      door,
      [catalogs.deployed],
      [...leastOf(history, catalogs.deployed, now), ...granted],
    ),
  };
};

/** How a customer stands with a repository at the gateway. */
export const atGateway = (
  scene: Scene,
  subject: Subject,
  { most, least }: { readonly most: Untils; readonly least: Untils },
  repository: string,
): Standing => {
  const now = scene.world.far.kernel.now();
  const { stored } = subject;
  const open = stored === undefined ? 0 : gatewayUntil(stored, scene.catalogs, repository, now);
  // What the breaker holds is open by its own rule.
  const held = isHeldByBreaker(stored) ? open : 0;
  return {
    most: Math.max(held, most.get(repository) ?? 0),
    least: least.get(repository) ?? 0,
    open,
  };
};

/** How an account stands with a repository at ECR, over all customers that have it. */
export const atEcr = (scene: Scene, account: string, repository: string): Standing => {
  const { far } = scene.world;
  const now = far.kernel.now();
  const isDead = far.ecr.fake.dead.has(account);
  const untils = (scene.policies.get(repository) ?? NO_POLICY).untils;
  const open = isDead ? 0 : (untils.get(account) ?? 0);
  const owed = [...scene.subjects.values()]
    .filter(({ truth }) => truth.accounts.includes(account))
    .map((subject) => owedTo(scene, subject, 'ecr'));
  const most = Math.max(0, ...owed.map((each) => each.most.get(repository) ?? 0));
  const least = Math.max(0, ...owed.map((each) => each.least.get(repository) ?? 0));
  const isExcused = isTampered(scene, account, repository) || isHeld(scene, account);
  const isWaiting = least > now && open <= now && waits(scene, account, repository);
  return { most: isExcused ? Math.max(most, open) : most, least: isWaiting ? 0 : least, open };
};

/** The breaker's business, and not late. */
const isHeld = ({ subjects }: Scene, account: string): boolean =>
  [...subjects.values()].some(
    ({ stored }) => stored?.accounts.includes(account) === true && isHeldByBreaker(stored),
  );

/**
 * Somebody wrote the member by hand: the daily comparison finds it, in every repository that is sold,
 * and has its customer looked at. A fault in between may spoil that, and leave it to the next one.
 */
const isTampered = ({ world, catalogAt }: Scene, account: string, repository: string): boolean => {
  const { plan, far } = world;
  const now = far.kernel.now();
  return plan.acts.some(
    ({ at, act }) =>
      act.who === 'aws' &&
      act.does === 'tamper_member' &&
      act.account === account &&
      act.repository === repository &&
      plan.startsAt + at <= now &&
      now <
        Math.max(plan.startsAt + spoiltUntil(plan, at, act.customer), catalogAt) + FOUND_SECONDS,
  );
};

const spoiltUntil = ({ faults }: Plan, at: number, customer: string): number =>
  Math.max(
    at,
    ...faults
      .filter(({ from, until, key = '' }) => {
        const isMeant = !key.startsWith('cus_') || key === customer;
        return isMeant && from < at + FOUND_SECONDS && until > at;
      })
      .map(({ until, fault }) => until + faultSecondsOf(fault)),
  );

const FOUND_SECONDS = 26 * 3_600;

/** Refused accounts are tried again daily; one that finds no room waits, and is told so. */
const waits = ({ world }: Scene, account: string, repository: string): boolean => {
  const { plan, far } = world;
  const since = far.kernel.now() - plan.startsAt;
  const record = policyRecordIn(far, repository);
  const wasDead = plan.acts.some(
    ({ at, act }) =>
      act.who === 'aws' &&
      (act.does === 'close_account' || act.does === 'open_account') &&
      act.account === account &&
      at <= since &&
      since < at + DAY + 3_600,
  );
  const isRefused = record?.quarantined[account] !== undefined && wasDead;
  return far.ecr.fake.dead.has(account) || isRefused || record?.overflow.includes(account) === true;
};
