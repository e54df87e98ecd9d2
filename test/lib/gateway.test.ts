import { createContext, Script } from 'node:vm';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type Resource, resourcesOf, templateOf, textOf } from '../support/template.ts';

const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d';
const DOMAIN = 'registry.vendor.example';

const template = templateOf();
const deployed = resourcesOf(template);
const withDomain = templateOf({
  registry: { domainName: DOMAIN, certificate: { certificateArn: CERTIFICATE } },
});

type Origin = Readonly<Record<string, unknown>>;
type Distribution = Readonly<Record<string, unknown>> & {
  readonly Origins: readonly [Origin];
  readonly DefaultCacheBehavior: Readonly<Record<string, unknown>>;
  readonly CustomErrorResponses: readonly Readonly<Record<string, unknown>>[];
};
const distributionOf = (from: typeof template): Distribution => {
  const [found] = Object.values(resourcesOf(from, 'AWS::CloudFront::Distribution'));
  return found?.Properties.DistributionConfig as Distribution;
};
const distribution = distributionOf(template);

const functionsOf = (from: typeof template): readonly Resource[] =>
  Object.values(resourcesOf(from, 'AWS::CloudFront::Function'));
const functionLike = (from: typeof template, part: string): Resource => {
  const resources = resourcesOf(from);
  const found = functionsOf(from).find(({ Properties }) =>
    textOf(resources, Properties.Name).includes(part),
  );
  if (found === undefined) throw new Error(`no function ${part}`);
  return found;
};

describe('the front door', () => {
  it('keeps nothing and compresses nothing, and takes every method, over TLS only', () => {
    expect(distribution.DefaultCacheBehavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      // AWS's ids of CachingDisabled and AllViewerExceptHostHeader.
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      Compress: false,
      ViewerProtocolPolicy: 'https-only',
    });
    expect(distribution).toMatchObject({ HttpVersion: 'http2and3', IPV6Enabled: true });
    expect(distribution.CacheBehaviors).toBeUndefined();
  });

  it('keeps errors no longer than answers', () => {
    expect(distribution.CustomErrorResponses).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
    );
  });

  it('sends the secret along, which the template does not hold', () => {
    const [origin] = distribution.Origins;
    const [header, ...more] = origin.OriginCustomHeaders as readonly {
      readonly HeaderName: string;
      readonly HeaderValue: unknown;
    }[];
    expect(more).toEqual([]);
    expect(header?.HeaderName).toBe('x-wharfage-front');
    expect(textOf(deployed, header?.HeaderValue)).toBe(
      '{{resolve:secretsmanager:wharfage-test-front:SecretString:current::}}',
    );
  });

  it('sends the version that the vendor names, so that a rotation changes the template', () => {
    const frontSecretVersion = '0a1b2c3d-0000-4000-8000-0123456789ab';
    const rotated = templateOf({ registry: { frontSecretVersion } });
    const [origin] = distributionOf(rotated).Origins;
    const text = JSON.stringify(origin.OriginCustomHeaders);
    expect(text).toContain(`:SecretString:current::${frontSecretVersion}}}`);
  });

  it('speaks TLS to the gateway alone, and waits longer than the gateway may take', () => {
    const [origin] = distribution.Origins;
    expect(distribution.Origins).toHaveLength(1);
    expect(origin.CustomOriginConfig).toMatchObject({
      OriginProtocolPolicy: 'https-only',
      OriginSSLProtocols: ['TLSv1.2'],
      OriginReadTimeout: 20,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'wharfage-test-gateway',
      Timeout: 15,
    });
    expect(JSON.stringify(origin.DomainName)).toContain('FunctionUrl');
  });

  it('runs one function on each request and one on each answer', () => {
    const { FunctionAssociations } = distribution.DefaultCacheBehavior;
    const associations = FunctionAssociations as readonly {
      readonly EventType: string;
      readonly FunctionARN: unknown;
    }[];
    expect(associations.map(({ EventType }) => EventType)).toEqual([
      'viewer-request',
      'viewer-response',
    ]);
    expect(functionsOf(template)).toHaveLength(2);
    for (const { Properties } of functionsOf(template)) {
      expect(Properties).toMatchObject({
        AutoPublish: true,
        FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
      });
    }
  });

  it('names its functions by stage and Region: those names are the whole account’s', () => {
    const names = functionsOf(template).map(({ Properties }) => textOf(deployed, Properties.Name));
    expect(names.sort()).toEqual([
      'wharfage-test-viewer-request-AWS::Region',
      'wharfage-test-viewer-response-AWS::Region',
    ]);
    const longest = 'wharfage-a123456789012345-viewer-response-ap-southeast-2';
    expect(longest.length).toBeLessThanOrEqual(64);
  });

  it('challenges in the name of the distribution where the vendor has no domain', () => {
    expect(challengedBy(template)).toContain('realm="https://d111.cloudfront.net/token/d"');
    expect(distribution.Aliases).toBeUndefined();
    expect(textOf(deployed, template.toJSON().Outputs.RegistryUrl.Value)).toMatch(
      /^https:\/\/WharfageDistribution/,
    );
  });

  it('has the vendor’s domain and certificate, and challenges in its name', () => {
    const own = distributionOf(withDomain);
    expect(own.Aliases).toEqual([DOMAIN]);
    expect(own.ViewerCertificate).toMatchObject({
      AcmCertificateArn: CERTIFICATE,
      MinimumProtocolVersion: 'TLSv1.2_2021',
      SslSupportMethod: 'sni-only',
    });
    expect(challengedBy(withDomain)).toContain(`realm="https://${DOMAIN}/token/d"`);
    expect(withDomain.toJSON().Outputs.RegistryUrl.Value).toBe(`https://${DOMAIN}`);
    expect(JSON.stringify(withDomain.toJSON().Outputs.RegistryDomainTarget.Value)).toContain(
      'DomainName',
    );
  });
});

