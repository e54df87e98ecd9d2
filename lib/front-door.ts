import { Aws, Duration, SecretValue } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  type ErrorResponse,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type IOrigin,
  OriginRequestPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { FunctionUrl } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type EdgeFunctionName, edgeFunction } from './edge/edge-function.ts';
import type { ReadableSecret } from './functions.ts';
import { nameOf } from './names.ts';
import type { RegistryProps } from './wharfage-props.ts';

export interface FrontDoorProps {
  readonly stage: string;
  readonly gatewayUrl: FunctionUrl;
  readonly frontSecret: ReadableSecret;
  readonly registry: RegistryProps;
}

/** Longer than the gateway may take, so that its answer is never cut off. */
const READ_TIMEOUT = Duration.seconds(20);
/** Two attempts of three seconds stay within the 15 seconds that clients wait. */
const CONNECTION = { connectionAttempts: 2, connectionTimeout: Duration.seconds(3) } as const;
/** A pull is some ten requests in a row; a new connection for each would cost more than the answers. */
const KEEP_ALIVE = Duration.seconds(60);

/**
 * The distribution in front of the gateway. It decides nothing and keeps nothing: every request is
 * decided where the rights are, except that a first request without a credential is challenged here.
 */
export const frontDoor = (
  scope: Construct,
  { stage, gatewayUrl, frontSecret, registry }: FrontDoorProps,
): Distribution => {
  const { domainName } = registry;
  const origin = domainName === undefined ? undefined : `https://${domainName}`;
  return new Distribution(scope, 'Distribution', {
    comment: `Wharfage ${stage}: the registry that customers pull from`,
    ...domainOf(scope, registry),
    httpVersion: HttpVersion.HTTP2_AND_3,
    enableIpv6: true,
    defaultBehavior: {
      origin: gatewayOrigin(gatewayUrl, frontSecret, registry.frontSecretVersion),
      // Not a redirect: it would come after the client has sent its password in the clear.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      // The gateway refuses what it does not know in the words of the protocol.
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // With Authorization, and without Host, by which Lambda would look for another function.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      compress: false,
      functionAssociations: [
        {
          eventType: FunctionEventType.VIEWER_REQUEST,
          function: edge(scope, stage, { name: 'viewer-request', origin }),
        },
        {
          eventType: FunctionEventType.VIEWER_RESPONSE,
          function: edge(scope, stage, { name: 'viewer-response', origin }),
        },
      ],
    },
    errorResponses: NEVER_KEPT,
  });
};

/** A policy of no caching leaves errors: those are kept for ten seconds unless told otherwise. */
const NEVER_KEPT: ErrorResponse[] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map(
  (httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) }),
);

const domainOf = (scope: Construct, { domainName, certificate }: RegistryProps) =>
  domainName === undefined || certificate === undefined
    ? {}
    : {
        domainNames: [domainName],
        certificate: Certificate.fromCertificateArn(
          scope,
          'Certificate',
          certificate.certificateArn,
        ),
        // CloudFront's own certificate takes none of this: it fixes TLS 1.0.
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      };

const gatewayOrigin = (
  gatewayUrl: FunctionUrl,
  { secretArn }: ReadableSecret,
  versionId: string | undefined,
): IOrigin =>
  new FunctionUrlOrigin(gatewayUrl, {
    ...CONNECTION,
    readTimeout: READ_TIMEOUT,
    keepaliveTimeout: KEEP_ALIVE,
    customHeaders: {
      // A reference that CloudFormation resolves: the template never holds the secret. Who may read
      // the distribution's configuration can read it there.
      'x-wharfage-front': SecretValue.secretsManager(secretArn, {
        jsonField: 'current',
        ...(versionId === undefined ? {} : { versionId }),
      }).unsafeUnwrap(),
    },
  });

const edge = (
  scope: Construct,
  stage: string,
  { name, origin }: { readonly name: EdgeFunctionName; readonly origin: string | undefined },
): EdgeFunction =>
  new EdgeFunction(scope, name === 'viewer-request' ? 'ViewerRequest' : 'ViewerResponse', {
    // Of all the names these alone are the whole account's, so the Region keeps two stages apart.
    functionName: nameOf(stage, `${name}-${Aws.REGION}`),
    comment: `Wharfage ${stage}: ${COMMENTS[name]}`,
    runtime: FunctionRuntime.JS_2_0,
    code: FunctionCode.fromInline(edgeFunction(name, origin)),
  });

const COMMENTS = {
  'viewer-request': 'challenges a first request',
  'viewer-response': 'restores status and challenge',
} as const satisfies Record<EdgeFunctionName, string>;
