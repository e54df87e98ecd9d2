import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

export const DUE_INDEX = 'due';

/** One of ours or one that was imported. */
export type StageTable = Pick<ITable, 'tableArn' | 'tableName'>;

/**
 * The one table of a stage. Its name is fixed on purpose: a stack that is deployed again beside a
 * retained table must fail, and not begin with an empty one that knows no credential.
 */
export const customerTable = (scope: Construct, stage: string): Table => {
  const table = new Table(scope, 'Table', {
    tableName: `wharfage-${stage}`,
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: 'expiresAt',
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  // Sparse: an item without `dueAt` has neither key. What is projected is all the sweep needs to
  // compare Stripe's list with what is stored, without reading one customer.
  table.addGlobalSecondaryIndex({
    indexName: DUE_INDEX,
    partitionKey: { name: 'dueShard', type: AttributeType.NUMBER },
    sortKey: { name: 'dueAt', type: AttributeType.NUMBER },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: [
      'customerId',
      'fingerprint',
      'accessUntil',
      'members',
      'version',
      'effectsDone',
    ],
  });
  return table;
};

/** A table of the same shape that the stack does not own: one that was restored from a backup. */
export const existingTable = (scope: Construct, tableName: string): StageTable =>
  Table.fromTableName(scope, 'ExistingTable', tableName);
