import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountsIn,
  fingerprintOfStatements,
  samePolicy,
  sameStatement,
} from '../../functions/core/policy-compare.ts';
import { NO_POLICY, type PolicyStatement } from '../../functions/core/policy-document.ts';

const lease: PolicyStatement = {
  Sid: 'WharfageprodLease20261130',
  Effect: 'Allow',
  Principal: { AWS: ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'] },
  Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-30T00:00:00Z' } },
};
const day: PolicyStatement = {
  ...lease,
  Sid: 'WharfageprodDay20261121',
  Principal: { AWS: 'arn:aws:iam::333333333333:root' },
  Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-21T00:00:00Z' } },
};
const policy = (ours: readonly PolicyStatement[], header: PolicyStatement = {}) => ({
  header,
  ours,
  foreign: [],
});

describe('comparing statements', () => {
  it.each<[string, PolicyStatement]>([
    ['account ids for root ARNs', { Principal: { AWS: ['111111111111', '222222222222'] } }],
    ['another order of principals', { Principal: { AWS: ['222222222222', '111111111111'] } }],
    [
      'another order of actions',
      { Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage', 'ecr:BatchGetImage'] },
    ],
    [
      'a list of one date',
      { Condition: { DateLessThan: { 'aws:CurrentTime': ['2026-11-30T00:00:00Z'] } } },
    ],
  ])('%s is the same', (_what, change) => {
    expect(sameStatement(lease, { ...lease, ...change })).toBe(true);
  });

  it.each<[string, PolicyStatement]>([
    ['an account less', { Principal: { AWS: ['111111111111'] } }],
    ['a user of the account', { Principal: { AWS: ['arn:aws:iam::111111111111:user/root'] } }],
    ['another kind of principal', { Principal: { Service: lease.Principal } }],
    ['everybody', { Principal: '*' }],
    ['an action more', { Action: [...(lease.Action as string[]), 'ecr:PutImage'] }],
    ['another date', { Condition: day.Condition }],
    ['no date', { Condition: {} }],
    ['a refusal', { Effect: 'Deny' }],
    ['another Sid', { Sid: 'WharfageprodLease20261207' }],
    ['a further field', { Resource: '*' }],
  ])('%s is a difference', (_what, change) => {
    expect(sameStatement(lease, { ...lease, ...change })).toBe(false);
  });

  it('"*" alone is every AWS principal, and a truth value is its text', () => {
    const condition = (value: unknown) => ({ Bool: { 'aws:SecureTransport': value } });

    expect(
      sameStatement(
        { Principal: '*', Condition: condition(true) },
        { Principal: { AWS: '*' }, Condition: condition('true') },
      ),
    ).toBe(true);
  });

  it('an id in a condition is no root ARN: only principals are rewritten', () => {
    const owner = (value: string) => ({
      Condition: { StringEquals: { 'aws:PrincipalArn': value } },
    });

    expect(sameStatement(owner('111111111111'), owner('arn:aws:iam::111111111111:root'))).toBe(
      false,
    );
  });
});

describe('comparing policies', () => {
  it('the order of statements and the Id say nothing', () => {
    expect(samePolicy(policy([lease, day]), policy([day, lease], { Id: 'x' }))).toBe(true);
  });

  it('a statement of the vendor less is a difference too', () => {
    expect(samePolicy({ ...policy([lease]), foreign: [day] }, policy([lease]))).toBe(false);
  });

  it('a statement less, or another Version, is a difference', () => {
    expect(samePolicy(policy([lease, day]), policy([lease]))).toBe(false);
    expect(samePolicy(policy([lease]), policy([lease], { Version: '2012-10-17' }))).toBe(false);
  });

  it('no Version is the Version that IAM takes by default', () => {
    expect(samePolicy(policy([lease]), policy([lease], { Version: '2008-10-17' }))).toBe(true);
  });

  it('without statements the header does not matter', () => {
    expect(samePolicy(NO_POLICY, policy([], { Version: '2012-10-17' }))).toBe(true);
    expect(samePolicy(NO_POLICY, policy([lease]))).toBe(false);
  });

  it('is stable under everything that AWS may rewrite', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 100_000_000_000, max: 999_999_999_999 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'),
        fc.infiniteStream(fc.boolean()),
        (ids, partition, coin) => {
          const arns = ids.map((id) => `arn:${partition}:iam::${id}:root`);
          const flip = () => coin.next().value === true;
          const renamed = arns.map((arn, index) => (flip() ? String(ids[index]) : arn));
          const list = flip() ? renamed.toReversed() : renamed;
          const before = { ...lease, Principal: { AWS: arns } };
          const after = { ...lease, Principal: { AWS: list.length === 1 ? list[0] : list } };

          expect(samePolicy(policy([before, day]), policy([day, after]))).toBe(true);
          expect(fingerprintOfStatements([before, day])).toBe(
            fingerprintOfStatements([day, after]),
          );
          expect(accountsIn([after])).toEqual(ids.map(String).sort());
        },
      ),
    );
  });
});

describe('the accounts in our statements', () => {
  it('are those named as principals, once each; roles, services and everybody are none', () => {
    const accounts = accountsIn([
      lease,
      { ...lease, Sid: 'b' },
      {
        Principal: {
          AWS: ['arn:aws:iam::444444444444:role/x', '*'],
          Service: 'lambda.amazonaws.com',
        },
      },
      { Principal: '555555555555' },
    ]);

    expect(accounts).toEqual(['111111111111', '222222222222', '555555555555']);
  });
});
