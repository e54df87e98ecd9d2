import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Wharfage } from './wharfage.ts';
import type { WharfageProps } from './wharfage-props.ts';

export interface WharfageStackProps extends StackProps, WharfageProps {}

/** One stage of Wharfage. The operator's command finds everything through the outputs. */
export class WharfageStack extends Stack {
  readonly wharfage: Wharfage;

  constructor(scope: Construct, id: string, props: WharfageStackProps) {
    super(scope, id, props);
    this.wharfage = new Wharfage(this, 'Wharfage', props);
    const { wharfage } = this;
    const outputs = {
      Stage: props.stage,
      Livemode: String(props.livemode),
      WebhookUrl: wharfage.webhookUrl,
      RegistryUrl: wharfage.registry.url,
      RegistryDomainTarget: wharfage.registry.distribution.distributionDomainName,
      TableName: wharfage.table.tableName,
      CustomersQueueUrl: wharfage.customers.queue.queueUrl,
      CustomersDeadLettersUrl: wharfage.customers.deadLetters.queueUrl,
      PoliciesQueueUrl: wharfage.policies.queue.queueUrl,
      PoliciesDeadLettersUrl: wharfage.policies.deadLetters.queueUrl,
      StripeKeySecretArn: wharfage.stripeKeySecret.secretArn,
      WebhookSecretArn: wharfage.webhookSecret.secretArn,
      FrontSecretArn: wharfage.registry.frontSecret.secretArn,
      TokenSecretArn: wharfage.registry.tokenSecret.secretArn,
      ProbeRepository: wharfage.probeRepository.repositoryName,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
