import type { Catalog } from '../../functions/core/catalog.ts';
import type { MetricName } from '../../functions/core/metrics.ts';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import { accountsIn } from '../../functions/core/policy-compare.ts';
import {
  NO_POLICY,
  type PolicyStatement,
  parsePolicy,
} from '../../functions/core/policy-document.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import type { LogFields } from '../../functions/ports.ts';
import { applyPolicy, type PolicyOutcome } from '../../functions/usecases/apply-policy.ts';
import { type MemoryStores, memoryStores } from '../../simulation/stores/memory-stores.ts';
import { type FakeEcr, fakeEcr } from '../../simulation/world/fake-ecr.ts';
import { offer } from './builders.ts';

export const APP = 'acme/app';
export const PROBE = 'wharfage/probe';

export const at = (text: string): EpochSeconds => Date.parse(text) / 1_000;

/** Friday 20 November 2026: the lease ends on Monday 30 November. */
export const FRIDAY = at('2026-11-20T12:00:00Z');
export const FAR = at('2027-06-01T00:00:00Z');

export const accountOf = (index: number): string => String(100_000_000_000 + index);
export const accountsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => accountOf(index));

export const catalogOf = (awsAccounts: 'none' | 'pull' | 'pull_and_cache' = 'pull'): Catalog => ({
  offers: { app: offer('app', { repositories: [APP], awsAccounts }) },
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
});

type Counted = {
  readonly metric: MetricName;
  readonly fields: LogFields;
  readonly value?: number;
};

export type AwsDoorWorld = {
  readonly ecr: FakeEcr;
  readonly stores: MemoryStores;
  readonly counted: Counted[];
  readonly logged: string[];
  now(): EpochSeconds;
  moveTo(time: EpochSeconds): void;
  /** A customer's account may pull until then; 0 ends it. */
  admit(account: string, until: EpochSeconds, customerId?: string): Promise<void>;
  apply(repository?: string): Promise<PolicyOutcome>;
  /** Applies again whenever the last outcome says so; answers how often. */
  settle(repository?: string): Promise<number>;
  /** Accounts that our live statements let in now, whatever the form they read back in. */
  allowed(): readonly string[];
  vendorsStatements(): readonly PolicyStatement[];
  record(): Promise<PolicyRecord>;
  /** Product policies written since the last call of `forgetCalls`. */
  sets(repository?: string): number;
  forgetCalls(): void;
  metrics(metric: MetricName): readonly Counted[];
};

const RUNS_MAX = 60;

/** One repository, its members and ECR, with time standing still unless a test moves it. */
export const awsDoor = (catalog: Catalog = catalogOf()): AwsDoorWorld => {
  let time = FRIDAY;
  let versions = 0;
  const ecr = fakeEcr([APP, PROBE]);
  const stores = memoryStores();
  const counted: Counted[] = [];
  const logged: string[] = [];
  const apply = applyPolicy(
    {
      members: stores.members,
      policies: ecr.policies,
      clock: () => time,
      report: {
        log: (message) => logged.push(message),
        count: (metric, fields, value) =>
          counted.push({ metric, fields, ...(value === undefined ? {} : { value }) }),
      },
    },
    {
      stage: 'prod',
      partition: 'aws',
      probeRepository: PROBE,
      catalogs: async () => ({ deployed: catalog, accepted: catalog }),
    },
  );
  const live = (repository: string) =>
    parsePolicy(ecr.stored.get(repository) ?? '', 'prod') ?? NO_POLICY;

  return {
    ecr,
    stores,
    counted,
    logged,
    now: () => time,
    moveTo: (next) => {
      time = next;
    },
    admit: async (account, until, customerId = `cus_${account}`) => {
      versions += 1;
      const member = { repository: APP, account, customerId, until, version: versions };
      await stores.members.saveMember(member, time);
    },
    apply: (repository = APP) => apply(repository),
    settle: async (repository = APP) => {
      for (let run = 1; run <= RUNS_MAX; run += 1) {
        const outcome = await apply(repository);
        if (outcome.kind === 'done') return run;
        time = Math.max(time, outcome.untilAt);
      }
      throw new Error(`not settled after ${RUNS_MAX} runs`);
    },
    allowed: () => accountsIn(live(APP).ours.filter((statement) => isInForce(statement, time))),
    vendorsStatements: () => live(APP).foreign,
    record: async () => {
      const { policy } = await stores.members.readRepository(APP);
      if (policy === undefined) throw new Error('nothing was applied yet');
      return policy;
    },
    sets: (repository = APP) =>
      ecr.calls.filter((call) => call === `setPolicy ${repository}`).length,
    forgetCalls: () => {
      ecr.calls.length = 0;
      for (const method of Object.keys(stores.calls)) delete stores.calls[method];
    },
    metrics: (metric) => counted.filter((entry) => entry.metric === metric),
  };
};

/** As IAM would: `DateLessThan` compares with the present. */
const isInForce = (statement: PolicyStatement, now: EpochSeconds): boolean => {
  const { Condition } = statement as {
    readonly Condition: { readonly DateLessThan: { readonly 'aws:CurrentTime': string } };
  };
  return now < at(Condition.DateLessThan['aws:CurrentTime']);
};