/** The challenge that the function of this template gives, run as it stands there. */
const challengedBy = (from: typeof template): string => {
  const code = String(functionLike(from, 'viewer-request').Properties.FunctionCode);
  const event = {
    context: { distributionDomainName: 'd111.cloudfront.net' },
    request: { uri: '/v2/', headers: { host: { value: 'evil.example' } } },
  };
  const script = `${code}; JSON.stringify(handler(${JSON.stringify(event)}))`;
  const { headers } = JSON.parse(String(new Script(script).runInContext(createContext({}))));
  return headers['www-authenticate'].value;
};

describe('the gateway', () => {
  it('is told the vendor’s choices', () => {
    const chosen = templateOf({
      renewalUrl: 'https://vendor.example/pay',
      registry: { noticeDays: 0, manifestHead: 'refuse', reservedConcurrency: 50 },
    });
    chosen.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'wharfage-test-gateway',
      ReservedConcurrentExecutions: 50,
      Environment: {
        Variables: Match.objectLike({
          RENEWAL_URL: 'https://vendor.example/pay',
          NOTICE_DAYS: '0',
          MANIFEST_HEAD: 'refuse',
        }),
      },
    });
  });

  it('has two secrets of its own, made once with 64 letters and digits, and retained', () => {
    const secrets = Object.values(resourcesOf(template, 'AWS::SecretsManager::Secret')).filter(
      ({ Properties }) => /-(front|tokens)$/.test(String(Properties.Name)),
    );
    expect(secrets).toHaveLength(2);
    for (const { Properties, DeletionPolicy, UpdateReplacePolicy } of secrets) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
      // Any change here makes CloudFormation write new ones at a deployment.
      expect(Properties.GenerateSecretString).toEqual({
        SecretStringTemplate: '{}',
        GenerateStringKey: 'current',
        PasswordLength: 64,
        ExcludePunctuation: true,
      });
    }
  });
});

describe('the release index', () => {
  const rules = Object.values(resourcesOf(template, 'AWS::Events::Rule'));
  const ruleOf = (name: string) => rules.find(({ Properties }) => Properties.Name === name);
  const targetsOf = (rule: Resource | undefined) => {
    const targets = rule?.Properties.Targets as readonly { readonly Arn: unknown }[] | undefined;
    return targets?.map(({ Arn }) => textOf(deployed, Arn));
  };

  it('hears of every image that is pushed, deleted or archived', () => {
    const rule = ruleOf('wharfage-test-release-events');
    expect(rule?.Properties).toMatchObject({
      State: 'ENABLED',
      EventPattern: {
        source: ['aws.ecr'],
        'detail-type': expect.arrayContaining(['ECR Image Action', 'ECR Referrer Action']),
      },
    });
    expect(targetsOf(rule)).toEqual(['wharfage-test-index-release']);
  });

  it('looks for what it did not hear of every five minutes, and may list for a quarter of an hour', () => {
    const rule = ruleOf('wharfage-test-index');
    expect(rule?.Properties).toMatchObject({
      State: 'ENABLED',
      ScheduleExpression: 'rate(5 minutes)',
    });
    expect(targetsOf(rule)).toEqual(['wharfage-test-index-release']);
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'wharfage-test-index-release',
      Timeout: 900,
    });
  });

  it('tries an event again, for an hour', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('IndexRelease') },
      MaximumEventAgeInSeconds: 3_600,
      MaximumRetryAttempts: Match.absent(),
    });
  });
});
