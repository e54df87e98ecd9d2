import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { sealedSecretPattern } from './names.ts';
import type { WharfageProps } from './wharfage-props.ts';

/** What AWS's rules object to here, and why it stays. Whatever is not listed fails the synthesis. */
export const acknowledgeFindings = (
  scope: Construct,
  { stage, registry = {} }: Pick<WharfageProps, 'stage' | 'registry'>,
): void => {
  const sealed = `arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${sealedSecretPattern(stage)}`;
  Validations.of(scope).acknowledge(
    {
      id: 'AwsSolutions-SMG4',
      reason:
        'Stripe issues two of the secrets and has no interface that a rotation function could ask for new ones. A new value of the other two must reach CloudFront, or every instance of the gateway, before the old one goes. docs/deploy.md says how to rotate each by hand, without a gap.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${sealed}]`,
      reason:
        'Each sealed pull credential is a secret of its own whose name is chosen at run time. The prefix belongs to this stage alone and covers no other secret.',
    },
    {
      id: 'AwsSolutions-CFR1',
      reason:
        'Where a customer may pull from is for the vendor to decide and for nobody to presume: customers and their build machines are anywhere.',
    },
    {
      id: 'AwsSolutions-CFR2',
      reason:
        'A web ACL costs by the month and by the request, and stops nothing that the gateway would let through: every request needs a credential, and what has none is answered at the edge. The vendor can attach one to the distribution.',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason:
        'The gateway logs each answer with customer, credential, repository, digest and decision, which access logs do not have. They would add the addresses of challenges, and a bucket of people’s IP addresses to look after.',
    },
    ...(registry.domainName === undefined ? [WITHOUT_DOMAIN] : []),
  );
};

const WITHOUT_DOMAIN = {
  id: 'AwsSolutions-CFR4',
  reason:
    'Without a domain of the vendor’s the certificate is CloudFront’s own, and so is the oldest version of TLS that it takes. With registry.domainName it is TLS 1.2.',
} as const;
