import { accountsIn } from '../../../functions/core/policy-compare.ts';
import { type PolicyStatement, parsePolicy } from '../../../functions/core/policy-document.ts';
import type { EpochSeconds } from '../../../functions/core/time.ts';
import type { EcrStandIn } from '../../../local/aws/ecr.ts';
import { STAGE } from '../../../local/names.ts';
import type { StripeServer } from '../../../local/stripe/server.ts';
import { admittedTo, REPOSITORIES, truthOf } from './truth.ts';

type Watched = {
  readonly ecr: Pick<EcrStandIn, 'policies'>;
  readonly stripe: Pick<StripeServer, 'snapshot'>;
  readonly now: () => EpochSeconds;
};

/** The accounts that a repository's policy lets in at this instant, as IAM would decide. */
export const allowedBy = (text: string, now: EpochSeconds): readonly string[] =>
  accountsIn((parsePolicy(text, STAGE)?.ours ?? []).filter((one) => isInForce(one, now)));

const isInForce = ({ Condition }: PolicyStatement, now: EpochSeconds): boolean => {
  const { DateLessThan } = Condition as {
    readonly DateLessThan: { readonly 'aws:CurrentTime': string };
  };
  return now * 1_000 < Date.parse(DateLessThan['aws:CurrentTime']);
};

/**
 * Looks at every policy the moment it was written: an account gets in only if its customer has paid at
 * some time since it was last put out. The end state alone would not show who was let in on the way.
 */
export const policyGuard = ({ ecr, stripe, now }: Watched) => {
  const deserving = new Map<string, Set<string>>(REPOSITORIES.map((name) => [name, new Set()]));
  const inside = new Map<string, readonly string[]>();
  const violations: string[] = [];
  const paying = (): ReadonlyMap<string, readonly string[]> => {
    const truths = truthOf(stripe.snapshot());
    return new Map(
      REPOSITORIES.map((repository) => [
        repository,
        [...admittedTo(repository, truths).keys()].map((key) => key.split(' ')[0] ?? ''),
      ]),
    );
  };
  const note = (): void => {
    for (const [repository, accounts] of paying()) {
      for (const account of accounts) deserving.get(repository)?.add(account);
    }
  };
  const look = (): void => {
    const policies = ecr.policies();
    const payingNow = paying();
    for (const [repository, accounts] of deserving) {
      const before = inside.get(repository) ?? [];
      const after = allowedBy(policies[repository] ?? '', now());
      for (const account of after.filter((one) => !before.includes(one))) {
        if (!accounts.has(account)) violations.push(`${account} got into ${repository} unpaid`);
      }
      for (const account of before.filter((one) => !after.includes(one))) {
        if (payingNow.get(repository)?.includes(account) !== true) accounts.delete(account);
      }
      inside.set(repository, after);
    }
  };
  return {
    /** After everything that happens at Stripe. */
    note,
    look,
    violations: (): readonly string[] => violations,
  };
};
