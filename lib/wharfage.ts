import { RemovalPolicy } from 'aws-cdk-lib';
import { type IRepository, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { FunctionUrlAuthType, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Catalog } from '../functions/core/catalog.ts';
import { acknowledgeFindings } from './acknowledged.ts';
import { type AlarmTopic, alarms } from './alarms.ts';
import { checkProps } from './check-props.ts';
import { customerTable, existingTable, type StageTable } from './customer-table.ts';
import {
  applyPolicyFunction,
  type Parts,
  type ReadableSecret,
  sweepFunction,
  syncFunction,
  TIMEOUTS,
  webhookFunction,
} from './functions.ts';
import { nameOf, probeRepositoryName } from './names.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

export interface WharfageProps {
  /** Part of every name: 1 to 16 of a–z and 0–9, a letter first. One stage belongs to one Stripe mode. */
  readonly stage: string;
  /** What you sell, as `parseCatalog` read it. Its repositories must exist in this account and Region. */
  readonly catalog: Catalog;
  /** Whether this stage listens to Stripe's live mode; events and objects of the other mode are ignored. */
  readonly livemode: boolean;
  /**
   * Repositories that the catalog no longer names and that still have customers. Wharfage may write
   * the policies of the catalog's repositories and of these, and of no others.
   *
   * @default - none
   */
  readonly retiredRepositories?: readonly string[];
  /**
   * The Stripe account (`acct_…`) whose events count.
   *
   * @default - events that name any other account are ignored, as without Connect none does
   */
  readonly stripeAccount?: string;
  /**
   * Holds the restricted key, `rk_live_…` or `rk_test_…`, as plain text.
   *
   * @default - `wharfage-<stage>-stripe-key` is created with a random value that opens nothing, and retained
   */
  readonly stripeKeySecret?: ReadableSecret;
  /**
   * Holds the signing secrets as JSON: `{"current":"whsec_…"}`, during a rotation also `previous`.
   *
   * @default - `wharfage-<stage>-stripe-webhook` is created with a random value that no signature fits, and retained
   */
  readonly webhookSecret?: ReadableSecret;
  /**
   * The stage's table, when it was restored from a backup: same keys, same index, same account and
   * Region. The stack then owns none, and the one it made before stays where it is.
   *
   * @default - `wharfage-<stage>` is created and retained
   */
  readonly tableName?: string;
  /**
   * Told when an alarm goes off and when it is over.
   *
   * @default - alarms only change their state
   */
  readonly alarmTopic?: AlarmTopic;
  /**
   * How long the functions' logs are kept. The audit trail is in the table and kept for good.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;
  /**
   * Stripe reads that the sweep may make in a month.
   *
   * @default - 10,000, or 40 for each customer with access if that is more
   */
  readonly stripeReadsMaxPerMonth?: number;
  /**
   * Reserved concurrency of the webhook, the only function that strangers can call. A new AWS
   * account has too little concurrency to reserve any.
   *
   * @default - none reserved
   */
  readonly reservedConcurrency?: number;
}

/** Turns Stripe subscriptions into pull access to ECR repositories, and takes it away when they end. */
export class Wharfage extends Construct {
  readonly table: StageTable;
  readonly webhookUrl: string;
  readonly stripeKeySecret: ReadableSecret;
  readonly webhookSecret: ReadableSecret;
  readonly probeRepository: IRepository;
  readonly customers: WorkQueue;
  readonly policies: WorkQueue;

  constructor(scope: Construct, id: string, props: WharfageProps) {
    super(scope, id);
    checkProps(props);
    const { stage, catalog, livemode, stripeAccount, reservedConcurrency } = props;

    this.table =
      props.tableName === undefined
        ? customerTable(this, stage)
        : existingTable(this, props.tableName);
    this.customers = workQueue(this, 'Customers', {
      name: nameOf(stage, 'customers'),
      functionTimeout: TIMEOUTS.sync,
    });
    this.policies = workQueue(this, 'Policies', {
      name: nameOf(stage, 'policies'),
      functionTimeout: TIMEOUTS.applyPolicy,
    });
    this.stripeKeySecret = props.stripeKeySecret ?? this.secret('StripeKey', stage, 'stripe-key');
    this.webhookSecret =
      props.webhookSecret ?? this.secret('WebhookSecret', stage, 'stripe-webhook');
    this.probeRepository = this.emptyRepository(stage);

    const parts: Parts = {
      stage,
      livemode,
      catalog,
      logRetention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      table: this.table,
      customersQueue: this.customers.queue,
      policiesQueue: this.policies.queue,
      stripeKeySecret: this.stripeKeySecret,
      webhookSecret: this.webhookSecret,
    };
    const webhook = webhookFunction(this, parts, { stripeAccount, reservedConcurrency });
    this.webhookUrl = webhook.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url;
    syncFunction(this, parts);
    const sweep = sweepFunction(this, parts, props.stripeReadsMaxPerMonth);
    this.everyFiveMinutes(stage, sweep);
    applyPolicyFunction(this, parts, {
      probe: this.probeRepository,
      products: this.importProducts(props),
    });

    const { customers, policies } = this;
    alarms(this, { stage, webhook, sweep, customers, policies }, props.alarmTopic);
    acknowledgeFindings(this, stage);
  }

  /**
   * The random value is made once. A change of how it is made would write a new one over the
   * vendor's key at the next deployment, so nothing is said about how.
   */
  private secret(id: string, stage: string, part: string): ReadableSecret {
    return new Secret(this, id, {
      secretName: nameOf(stage, part),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Accounts are tried here, alone, before they reach a repository that customers pull from. */
  private emptyRepository(stage: string): IRepository {
    return new Repository(this, 'Probe', {
      repositoryName: probeRepositoryName(stage),
      imageTagMutability: TagMutability.IMMUTABLE,
      // Nothing is lost with it; should somebody have pushed an image, deletion fails instead.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** Imported and never owned: a stack that rendered their policy would overwrite ours at each deployment. */
  private importProducts({
    catalog,
    retiredRepositories = [],
  }: WharfageProps): readonly IRepository[] {
    const sold = Object.values(catalog.offers).flatMap(({ repositories }) => repositories);
    return [...new Set([...sold, ...retiredRepositories])]
      .sort()
      .map((name) => Repository.fromRepositoryName(this, `Product:${name}`, name));
  }

  /** One tick for all of the sweep's cadences: how long ago each ran is stored, not scheduled. */
  private everyFiveMinutes(stage: string, sweep: IFunction): void {
    new Rule(this, 'SweepSchedule', {
      ruleName: nameOf(stage, 'sweep'),
      schedule: Schedule.expression('rate(5 minutes)'),
      targets: [new LambdaFunction(sweep)],
    });
  }
}
