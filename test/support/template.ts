import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Catalog } from '../../functions/core/catalog.ts';
import type { WharfageProps } from '../../lib/wharfage-props.ts';
import { WharfageStack } from '../../lib/wharfage-stack.ts';

export const CATALOG: Catalog = {
  offers: {
    app: {
      products: ['prod_app'],
      repositories: ['acme/app', 'acme/agent'],
      graceDays: 14,
      awsAccounts: 'pull',
      tags: [],
      afterEnd: 'deny',
    },
    all: {
      products: ['prod_all'],
      repositories: ['acme/app'],
      graceDays: 14,
      awsAccounts: 'none',
      tags: [],
      afterEnd: 'deny',
    },
  },
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
};

export type Resource = {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
};
export type Resources = Readonly<Record<string, Resource>>;

/** The flags of cdk.json, so that a test sees what `cdk deploy` sees; without the bundles. */
const context = (): Record<string, unknown> => ({
  ...JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')).context,
  'aws:cdk:bundling-stacks': [],
});

export const emptyStack = (): Stack => new Stack(new App({ context: context() }), 'another-stack');

export const stackOf = (props: Partial<WharfageProps> = {}): WharfageStack =>
  new WharfageStack(new App({ context: context() }), 'wharfage-test', {
    stage: 'test',
    livemode: false,
    catalog: CATALOG,
    renewalUrl: 'https://vendor.example/billing',
    ...props,
  });

export const templateOf = (props: Partial<WharfageProps> = {}): Template =>
  Template.fromStack(stackOf(props));

export const resourcesOf = (template: Template, type?: string): Resources =>
  Object.fromEntries(
    Object.entries<Resource>(template.toJSON().Resources).filter(
      ([, resource]) => type === undefined || resource.Type === type,
    ),
  );

/** One value of a template as text: names for references, so that a test can read like the design. */
export const textOf = (resources: Resources, value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[intrinsic, argument] = []] = Object.entries(value);
  if (intrinsic === 'Ref') return nameOf(resources, argument);
  if (intrinsic === 'Fn::GetAtt') return nameOf(resources, argument[0]);
  if (intrinsic === 'Fn::Join') {
    return argument[1].map((part: unknown) => textOf(resources, part)).join(argument[0]);
  }
  throw new Error(`cannot read ${JSON.stringify(value)}`);
};

const NAMES = [
  'TableName',
  'QueueName',
  'FunctionName',
  'RepositoryName',
  'LogGroupName',
  'TopicName',
  'Name',
];

const nameOf = (resources: Resources, logicalId: string): string => {
  const properties = resources[logicalId]?.Properties ?? {};
  const name = NAMES.map((property) => properties[property]).find(
    (found) => typeof found === 'string',
  );
  return typeof name === 'string' ? name : logicalId;
};
