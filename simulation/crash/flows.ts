import type { Catalog, Offer } from '../../functions/core/catalog.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { Act, TimedAct } from '../plan/plan.ts';
import type { Flow } from './flow.ts';

/** The Monday of 2 November 2026; flows begin on a Tuesday, so that no lease moves on within them. */
export const BEGINS_AT = 1_793_577_600;

const BYSTANDER = 'cus_bystander';
const ADA = 'cus_ada';
const BYSTANDERS_ACCOUNT = '999900000001';
const ADAS_ACCOUNT = '111100000001';
const ADAS_SECOND_ACCOUNT = '111100000002';
const CLOSED_ACCOUNT = '111100000003';

const offerOf = (repositories: readonly string[]): Offer => ({
  products: ['prod_app'],
  repositories,
  graceDays: 14,
  awsAccounts: 'pull',
  tags: [],
  afterEnd: 'deny',
});

const catalogOf = (...repositories: readonly string[]): Catalog => ({
  offers: { app: offerOf(repositories) },
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
});

const at = (seconds: number, ...acts: readonly Act[]): readonly TimedAct[] =>
  acts.map((act) => ({ at: seconds, act }));

const push = (repository: string, image: string): Act => ({
  who: 'vendor',
  does: 'push',
  repository,
  image,
  tags: ['1.0'],
});

const newCustomer = (customer: string, accounts: string): Act => ({
  who: 'stripe',
  does: 'create_customer',
  customer,
  accounts,
});

const subscribes = (customer: string): Act => ({
  who: 'stripe',
  does: 'subscribe',
  subscription: `subscription of ${customer}`,
  customer,
  products: ['prod_app'],
});

const claims = (customer: string) => ({ who: 'customer', does: 'claim', customer }) as const;

const pulls = (customer: string, repository = 'acme/app') =>
  ({ who: 'customer', does: 'pull', customer, repository, tag: '1.0' }) as const;

/** A release, and a customer who pays all the while: nothing that happens to Ada may touch them. */
const SHOP = [
  ...at(0, { who: 'stripe', does: 'create_product', product: 'prod_app' }),
  ...at(10, push('acme/app', 'app')),
  ...at(100, newCustomer(BYSTANDER, BYSTANDERS_ACCOUNT), subscribes(BYSTANDER)),
];

const ADA_SUBSCRIBES = at(200, newCustomer(ADA, ADAS_ACCOUNT), subscribes(ADA));
const ADA_CLAIMS = at(400, claims(ADA));
const ADA_HAS_ACCESS = [...SHOP, ...ADA_SUBSCRIBES, ...ADA_CLAIMS];

const QUIET = {
  catalogs: [catalogOf('acme/app')],
  before: ADA_HAS_ACCESS,
  // The daily lists have just run; where they are part of a flow, it begins when they are due again.
  mark: DAY + 10 * MINUTE,
  acts: [],
  steps: [],
  stepsFrom: 10,
  doneBy: 30 * MINUTE,
} satisfies Omit<Flow, 'name'>;

/** Before the first tick of the schedules, which meets the flow when it is under way or done. */
const SOON = 5;

/** Then the first tick lists everybody and all members, while the flow is under way or done. */
const LISTS_DUE = 2 * DAY + 10 * MINUTE;

/** Of Ada's subscription. */
const NEW_PERIOD = 200 + 30 * DAY;

const setsAccounts = (...accounts: readonly string[]): Act => ({
  who: 'stripe',
  does: 'set_accounts',
  customer: ADA,
  accounts: accounts.join(','),
});

const DEPLOY = at(SOON, { who: 'vendor', does: 'deploy', catalog: 1 });

export const FLOWS: readonly Flow[] = [
  {
    ...QUIET,
    name: 'first grant',
    before: SHOP,
    mark: LISTS_DUE,
    acts: at(SOON, newCustomer(ADA, ADAS_ACCOUNT), subscribes(ADA)),
  },
  {
    ...QUIET,
    name: 'renewal: the new period',
    mark: NEW_PERIOD - 5,
  },
  {
    ...QUIET,
    name: 'renewal: the charge',
    // Stripe charges what the new period opened with an hour later.
    mark: NEW_PERIOD + HOUR - 5,
  },
  {
    ...QUIET,
    name: 'revocation',
    acts: at(SOON, {
      who: 'stripe',
      does: 'cancel_now',
      subscription: `subscription of ${ADA}`,
    }),
  },
  {
    ...QUIET,
    name: 'account removed',
    before: [
      ...SHOP,
      ...at(200, newCustomer(ADA, `${ADAS_ACCOUNT},${ADAS_SECOND_ACCOUNT}`), subscribes(ADA)),
      ...ADA_CLAIMS,
    ],
    mark: LISTS_DUE,
    acts: at(SOON, setsAccounts(ADAS_ACCOUNT)),
  },
  {
    ...QUIET,
    name: 'rotation',
    steps: [{ who: 'operator', does: 'rotate', customer: ADA }, pulls(ADA)],
    stepsFrom: SOON,
  },
  {
    ...QUIET,
    name: 'claim',
    before: [...SHOP, ...ADA_SUBSCRIBES],
    steps: [claims(ADA), pulls(ADA)],
    stepsFrom: SOON,
  },
  {
    ...QUIET,
    name: 'quarantine',
    before: [
      ...ADA_HAS_ACCESS,
      ...at(500, { who: 'aws', does: 'close_account', account: CLOSED_ACCOUNT }),
    ],
    acts: at(SOON, setsAccounts(ADAS_ACCOUNT, ADAS_SECOND_ACCOUNT, CLOSED_ACCOUNT)),
  },
  {
    ...QUIET,
    name: 'catalog gain',
    catalogs: [catalogOf('acme/app'), catalogOf('acme/app', 'acme/tools')],
    acts: [...at(0, push('acme/tools', 'tools')), ...DEPLOY],
  },
  {
    ...QUIET,
    name: 'catalog loss accepted',
    catalogs: [catalogOf('acme/app', 'acme/tools'), catalogOf('acme/app')],
    acts: DEPLOY,
    steps: [{ who: 'operator', does: 'accept_catalog' }],
    stepsFrom: 2 * MINUTE,
  },
];
