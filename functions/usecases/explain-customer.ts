import { type CredentialState, credentialStateOf } from '../core/credential-state.ts';
import type { Customer, Transition } from '../core/customer.ts';
import { type Entitlement, entitlementsOf, graceAtOf } from '../core/entitlement.ts';
import { type Kept, keptOf } from '../core/kept-time.ts';
import type { Catalogs } from '../core/members-of.ts';
import { offerOf } from '../core/offers.ts';
import type { PolicyRecord } from '../core/policy.ts';
import { type Right, rightsOf } from '../core/rights.ts';
import { DAY, type EpochSeconds, isOpen } from '../core/time.ts';
import type { Clock, CredentialStore, CustomerStore, MemberStore } from '../ports.ts';

export type ExplainDeps = {
  readonly customers: Pick<CustomerStore, 'findCustomer' | 'listAudit'>;
  readonly members: Pick<MemberStore, 'readRepository'>;
  readonly credentials: Pick<CredentialStore, 'listCredentials'>;
  readonly catalogs: () => Promise<Catalogs>;
  readonly clock: Clock;
};

export type ExplainedEntitlement = Entitlement & { readonly graceAt?: EpochSeconds };

/** Where an account of the customer's stands in one repository's policy. */
export type Standing =
  /** In the policy. */
  | { readonly kind: 'applied' }
  /** Not yet: the next apply writes it. */
  | { readonly kind: 'pending' }
  /** ECR refuses the account; tried again daily. */
  | { readonly kind: 'quarantined'; readonly since: EpochSeconds }
  /** The policy is full. */
  | { readonly kind: 'overflow' };

export type AwsDoorView = {
  readonly repository: string;
  readonly until: EpochSeconds;
  readonly accounts: Readonly<Record<string, Standing>>;
};

export type Explanation = {
  /** Without what only decisions need, and without the e-mail address. */
  readonly customer: Omit<Customer, 'email'>;
  readonly entitlements: readonly ExplainedEntitlement[];
  readonly gateway: readonly Right[];
  /** What offers that have ended leave at the gateway, if the catalog says that anything stays. */
  readonly kept: readonly Kept[];
  readonly awsDoor: readonly AwsDoorView[];
  readonly credentials: readonly {
    readonly credentialId: string;
    readonly state: CredentialState;
  }[];
  /** Newest first. */
  readonly transitions: readonly Transition[];
};

const TRANSITIONS_MAX = 5;

/** What a customer may pull, until when and why, from what is stored: nobody asks Stripe or ECR. */
export const explainCustomer =
  (deps: ExplainDeps) =>
  async (customerId: string): Promise<Explanation | undefined> => {
    const stored = await deps.customers.findCustomer(customerId);
    if (stored === undefined) return undefined;
    const { email: _email, ...customer } = stored;
    const now = deps.clock();
    const catalogs = await deps.catalogs();
    const credentials = await deps.credentials.listCredentials(customerId);
    return {
      customer,
      entitlements: entitlementsOf(stored, now).map((each) => withGrace(each, stored, catalogs)),
      gateway: gatewayRights(catalogs, stored, now),
      kept: keptOf(stored, catalogs, now),
      awsDoor: await awsDoorOf(deps, stored, now),
      credentials: credentials.map((each) => ({
        credentialId: each.credentialId,
        state: credentialStateOf(each, now),
      })),
      transitions: (await deps.customers.listAudit(customerId))
        .slice(-TRANSITIONS_MAX)
        .toReversed(),
    };
  };

const withGrace = (
  entitlement: Entitlement,
  { subscriptions }: Customer,
  { deployed, accepted }: Catalogs,
): ExplainedEntitlement => {
  if (entitlement.kind === 'withheld') return entitlement;
  const offer = offerOf(entitlement.held === 'catalog' ? accepted : deployed, entitlement.offerId);
  const graceSeconds = (offer?.graceDays ?? 0) * DAY;
  return { ...entitlement, graceAt: graceAtOf(entitlement, subscriptions, graceSeconds) };
};

/** A window held for the catalog's sake is read with the accepted one. */
const gatewayRights = (
  { deployed, accepted }: Catalogs,
  { windows }: Customer,
  now: EpochSeconds,
): readonly Right[] => {
  const open = windows.filter((window) => isOpen(window, now));
  const rights = [
    ...rightsOf(accepted, { windows: open.filter(({ held }) => held === 'catalog'), accounts: [] }),
    ...rightsOf(deployed, { windows: open.filter(({ held }) => held !== 'catalog'), accounts: [] }),
  ];
  // The last one of a repository stays in the map, and that is the one that ends last.
  const latest = new Map(
    rights.sort((a, b) => a.until - b.until).map((right) => [right.repository, right]),
  );
  return [...latest.values()].sort((a, b) => (a.repository < b.repository ? -1 : 1));
};

const awsDoorOf = async (
  { members: store }: ExplainDeps,
  { members: { accounts, untils } }: Customer,
  now: EpochSeconds,
): Promise<readonly AwsDoorView[]> => {
  const open = Object.entries(untils).filter(([, until]) => until > now);
  return Promise.all(
    open.map(async ([repository, until]) => {
      const { policy } = await store.readRepository(repository);
      const standings = accounts.map((account) => [account, standingOf(policy, account)] as const);
      return { repository, until, accounts: Object.fromEntries(standings) };
    }),
  );
};

const standingOf = (policy: PolicyRecord | undefined, account: string): Standing => {
  if (policy === undefined) return { kind: 'pending' };
  const refusal = policy.quarantined[account];
  if (refusal !== undefined) return { kind: 'quarantined', since: refusal.since };
  if (policy.overflow.includes(account)) return { kind: 'overflow' };
  return { kind: policy.applied.includes(account) ? 'applied' : 'pending' };
};
