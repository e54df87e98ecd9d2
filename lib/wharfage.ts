import { RemovalPolicy } from 'aws-cdk-lib';
import { type IRepository, Repository, TagMutability } from 'aws-cdk-lib/aws-ecr';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { FunctionUrlAuthType, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledgeFindings } from './acknowledged.ts';
import { alarms } from './alarms.ts';
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
import { type Gateway, gateway } from './gateway.ts';
import { nameOf, probeRepositoryName } from './names.ts';
import type { WharfageProps } from './wharfage-props.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

/** Turns Stripe subscriptions into pull access to ECR repositories, and takes it away when they end. */
export class Wharfage extends Construct {
  readonly table: StageTable;
  readonly webhookUrl: string;
  readonly registry: Gateway;
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
    const products = this.importProducts(props);
    applyPolicyFunction(this, parts, { probe: this.probeRepository, products });
    const { renewalUrl, registry = {} } = props;
    this.registry = gateway(this, parts, { renewalUrl, registry, products });

    const { customers, policies } = this;
    const { gateway: pulls, indexRelease } = this.registry;
    alarms(
      this,
      { stage, webhook, sweep, customers, policies, gateway: pulls, indexRelease },
      props.alarmTopic,
    );
    acknowledgeFindings(this, props);
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
