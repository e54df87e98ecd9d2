import {
  type Access,
  type Customer,
  NEVER_WRITTEN,
  type Transition,
} from '../../../functions/core/customer.ts';
import { canonicalJson } from '../../../functions/core/fingerprint.ts';
import type { Write } from './writes.ts';

/** I5: versions only grow, and effects follow them. */
export const isMonotone = ({
  before,
  after,
  subject,
}: Pick<Write, 'before' | 'after'> & {
  readonly subject: { readonly customerId: string };
}): string | undefined => {
  const { version = 0, effectsDone = 0 } = before ?? {};
  const isWrong =
    after.version < version ||
    (after.effectsDone < effectsDone && !writesAllAgain(before, after)) ||
    after.effectsDone > after.version ||
    (after.version === version && canonicalJson(decided(before)) !== canonicalJson(decided(after)));
  if (!isWrong) return undefined;
  return `I5 monotonicity: ${subject.customerId} went from version ${version} (effects ${effectsDone}) to ${after.version} (effects ${after.effectsDone})`;
};

/** A new version by somebody who has not heard that the last one's effects are done takes none for done. */
const writesAllAgain = (before: Customer | undefined, after: Customer): boolean => {
  if (before === undefined || before.effectsDone !== before.version) return false;
  const { accounts, untils } = after.projected;
  const repositories = Object.keys(before.members.untils);
  return (
    after.version > before.version &&
    before.members.accounts.every((account) => accounts.includes(account)) &&
    repositories.every((repository) => untils[repository] === NEVER_WRITTEN)
  );
};

/** Everything that only a new version may change. */
const decided = (customer: Customer | undefined) => {
  const { windows, withheld, accounts, grants, members, transition, isDeleted } = customer ?? {};
  return { windows, withheld, accounts, grants, members, transition, isDeleted };
};

/** I7: one transition for one change, however often it was told, and none without a change. */
export const isOneTransition = ({ before, after, subject }: Write): string | undefined => {
  const name = 'I7 exactly-once effect';
  const [old, next] = [accessOf(before), accessOf(after)];
  const isChanged = canonicalJson(old) !== canonicalJson(next);
  const { transition } = after;
  const isNew = transition?.sequence !== before?.transition?.sequence;
  if (isChanged !== isNew) {
    return `${name}: version ${after.version} of ${subject.customerId} ${isChanged ? 'changes access without a transition' : 'has a transition without a change of access'}`;
  }
  if (!isNew || transition === undefined) return undefined;
  return isWhole(transition, after, { old, next }, before)
    ? undefined
    : `${name}: transition ${transition.sequence} of ${subject.customerId} is not the step from what was stored before to version ${after.version}`;
};

const isWhole = (
  transition: Transition,
  after: Customer,
  { old, next }: { readonly old: Access; readonly next: Access },
  before: Customer | undefined,
): boolean =>
  transition.sequence === (before?.transition?.sequence ?? 0) + 1 &&
  transition.version === after.version &&
  canonicalJson(transition.before) === canonicalJson(old) &&
  canonicalJson(transition.after) === canonicalJson(next);

const accessOf = (customer: Customer | undefined): Access => ({
  windows: customer?.windows ?? [],
  withheld: customer?.withheld ?? [],
  accounts: customer?.accounts ?? [],
});

/** I12: before the next transition is stored the last one is in the audit, word for word. */
export const isAudited = ({ scene, before, after, subject }: Write): string | undefined => {
  const last = before?.transition;
  const isNext = last !== undefined && after.transition?.sequence !== last.sequence;
  const marks = after.effectsDone > (before?.effectsDone ?? 0) ? after.transition : undefined;
  const due = isNext ? last : marks;
  if (due === undefined || due.sequence === 0) return undefined;
  const text = scene.world.far.stores.table.get(auditKeyOf(subject.customerId, due.sequence));
  if (text !== undefined && canonicalJson(JSON.parse(text)) === canonicalJson(due))
    return undefined;
  return `I12 audit: transition ${due.sequence} of ${subject.customerId} ${text === undefined ? 'is not in the audit' : 'differs from its audit item'} although version ${after.version} has gone on`;
};

export const auditKeyOf = (customerId: string, sequence: number): string =>
  `CUSTOMER#${customerId} AUDIT#${String(sequence).padStart(12, '0')}`;
