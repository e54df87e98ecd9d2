import type { Members } from './customer.ts';
import { untilOf } from './members-of.ts';
import type { EpochSeconds } from './time.ts';

type MemberItem = {
  readonly repository: string;
  readonly account: string;
  readonly until: EpochSeconds;
};

/** Pairs whose member item says something else than the customer does, in the repositories that were read. */
export const memberDifferences = (
  repositories: readonly string[],
  items: readonly MemberItem[],
  expected: Members,
): readonly Pick<MemberItem, 'repository' | 'account'>[] => {
  const wrong = items.filter(
    ({ repository, account, until }) => until !== untilOf(expected, repository, account),
  );
  const missing = repositories
    .filter((repository) => Object.hasOwn(expected.untils, repository))
    .flatMap((repository) =>
      expected.accounts
        .filter((account) =>
          items.every((item) => item.repository !== repository || item.account !== account),
        )
        .map((account) => ({ repository, account })),
    );
  return [...wrong.map(({ repository, account }) => ({ repository, account })), ...missing];
};
