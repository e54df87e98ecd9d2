import { parseAccounts } from '../../functions/core/accounts.ts';
import type { Plan } from '../plan/plan.ts';

/** The accounts that a customer's metadata names at a time; a deleted customer's are the last. */
export const accountsAt = (plan: Plan, customerId: string, since: number): readonly string[] =>
  textsOf(plan, customerId, since).slice(-1).flatMap(accountsIn);

/** Every account that a customer ever named. */
export const accountsEver = (plan: Plan, customerId: string): readonly string[] => [
  ...new Set(textsOf(plan, customerId, Number.POSITIVE_INFINITY).flatMap(accountsIn)),
];

const textsOf = ({ acts }: Plan, customerId: string, since: number): readonly string[] =>
  acts.flatMap(({ at, act }) => {
    if (act.does !== 'create_customer' && act.does !== 'set_accounts') return [];
    return at <= since && act.customer === customerId ? [act.accounts ?? ''] : [];
  });

const accountsIn = (text: string): readonly string[] => parseAccounts(text).accounts;
