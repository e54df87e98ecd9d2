import { describe, expect, it } from 'vitest';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import {
  composePolicy,
  NO_POLICY,
  type PolicyStatement,
} from '../../functions/core/policy-document.ts';
import {
  type Applied,
  appliedAtOf,
  driftOf,
  NOTHING_APPLIED,
  quarantineOf,
  recordOf,
  sameRecord,
} from '../../functions/core/policy-record.ts';
import { statementsOf } from '../../functions/core/policy-statements.ts';
import { DAY } from '../../functions/core/time.ts';
import { FAR, FRIDAY } from '../support/aws-door.ts';

const door = { stage: 'prod', partition: 'aws', access: 'pull' } as const;
const ours = statementsOf(door, [{ account: '111111111111', until: FAR }], 'days', FRIDAY);
const vendors: PolicyStatement = { Sid: 'Build', Effect: 'Allow', Principal: '*', Action: 'ecr:*' };
const document = composePolicy({}, [vendors], ours);

const applied = (fields: Partial<Applied>): Applied => ({
  document,
  appliedAt: FRIDAY,
  quarantined: {},
  overflow: [],
  dead: [],
  driftAt: undefined,
  ...fields,
});

describe('what an apply leaves behind', () => {
  it('is what the document says', () => {
    const note = recordOf(NOTHING_APPLIED, applied({ overflow: ['222222222222'] }));

    expect(note).toMatchObject({
      revision: 1,
      applied: ['111111111111'],
      appliedAt: FRIDAY,
      size: JSON.stringify({ Statement: [vendors, ...ours] }).length,
      overflow: ['222222222222'],
      foreign: [JSON.stringify(vendors)],
      dead: [],
    });
    expect(note).not.toHaveProperty('driftAt');
  });

  it('without a policy is what there was before the first apply', () => {
    const note = recordOf(NOTHING_APPLIED, applied({ document: NO_POLICY, appliedAt: 0 }));

    expect(sameRecord(note, NOTHING_APPLIED)).toBe(true);
    expect(sameRecord(note, { ...NOTHING_APPLIED, driftAt: FRIDAY })).toBe(false);
  });

  it('tells when it was drifting last', () => {
    expect(recordOf(NOTHING_APPLIED, applied({ driftAt: FRIDAY })).driftAt).toBe(FRIDAY);
  });
});

describe('a dead statement of the vendor', () => {
  const dead: PolicyStatement = { ...vendors, Sid: 'Gone', Principal: { AWS: 'AROAX' } };
  const nameless: PolicyStatement = { Effect: 'Allow', Principal: { AWS: 'AROAY' } };
  const before: PolicyRecord = {
    ...NOTHING_APPLIED,
    revision: 1,
    dead: [JSON.stringify(dead), JSON.stringify(nameless)],
  };
  const deadAfter = (foreign: readonly PolicyStatement[], found: readonly PolicyStatement[] = []) =>
    recordOf(before, applied({ document: composePolicy({}, foreign, ours), dead: found })).dead;

  it('stays copied, once, as long as the vendor does nothing', () => {
    expect(deadAfter([vendors, { ...nameless, Effect: 'Deny' }], [dead])).toEqual(before.dead);
  });

  it('is forgotten when it is back in the policy, with or without Sid', () => {
    expect(deadAfter([nameless])).toEqual([JSON.stringify(dead)]);
    expect(deadAfter([dead])).toEqual([JSON.stringify(nameless)]);
  });

  it('is forgotten when the vendor has put another statement under its Sid', () => {
    expect(deadAfter([{ ...vendors, Sid: 'Gone' }])).toEqual([JSON.stringify(nameless)]);
  });

  it('is one of 20 at most, so that the item stays small', () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ Sid: `Gone${index}` }));

    expect(deadAfter([], many)).toEqual(
      many.slice(5).map((statement) => JSON.stringify(statement)),
    );
  });
});

describe('the quarantine', () => {
  const before = {
    '111111111111': { since: 1, triedAt: 1 },
    '222222222222': { since: 2, triedAt: 2 },
    '333333333333': { since: 3, triedAt: 3 },
  };

  it('remembers since when, takes in the refused and lets go of the accepted', () => {
    const sorted = {
      refused: ['222222222222', '444444444444'],
      accepted: ['333333333333', '555555555555'],
    };

    expect(quarantineOf(before, sorted, 9)).toEqual({
      '111111111111': { since: 1, triedAt: 1 },
      '222222222222': { since: 2, triedAt: 9 },
      '444444444444': { since: 9, triedAt: 9 },
    });
  });
});

describe('drift', () => {
  const record = recordOf(NOTHING_APPLIED, applied({}));
  const edited = composePolicy({}, [vendors], []);

  it('is our statements other than we left them; the vendor’s are the vendor’s', () => {
    expect(driftOf(record, document, FRIDAY)).toBe('none');
    expect(driftOf(record, composePolicy({}, [], ours), FRIDAY)).toBe('none');
    expect(driftOf(record, edited, FRIDAY)).toBe('found');
  });

  it('is none where nothing was ever applied', () => {
    expect(driftOf(NOTHING_APPLIED, document, FRIDAY)).toBe('none');
  });

  it.each([
    [2 * DAY - 1, 'repeated'],
    [2 * DAY, 'found'],
  ])('%i seconds after the last one is %s', (ago, drift) => {
    expect(driftOf({ ...record, driftAt: FRIDAY - ago }, edited, FRIDAY)).toBe(drift);
  });
});

describe('when a policy was applied', () => {
  it('is known, unless we find a write of ours that we never noted', () => {
    const record = recordOf(NOTHING_APPLIED, applied({ appliedAt: FRIDAY - 60 }));

    expect(appliedAtOf(record, document, FRIDAY)).toBe(FRIDAY - 60);
    expect(appliedAtOf(record, NO_POLICY, FRIDAY)).toBe(FRIDAY);
  });
});
