import { RemovalPolicy } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { FunctionUrlAuthType, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { frontDoor } from './front-door.ts';
import type { Parts, ReadableSecret } from './functions.ts';
import { gatewayFunction, indexReleaseFunction } from './gateway-functions.ts';
import { nameOf } from './names.ts';
import type { RegistryProps } from './wharfage-props.ts';

export interface GatewayProps {
  readonly renewalUrl: string;
  readonly registry: RegistryProps;
  readonly products: readonly IRepository[];
}

export type Gateway = {
  /** What customers log in to, with its scheme. */
  readonly url: string;
  readonly distribution: Distribution;
  readonly gateway: IFunction;
  readonly indexRelease: IFunction;
  readonly frontSecret: ReadableSecret;
  readonly tokenSecret: ReadableSecret;
};

/** The pull gateway: what customers pull from, behind its front door, and the index it answers from. */
export const gateway = (
  scope: Construct,
  { stage, catalog, logRetention, table }: Parts,
  { renewalUrl, registry, products }: GatewayProps,
): Gateway => {
  const parts = { stage, catalog, logRetention, table, products };
  const frontSecret = randomSecret(scope, 'FrontSecret', nameOf(stage, 'front'));
  const tokenSecret = randomSecret(scope, 'TokenSecret', nameOf(stage, 'tokens'));
  const fn = gatewayFunction(scope, parts, { frontSecret, tokenSecret, renewalUrl, registry });
  const distribution = frontDoor(scope, {
    stage,
    // Open, since a signature of CloudFront's would take the place of the client's Authorization;
    // what does not come through the front is refused by the gateway itself.
    gatewayUrl: fn.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }),
    frontSecret,
    registry,
  });
  return {
    url: `https://${registry.domainName ?? distribution.distributionDomainName}`,
    distribution,
    gateway: fn,
    indexRelease: indexReleaseFunction(scope, parts),
    frontSecret,
    tokenSecret,
  };
};

/**
 * `{"current":"…"}`, made once and retained. As with Stripe's secrets, a change of how it is made
 * would write a new one at the next deployment: over the front's, which locks everybody out until
 * CloudFront has it too, and over the tokens', which logs everybody out.
 */
const randomSecret = (scope: Construct, id: string, secretName: string): ReadableSecret =>
  new Secret(scope, id, {
    secretName,
    generateSecretString: {
      secretStringTemplate: '{}',
      generateStringKey: 'current',
      passwordLength: 64,
      excludePunctuation: true,
    },
    removalPolicy: RemovalPolicy.RETAIN,
  });
