import type { Credential } from '../../functions/core/credential.ts';
import type { Cursor } from '../../functions/core/cursor.ts';
import type { Customer, Transition } from '../../functions/core/customer.ts';
import { stranger } from '../../functions/core/next-customer.ts';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import type { CatalogState } from '../../functions/ports.ts';

export const NOON = 1_780_000_000;

/** A customer of whom nothing is known but its id. */
export const customer = (given: Partial<Customer> = {}): Customer => ({
  ...stranger('cus_Nova'),
  version: 1,
  ...given,
});

export const transition = (given: Partial<Transition> = {}): Transition => ({
  sequence: 1,
  version: 1,
  at: NOON,
  because: 'event',
  before: { windows: [], withheld: [], accounts: [] },
  after: {
    windows: [
      {
        offerId: 'app',
        source: 'sub_1',
        startsAt: NOON,
        endsAt: NOON + 3_888_000,
        because: 'paid',
      },
    ],
    withheld: [{ offerId: 'tools', source: 'sub_1', because: 'first_payment' }],
    accounts: ['111122223333'],
  },
  evidence: ['sub_1:active', 'in_1:paid'],
  ...given,
});

/** A customer with every field that there is. */
export const fullCustomer = (): Customer =>
  customer({
    version: 7,
    effectsDone: 6,
    email: 'ops@nova.example',
    accounts: ['111122223333'],
    malformedAccounts: ['12'],
    subscriptions: [
      {
        subscriptionId: 'sub_1',
        status: { kind: 'unknown', text: 'hibernating' },
        startedAt: NOON,
        trialEndsAt: NOON + 1,
        cancelAt: NOON + 2,
        collection: 'collecting',
        collectionMethod: 'charge_automatically',
        latestInvoice: { status: 'open', isZero: false, createdAt: NOON, dueAt: NOON + 3 },
        items: [{ productId: 'prod_app', currentPeriodEndAt: NOON + 4 }, { productId: 'prod_x' }],
        concern: 'none',
        proven: true,
      },
    ],
    endedSubscriptionIds: ['sub_0'],
    grants: [{ offerId: 'app', startsAt: NOON, until: NOON + 5, by: 'ada' }],
    windows: transition().after.windows,
    withheld: transition().after.withheld,
    members: { accounts: ['111122223333'], untils: { 'acme/app': NOON + 3_888_000 } },
    projected: { accounts: ['444455556666'], untils: { 'acme/app': -1 } },
    sealed: [{ credentialId: 'c1', until: NOON + 6 }],
    mint: 'c1',
    hasCredential: true,
    transition: transition({ actor: 'ada' }),
    isHeld: true,
    dueAt: NOON + 7,
    confirmAt: NOON + 8,
    retries: 2,
    retryAt: NOON + 9,
    verifiedAt: NOON + 10,
    verifiedBy: 'event',
  });

export const credential = (given: Partial<Credential> = {}): Credential => ({
  credentialId: 'Ab3dEf6hIj9k',
  customerId: 'cus_Nova',
  hash: `sha256:${'0'.repeat(64)}`,
  label: 'first',
  createdAt: NOON,
  claimBy: NOON + 1_000,
  ...given,
});

export const policyRecord = (given: Partial<PolicyRecord> = {}): PolicyRecord => ({
  revision: 1,
  applied: ['111122223333'],
  appliedAt: NOON,
  size: 512,
  quarantined: { '000000000000': { since: NOON, triedAt: NOON + 1 } },
  overflow: [],
  foreign: ['{"Sid":"Vendor"}'],
  dead: [],
  fingerprint: '0123456789abcdef',
  ...given,
});

export const cursor = (given: Partial<Cursor> = {}): Cursor => ({
  name: 'events',
  doneAt: 0,
  startedAt: NOON,
  position: NOON - 3_600,
  seen: ['evt_1'],
  customersWithAccess: 0,
  reads: 12,
  month: '2026-05',
  revision: 1,
  ...given,
});

export const catalogState = (given: Partial<CatalogState> = {}): CatalogState => {
  const catalog = {
    offers: {
      app: {
        products: ['prod_app'],
        repositories: ['acme/app'],
        graceDays: 14,
        awsAccounts: 'pull' as const,
        tags: [],
        afterEnd: 'deny' as const,
      },
    },
    onDispute: 'ignore' as const,
    onFullRefund: 'ignore' as const,
    onPauseCollection: 'keep' as const,
    trustSendInvoice: false,
  };
  return {
    accepted: catalog,
    acceptedHash: 'a',
    deployed: catalog,
    deployedHash: 'a',
    redecided: '',
    revision: 1,
    ...given,
  };
};
