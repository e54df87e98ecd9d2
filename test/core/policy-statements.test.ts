import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AwsDoor,
  accessOf,
  endOfDay,
  leaseOf,
  statementsOf,
  trialStatementOf,
} from '../../functions/core/policy-statements.ts';
import { at, catalogOf, FAR, FRIDAY } from '../support/aws-door.ts';

const door: AwsDoor = { stage: 'prod', partition: 'aws', access: 'pull' };

const datesOf = (statements: ReturnType<typeof statementsOf>) =>
  statements.map(({ Sid, Principal }) => [Sid, (Principal as { AWS: string[] }).AWS]);

describe('the lease', () => {
  it.each([
    ['2026-11-20T12:00:00Z', '2026-11-30T00:00:00Z'],
    ['2026-11-22T23:59:59Z', '2026-11-30T00:00:00Z'],
    ['2026-11-23T00:00:00Z', '2026-11-30T00:00:00Z'],
    ['2026-11-23T00:00:01Z', '2026-12-07T00:00:00Z'],
    ['2026-12-28T08:00:00Z', '2027-01-11T00:00:00Z'],
  ])('at %s ends at %s', (now, lease) => {
    expect(leaseOf(at(now))).toBe(at(lease));
  });

  it('is always a Monday, 7 to 14 days ahead', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (now) => {
        const lease = leaseOf(now);

        expect(new Date(lease * 1_000).toUTCString()).toMatch(/^Mon, .* 00:00:00 GMT$/);
        expect(lease - now).toBeGreaterThanOrEqual(7 * 86_400);
        expect(lease - now).toBeLessThan(14 * 86_400);
      }),
    );
  });
});

describe('the end of a day', () => {
  it.each([
    ['2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z'],
    ['2026-11-20T00:00:01Z', '2026-11-21T00:00:00Z'],
    ['2026-11-20T23:59:59Z', '2026-11-21T00:00:00Z'],
  ])('of %s is %s', (time, end) => {
    expect(endOfDay(at(time))).toBe(at(end));
  });
});

describe('our statements', () => {
  it('name root ARNs, three actions and a date', () => {
    expect(statementsOf(door, [{ account: '111111111111', until: FAR }], 'days', FRIDAY)).toEqual([
      {
        Sid: 'WharfageprodLease20261130',
        Effect: 'Allow',
        Principal: { AWS: ['arn:aws:iam::111111111111:root'] },
        Action: [
          'ecr:BatchCheckLayerAvailability',
          'ecr:BatchGetImage',
          'ecr:GetDownloadUrlForLayer',
        ],
        Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-30T00:00:00Z' } },
      },
    ]);
  });

  it('let a pull-through cache fill itself where the offer says so', () => {
    const caching = { ...door, access: 'pull_and_cache' } as const;

    expect(trialStatementOf(caching, ['111111111111'], FRIDAY).Action).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:BatchImportUpstreamImage',
      'ecr:GetDownloadUrlForLayer',
      'ecr:GetImageCopyStatus',
    ]);
  });

  it('use the partition and the letters and digits of the stage', () => {
    const [statement] = statementsOf(
      { stage: 'cn_north-1', partition: 'aws-cn', access: 'pull' },
      [{ account: '111111111111', until: FAR }],
      'days',
      FRIDAY,
    );

    expect(statement).toMatchObject({
      Sid: 'Wharfagecnnorth1Lease20261130',
      Principal: { AWS: ['arn:aws-cn:iam::111111111111:root'] },
    });
  });

  it('share the lease when the end is far, and a day when it is near', () => {
    const statements = statementsOf(
      door,
      [
        { account: '666666666666', until: FAR },
        { account: '222222222222', until: at('2026-11-20T18:00:00Z') },
        { account: '555555555555', until: at('2026-11-29T00:00:01Z') },
        { account: '111111111111', until: at('2026-11-21T00:00:00Z') },
        { account: '333333333333', until: at('2026-11-21T00:00:01Z') },
        { account: '444444444444', until: at('2026-11-29T00:00:00Z') },
      ],
      'days',
      FRIDAY,
    );

    expect(datesOf(statements)).toEqual([
      [
        'WharfageprodDay20261121',
        ['arn:aws:iam::111111111111:root', 'arn:aws:iam::222222222222:root'],
      ],
      ['WharfageprodDay20261122', ['arn:aws:iam::333333333333:root']],
      ['WharfageprodDay20261129', ['arn:aws:iam::444444444444:root']],
      [
        'WharfageprodLease20261130',
        ['arn:aws:iam::555555555555:root', 'arn:aws:iam::666666666666:root'],
      ],
    ]);
  });

  it('put everybody under the lease when asked to', () => {
    const statements = statementsOf(
      door,
      [
        { account: '111111111111', until: FRIDAY + 60 },
        { account: '222222222222', until: FAR },
      ],
      'lease',
      FRIDAY,
    );

    expect(statements.map(({ Sid }) => Sid)).toEqual(['WharfageprodLease20261130']);
  });

  it('are none without members, and at most 14 whatever the ends', () => {
    expect(statementsOf(door, [], 'days', FRIDAY)).toEqual([]);
    fc.assert(
      fc.property(
        fc.integer({ min: FRIDAY, max: FRIDAY + 14 * 86_400 }),
        fc.array(fc.integer({ min: 1, max: 40 * 86_400 }), { maxLength: 60 }),
        (now, ends) => {
          const members = ends.map((end, index) => ({ account: String(index), until: now + end }));

          expect(statementsOf(door, members, 'days', now).length).toBeLessThanOrEqual(14);
        },
      ),
    );
  });

  it('on the probe repository end at the next midnight', () => {
    expect(trialStatementOf(door, ['111111111111'], at('2026-11-20T23:59:59Z'))).toMatchObject({
      Sid: 'WharfageprodDay20261121',
      Condition: { DateLessThan: { 'aws:CurrentTime': '2026-11-21T00:00:00Z' } },
    });
    expect(trialStatementOf(door, ['111111111111'], at('2026-11-21T00:00:00Z'))).toMatchObject({
      Sid: 'WharfageprodDay20261122',
    });
  });
});

describe('what an account may do in a repository', () => {
  it.each([
    ['pull', 'acme/app', 'pull'],
    ['pull_and_cache', 'acme/app', 'pull_and_cache'],
    ['none', 'acme/app', 'pull'],
    ['pull_and_cache', 'acme/gone', 'pull'],
  ] as const)('the offer says %s: in %s it is %s', (awsAccounts, repository, access) => {
    const catalog = catalogOf(awsAccounts);
    expect(accessOf({ deployed: catalog, accepted: catalog }, repository)).toBe(access);
  });

  it('what the accepted catalog gives stays until the vendor accepts another', () => {
    const [pull, cache] = [catalogOf('pull'), catalogOf('pull_and_cache')];
    expect(accessOf({ deployed: pull, accepted: cache }, 'acme/app')).toBe('pull_and_cache');
    expect(accessOf({ deployed: cache, accepted: pull }, 'acme/app')).toBe('pull_and_cache');
    expect(accessOf({ deployed: pull, accepted: pull }, 'acme/app')).toBe('pull');
  });
});
