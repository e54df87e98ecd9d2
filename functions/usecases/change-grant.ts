import type { ManualGrant } from '../core/customer.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Billing, Unavailable } from '../ports.ts';
import { type SyncDeps, type SyncOutcome, syncCustomer } from './sync-customer.ts';

export type GrantDeps = SyncDeps & { readonly billing: Pick<Billing, 'readCustomer'> };

export type GrantRequest = {
  readonly customerId: string;
  readonly offerId: string;
  readonly actor: string;
};

export type GrantOutcome =
  | { readonly kind: 'done'; readonly sync: SyncOutcome }
  /** Neither we nor Stripe know such a customer, so far as Stripe could be asked. */
  | { readonly kind: 'unknown_customer'; readonly because?: Unavailable['because'] }
  | { readonly kind: 'deleted_customer' }
  | { readonly kind: 'no_grant' };

/** Opens an offer by hand until a time. A grant of the same offer is replaced and keeps its start. */
export const grantOffer =
  (deps: GrantDeps) =>
  async ({
    customerId,
    offerId,
    actor,
    until,
  }: GrantRequest & { readonly until: EpochSeconds }): Promise<GrantOutcome> => {
    const obstacle = await obstacleTo(deps, customerId);
    if (obstacle !== undefined) return obstacle;
    const now = deps.clock();
    return change(deps, { customerId, actor }, (grants) => [
      ...grants.filter((grant) => grant.offerId !== offerId),
      {
        offerId,
        startsAt: grants.find((grant) => grant.offerId === offerId)?.startsAt ?? now,
        until,
        by: actor,
      },
    ]);
  };

/** Takes a manual grant back. What a subscription opens stays open. */
export const ungrantOffer =
  (deps: GrantDeps) =>
  async ({ customerId, offerId, actor }: GrantRequest): Promise<GrantOutcome> => {
    const customer = await deps.customers.findCustomer(customerId);
    if (customer === undefined) return { kind: 'unknown_customer' };
    if (!customer.grants.some((grant) => grant.offerId === offerId)) return { kind: 'no_grant' };
    return change(deps, { customerId, actor }, (grants) =>
      grants.filter((grant) => grant.offerId !== offerId),
    );
  };

/** A mistyped id must not become a customer of ours. */
const obstacleTo = async (
  { customers, billing }: GrantDeps,
  customerId: string,
): Promise<GrantOutcome | undefined> => {
  const stored = await customers.findCustomer(customerId);
  if (stored !== undefined) return stored.isDeleted ? { kind: 'deleted_customer' } : undefined;
  const reading = await billing.readCustomer(customerId);
  switch (reading.kind) {
    case 'found':
      return undefined;
    case 'deleted':
      return { kind: 'deleted_customer' };
    case 'unavailable':
      return { kind: 'unknown_customer', because: reading.because };
  }
};

const change = async (
  deps: GrantDeps,
  { customerId, actor }: Omit<GrantRequest, 'offerId'>,
  grants: (grants: readonly ManualGrant[]) => readonly ManualGrant[],
): Promise<GrantOutcome> => {
  const sync = await syncCustomer(deps)({ customerId, because: 'operator', actor, grants });
  // Deleted in Stripe meanwhile: nothing is open whatever was granted.
  return sync.customer?.isDeleted ? { kind: 'deleted_customer' } : { kind: 'done', sync };
};
