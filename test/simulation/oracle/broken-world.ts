import type { Catalog, Offer } from '../../../functions/core/catalog.ts';
import type { Customer } from '../../../functions/core/customer.ts';
import { watchOf } from '../../../simulation/oracle/watcher.ts';
import type { Plan, TimedAct } from '../../../simulation/plan/plan.ts';
import { runPlan } from '../../../simulation/run.ts';
import type { World } from '../../../simulation/world/world.ts';

export const MINUTE = 60;
export const HOUR = 3_600;
export const DAY = 86_400;

const offer = (name: string): Offer => ({
  products: [`prod_${name}`],
  repositories: [`acme/${name}`],
  graceDays: 14,
  awsAccounts: 'pull',
  tags: [],
  afterEnd: 'deny',
});

export const CATALOG: Catalog = {
  offers: { app: offer('app'), tools: offer('tools') },
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
};

/** Everybody has paid for the app since the first hour, has an account, and nothing goes wrong. */
export const planOf = (customers: number, acts: readonly TimedAct[] = []): Plan => ({
  seed: 1,
  startsAt: 1_793_534_400,
  seconds: DAY,
  catalogs: [CATALOG],
  acts: [
    { at: 0, act: { who: 'stripe', does: 'create_product', product: 'prod_app' } } as const,
    { at: 0, act: { who: 'stripe', does: 'create_product', product: 'prod_tools' } } as const,
    {
      at: 9,
      act: { who: 'vendor', does: 'push', repository: 'acme/app', image: 'one', tags: ['1.0.0'] },
    } as const,
    ...Array.from({ length: customers }, (_, index) => birth(index + 1)).flat(),
    ...acts,
  ].sort((a, b) => a.at - b.at),
  faults: [],
  travel: [],
  skewSeconds: {},
  latency: { usualSeconds: 0.02, stallShare: 0, stallSeconds: 0 },
  indexLagSeconds: 0,
  redeliveredShare: 0,
  lostNewsShare: 0,
  readsBackAs: 'written',
});

const birth = (number: number): readonly TimedAct[] => [
  {
    at: 100 * number,
    act: {
      who: 'stripe',
      does: 'create_customer',
      customer: `cus_${number}`,
      accounts: `11112222333${number}`,
    },
  },
  {
    at: 100 * number + 5,
    act: {
      who: 'stripe',
      does: 'subscribe',
      subscription: `S${number}`,
      customer: `cus_${number}`,
      products: ['prod_app'],
    },
  },
];

export type Breaking = (world: World, isFirst: boolean) => void;

/**
 * What the watcher says of a world in which somebody interferes: from `at` on, after each thing that
 * happens, before the watcher looks.
 */
export const brokenRun = async (
  breaks: Breaking,
  { plan = planOf(1), at = 6 * HOUR }: { readonly plan?: Plan; readonly at?: number } = {},
): Promise<string | undefined> => {
  const { wrong } = await runPlan(plan, {
    watch: (world) => {
      const watch = watchOf(world);
      let isFirst = true;
      const interfere = (): void => {
        if (world.far.kernel.now() < plan.startsAt + at) return;
        breaks(world, isFirst);
        isFirst = false;
      };
      return {
        step: () => {
          interfere();
          return watch.step(world);
        },
        rest: () => {
          interfere();
          return watch.rest(world);
        },
      };
    },
  });
  return wrong;
};

export const customerOf = ({ far }: World, customerId: string): Customer =>
  JSON.parse(far.stores.table.get(`CUSTOMER#${customerId} CUSTOMER`) ?? '{}');

export const put = ({ far, changes }: World, customer: Customer): void => {
  const key = `CUSTOMER#${customer.customerId} CUSTOMER`;
  far.stores.table.set(key, JSON.stringify(customer));
  changes.customers.add(customer.customerId);
};

/** A change of access as a whole version of its own, with its transition and its audit item. */
export const forge = (
  world: World,
  customerId: string,
  change: Partial<Pick<Customer, 'windows' | 'accounts' | 'withheld'>>,
): void => {
  const prior = customerOf(world, customerId);
  const version = prior.version + 1;
  const next = { ...prior, ...change, version, effectsDone: version };
  const transition = {
    sequence: (prior.transition?.sequence ?? 0) + 1,
    version,
    at: Math.floor(world.far.kernel.now()),
    because: 'event',
    before: accessOf(prior),
    after: accessOf(next),
    evidence: [],
  } as const;
  put(world, { ...next, transition });
  const key = `CUSTOMER#${customerId} AUDIT#${String(transition.sequence).padStart(12, '0')}`;
  world.far.stores.table.set(key, JSON.stringify(transition));
};

const accessOf = ({ windows, withheld, accounts }: Customer) => ({ windows, withheld, accounts });
