import type { Access, Transition, Window } from '../../functions/core/customer.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { OPEN_BECAUSE, TRIGGERED_BY, timeText, WITHHELD_BECAUSE } from './words.ts';

export type AuditLine = {
  readonly sequence: number;
  readonly at: EpochSeconds;
  readonly because: string;
  readonly actor?: string;
  /** What it opened, moved and closed, a sentence each. */
  readonly changes: readonly string[];
  readonly evidence: readonly string[];
};

/** One transition in words: what was before, what is after. */
export const auditLineOf = (transition: Transition): AuditLine => {
  const { sequence, at, because, actor, before, after, evidence } = transition;
  const changes = [...offerChanges(before, after), ...accountChanges(before, after)];
  return {
    sequence,
    at,
    because: TRIGGERED_BY[because],
    ...(actor === undefined ? {} : { actor }),
    changes: changes.length === 0 ? ['Same access, for other reasons.'] : changes,
    evidence,
  };
};

const offerChanges = (before: Access, after: Access): readonly string[] =>
  [...new Set([...offerIdsOf(before), ...offerIdsOf(after)])]
    .sort()
    .flatMap((offerId) => offerChange(offerId, before, after));

const offerIdsOf = ({ windows, withheld }: Access): readonly string[] =>
  [...windows, ...withheld].map(({ offerId }) => offerId);

const offerChange = (offerId: string, before: Access, after: Access): readonly string[] => {
  const was = latestOf(before, offerId);
  const is = latestOf(after, offerId);
  if (is === undefined)
    return was === undefined
      ? withheldChange(offerId, before, after)
      : [`${offerId} closed: ${reasonOf(after, offerId)}.`];
  if (was === undefined)
    return [`${offerId} opened until ${timeText(is.endsAt)}: ${describe(is)}.`];
  return windowChange(was, is);
};

const windowChange = (was: Window, is: Window): readonly string[] => {
  const { offerId } = is;
  if (is.endsAt !== was.endsAt) {
    const how = is.endsAt > was.endsAt ? 'extended' : 'shortened';
    const from = timeText(was.endsAt);
    return [`${offerId} ${how} from ${from} to ${timeText(is.endsAt)}: ${describe(is)}.`];
  }
  return describe(was) === describe(is)
    ? []
    : [`${offerId} stays open until ${timeText(is.endsAt)}: ${describe(is)}.`];
};

const withheldChange = (offerId: string, before: Access, after: Access): readonly string[] => {
  const reason = reasonOf(after, offerId);
  return reason === reasonOf(before, offerId) ? [] : [`${offerId} is not open: ${reason}.`];
};

const latestOf = ({ windows }: Access, offerId: string): Window | undefined =>
  windows
    .filter((window) => window.offerId === offerId)
    .reduce<Window | undefined>(
      (latest, window) => (latest === undefined || window.endsAt > latest.endsAt ? window : latest),
      undefined,
    );

const describe = ({ because, held }: Window): string => {
  const reason = OPEN_BECAUSE[because];
  return held === undefined ? reason : `${reason}, held by the ${held}`;
};

const reasonOf = ({ withheld }: Access, offerId: string): string => {
  const found = withheld.find((each) => each.offerId === offerId);
  return found === undefined ? 'nothing names it any more' : WITHHELD_BECAUSE[found.because];
};

const accountChanges = (before: Access, after: Access): readonly string[] => [
  ...after.accounts
    .filter((account) => !before.accounts.includes(account))
    .map((account) => `AWS account ${account} added.`),
  ...before.accounts
    .filter((account) => !after.accounts.includes(account))
    .map((account) => `AWS account ${account} removed.`),
];
