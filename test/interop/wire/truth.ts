import { DAY, type EpochSeconds } from '../../../functions/core/time.ts';
import type { StripeState, SubscriptionRecord } from '../../../local/stripe/state.ts';

/** What a customer of Stripe's should have; written from the rules, without any code of ours. */
export type Truth = {
  readonly customerId: string;
  readonly isDeleted: boolean;
  readonly accounts: readonly string[];
  /** Offers that are paid for, and until when. */
  readonly untils: Readonly<Record<string, EpochSeconds>>;
};

const GRACE_SECONDS = 14 * DAY;

/** By customer. The catalog of these tests sells `app` and `tools` as `prod_app` and `prod_tools`, each one repository. */
export const truthOf = (state: StripeState): readonly Truth[] =>
  Object.values(state.customers).map(({ id, deleted, metadata, subscriptionIds }) => {
    const subscriptions = subscriptionIds.flatMap((each) => state.subscriptions[each] ?? []);
    const untils: Record<string, EpochSeconds> = {};
    for (const subscription of subscriptions.filter(
      ({ status }) => !deleted && status === 'active',
    )) {
      for (const [offer, until] of opensOf(state, subscription)) {
        untils[offer] = Math.max(until, untils[offer] ?? 0);
      }
    }
    return {
      customerId: id,
      isDeleted: deleted,
      accounts: deleted
        ? []
        : (metadata.aws_account_ids ?? '').split(',').filter((one) => one !== ''),
      untils,
    };
  });

const opensOf = (
  state: StripeState,
  { items, latestInvoiceId }: SubscriptionRecord,
): readonly (readonly [string, EpochSeconds])[] => {
  const invoice = state.invoices[latestInvoiceId ?? ''];
  const isWaiting = invoice?.status === 'draft' || invoice?.status === 'open';
  return items.map(({ priceId, periodEnd }) => [
    (state.prices[priceId]?.productId ?? '').replace('prod_', ''),
    (isWaiting ? invoice.created : periodEnd) + GRACE_SECONDS,
  ]);
};

export const REPOSITORIES = ['acme/app', 'acme/tools'] as const;

/** Who may pull a repository from ECR, `account cus_…` to until when. */
export const admittedTo = (
  repository: string,
  truths: readonly Truth[],
): ReadonlyMap<string, EpochSeconds> =>
  new Map(
    truths.flatMap(({ customerId, accounts, untils }) => {
      const until = untils[repository.replace('acme/', '')];
      return until === undefined
        ? []
        : accounts.map((account) => [`${account} ${customerId}`, until] as const);
    }),
  );
