import { Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { stackOf } from '../support/template.ts';

const findingsOf = (scope: IConstruct): readonly string[] =>
  new AwsSolutionsChecks().validateScope(scope).violations.map(({ ruleName }) => ruleName);

type Acknowledged = Readonly<Record<string, string>>;
const acknowledgedIn = (scope: IConstruct): Acknowledged =>
  Object.assign(
    {},
    ...scope.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .map(({ data }) => data),
  );

const WITH_DOMAIN = {
  registry: {
    domainName: 'registry.vendor.example',
    certificate: { certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d' },
  },
} as const;

describe('the rules of AWS Solutions', () => {
  it('find nothing that is not acknowledged', () => {
    expect(findingsOf(stackOf())).toEqual([]);
  });

  it('find nothing that is not acknowledged with a domain of the vendor’s either', () => {
    expect(findingsOf(stackOf(WITH_DOMAIN))).toEqual([]);
  });

  it('would find a role that may do anything, here as elsewhere', () => {
    const stack = stackOf();
    const role = new Role(stack, 'Other', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['ecr:*'], resources: ['*'] }));
    expect(findingsOf(stack)).toEqual([
      'AwsSolutions-IAM5[Action::ecr:*]',
      'AwsSolutions-IAM5[Resource::*]',
    ]);
  });

  it('are acknowledged in few places, each with a reason', () => {
    const acknowledged = acknowledgedIn(stackOf());
    const ids = Object.keys(acknowledged).map((id) => id.replace(/^Annotation::/, ''));
    expect(ids.sort()).toEqual([
      'AwsSolutions-CFR1',
      'AwsSolutions-CFR2',
      'AwsSolutions-CFR3',
      'AwsSolutions-CFR4',
      'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:wharfage/test/*]',
      'AwsSolutions-SMG4',
    ]);
    for (const reason of Object.values(acknowledged)) expect(reason.length).toBeGreaterThan(80);
  });

  it('hold for TLS where the vendor has a domain', () => {
    const ids = Object.keys(acknowledgedIn(stackOf(WITH_DOMAIN)));
    expect(ids.filter((id) => id.endsWith('CFR4'))).toEqual([]);
  });
});
