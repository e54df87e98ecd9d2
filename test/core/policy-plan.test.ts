import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import { accountsIn, samePolicy } from '../../functions/core/policy-compare.ts';
import {
  composePolicy,
  NO_POLICY,
  type PolicyDocument,
  type PolicyStatement,
  parsePolicy,
  sizeOf,
  textOf,
} from '../../functions/core/policy-document.ts';
import { type PolicyFacts, planPolicy, policyOf } from '../../functions/core/policy-plan.ts';
import { NOTHING_APPLIED } from '../../functions/core/policy-record.ts';
import {
  type AwsDoor,
  endOfDay,
  leaseOf,
  statementsOf,
} from '../../functions/core/policy-statements.ts';
import { DAY } from '../../functions/core/time.ts';
import { accountsOf, FAR, FRIDAY } from '../support/aws-door.ts';

const door: AwsDoor = { stage: 'prod', partition: 'aws', access: 'pull' };

const facts = (fields: Partial<PolicyFacts>): PolicyFacts => ({
  members: [],
  record: NOTHING_APPLIED,
  live: NO_POLICY,
  now: FRIDAY,
  ...fields,
});
const record = (fields: Partial<PolicyRecord>): PolicyRecord => ({
  ...NOTHING_APPLIED,
  revision: 1,
  ...fields,
});
const members = (accounts: readonly string[], until = FAR) =>
  accounts.map((account) => ({ account, until }));
const liveWith = (accounts: readonly string[], until = FAR): PolicyDocument =>
  composePolicy({}, [], statementsOf(door, members(accounts, until), 'days', FRIDAY));

/** A vendor's statement that leaves `room` characters for ours. */
const filling = (room: number): PolicyStatement => {
  const empty = sizeOf(composePolicy({}, [{ Sid: '' }], []));
  return { Sid: 'x'.repeat(10_240 - empty - room) };
};
const foreignLive = (foreign: readonly PolicyStatement[], ours: readonly PolicyStatement[] = []) =>
  composePolicy({}, foreign, ours);

describe('who is desired', () => {
  it('an account of several customers has the latest of their ends', () => {
    const plan = planPolicy(
      door,
      facts({
        members: [
          { account: '111111111111', until: FRIDAY + 5 },
          { account: '111111111111', until: FRIDAY + 9 },
          { account: '111111111111', until: FRIDAY + 7 },
        ],
      }),
    );

    expect([...plan.untils]).toEqual([['111111111111', FRIDAY + 9]]);
  });

  it('an end that has come, and a tombstone, are nobody', () => {
    const plan = planPolicy(
      door,
      facts({
        members: [
          { account: '111111111111', until: FRIDAY },
          { account: '222222222222', until: FRIDAY + 1 },
          { account: '333333333333', until: 0 },
        ],
      }),
    );

    expect(plan.fresh).toEqual(['222222222222']);
  });
});

describe('who is known and who is new', () => {
  it('what was applied is known, and so is what ECR has taken without our noting it', () => {
    const plan = planPolicy(
      door,
      facts({
        members: members(['111111111111', '222222222222', '333333333333']),
        record: record({ applied: ['222222222222', '999999999999'] }),
        live: liveWith(['111111111111']),
      }),
    );

    expect(plan).toMatchObject({
      known: ['111111111111', '222222222222'],
      fresh: ['333333333333'],
    });
  });

  it.each([
    [DAY - 1, []],
    [DAY, ['111111111111']],
  ])('an account refused %i seconds ago is tried again: %j', (ago, fresh) => {
    const quarantined = { '111111111111': { since: 5, triedAt: FRIDAY - ago } };
    const plan = planPolicy(
      door,
      facts({
        members: members(['111111111111']),
        // Even if it was applied once, a refusal since then counts.
        record: record({ applied: ['111111111111'], quarantined }),
      }),
    );

    expect(plan).toMatchObject({ known: [], fresh, overflow: [], quarantined });
  });

  it('a quarantined account that is not entitled any more is forgotten', () => {
    const quarantined = { '111111111111': { since: 5, triedAt: FRIDAY } };

    expect(planPolicy(door, facts({ record: record({ quarantined }) })).quarantined).toEqual({});
  });
});

describe('the next step', () => {
  const known = ['111111111111'];
  const applied = record({ applied: known, appliedAt: FRIDAY - 30 });

  it.each<[string, Partial<PolicyFacts>, string]>([
    ['nothing differs', { members: members(known), live: liveWith(known) }, 'keep'],
    [
      'somebody is new',
      { members: members([...known, '222222222222']), live: liveWith(known) },
      'probe',
    ],
    ['somebody left', { live: liveWith(known) }, 'write'],
    ['a date differs', { members: members(known), live: liveWith(known, FRIDAY + DAY) }, 'write'],
    ['the policy is gone', { members: members(known) }, 'write'],
    [
      'somebody left and somebody is new',
      { members: members(['222222222222']), live: liveWith(known) },
      'write',
    ],
    [
      'a second statement of ours grants the same again',
      {
        members: members(known),
        live: {
          ...liveWith(known),
          ours: [...liveWith(known).ours, ...liveWith(known, FRIDAY + DAY).ours],
        },
      },
      'write',
    ],
  ])('when %s', (_what, fields, kind) => {
    expect(planPolicy(door, facts({ record: applied, ...fields })).step).toEqual({ kind });
  });

  it.each([
    [0, { kind: 'wait', untilAt: FRIDAY + 30 }],
    [29, { kind: 'wait', untilAt: FRIDAY + 1 }],
    [30, { kind: 'write' }],
    [-1, { kind: 'write' }],
  ] as const)('%i seconds after the last write', (ago, step) => {
    const written = record({ applied: known, appliedAt: FRIDAY - ago });

    expect(planPolicy(door, facts({ record: written, live: liveWith(known) })).step).toEqual(step);
    expect(
      planPolicy(door, facts({ record: written, live: liveWith(known), members: members(known) }))
        .step,
    ).toEqual({ kind: 'keep' });
  });
});

describe('a full policy', () => {
  // One lease statement of one account, as measured, and what each further account costs.
  const FIRST =
    sizeOf(foreignLive([{ Sid: '' }], liveWith(accountsOf(1)).ours)) -
    sizeOf(foreignLive([{ Sid: '' }]));
  const FURTHER = 33;

  it.each([
    [1, 3, 0],
    [0, 3, 0],
    [-1, 2, 1],
  ])(
    'with %i characters to spare takes %i of 3 new accounts, and %i waits',
    (spare, fits, waits) => {
      const live = foreignLive([filling(FIRST + 2 * FURTHER + spare)]);
      const plan = planPolicy(door, facts({ members: members(accountsOf(3)), live }));
      const document = policyOf(door, { live, now: FRIDAY }, { ...plan, accounts: plan.fresh });

      expect(plan.fresh).toEqual(accountsOf(3).slice(0, fits));
      expect(plan.overflow).toEqual(accountsOf(3).slice(fits));
      expect(plan.overflow).toHaveLength(waits);
      expect(sizeOf(document)).toBe(10_240 - spare - waits * FURTHER);
    },
  );

  it('keeps those applied; of the others who waited before comes first', () => {
    const live = foreignLive([filling(FIRST + 2 * FURTHER)]);
    const plan = planPolicy(
      door,
      facts({
        members: members(accountsOf(6)),
        live,
        record: record({
          applied: accountsOf(6).slice(5),
          overflow: [...accountsOf(5).slice(3).toReversed(), '999999999999'],
        }),
      }),
    );

    expect(plan.known).toEqual(accountsOf(6).slice(5));
    expect(plan.fresh).toEqual(accountsOf(5).slice(3).toReversed());
    expect(plan.overflow).toEqual(accountsOf(3));
    expect(plan.step.kind).toBe('write');
  });

  it('gives up the days before it gives up anybody who was applied', () => {
    const spread = accountsOf(3).map((account, index) => ({
      account,
      until: FRIDAY + index * DAY + 1,
    }));
    const live = foreignLive([filling(FIRST + 2 * FURTHER)]);
    const plan = planPolicy(
      door,
      facts({
        members: [...spread, { account: '999999999999', until: FAR }],
        live,
        record: record({ applied: accountsOf(3) }),
      }),
    );
    const { ours } = policyOf(door, { live, now: FRIDAY }, { ...plan, accounts: plan.known });

    expect(plan).toMatchObject({
      layout: 'lease',
      known: accountsOf(3),
      fresh: [],
      overflow: ['999999999999'],
    });
    expect(ours.map(({ Sid }) => Sid)).toEqual(['WharfageprodLease20261130']);
  });

  it('leaves out what the vendor’s own statements leave no room for', () => {
    const live = foreignLive([filling(FIRST + FURTHER)]);
    const applied = record({ applied: accountsOf(3) });
    const plan = planPolicy(
      door,
      facts({ members: members(accountsOf(3)), live, record: applied }),
    );

    expect(plan.known).toEqual(accountsOf(2));
    expect(plan.overflow).toEqual(accountsOf(3).slice(2));
  });

  it.each([
    ['monthly', 220, 30],
    ['annual', 245, 365],
  ])('%s plans: %i accounts fit, their ends spread over %i days', (_plan, count, days) => {
    const now = FRIDAY;
    const spread = accountsOf(count).map((account, index) => ({
      account,
      until: now + Math.ceil(((index + 1) * days * DAY) / count),
    }));
    const plan = planPolicy(door, facts({ members: spread, now }));

    expect(plan).toMatchObject({ layout: 'days', overflow: [] });
    expect(plan.fresh).toHaveLength(count);
  });
});

describe('whatever the members', () => {
  const accounts = accountsOf(330);
  const anyMembers = fc.array(
    fc.record({
      account: fc.constantFrom(...accounts),
      until: fc.integer({ min: FRIDAY - 3 * DAY, max: FRIDAY + 40 * DAY }),
    }),
    { maxLength: 400, size: 'max' },
  );
  const anyFacts = fc
    .record({
      members: anyMembers,
      applied: fc.subarray([...accounts]),
      quarantined: fc.subarray(accounts.slice(0, 20)),
      room: fc.integer({ min: 0, max: 10_000 }),
      now: fc.integer({ min: FRIDAY, max: FRIDAY + 7 * DAY }),
    })
    .map(({ members: list, applied, quarantined, room, now }) =>
      facts({
        members: list,
        now,
        live: foreignLive([filling(room)]),
        record: record({
          applied,
          quarantined: Object.fromEntries(
            quarantined.map((account) => [account, { since: now, triedAt: now }]),
          ),
        }),
      }),
    );

  it('the document fits, holds nobody who is not desired, and ends in time', () => {
    fc.assert(
      fc.property(anyFacts, (known) => {
        const { now, record: before, members: list } = known;
        const plan = planPolicy(door, known);
        const document = policyOf(door, known, {
          ...plan,
          accounts: [...plan.known, ...plan.fresh],
        });

        expect(sizeOf(document)).toBeLessThanOrEqual(10_240);
        for (const statement of document.ours) {
          const named = accountsIn([statement]);
          const endsAt = Date.parse(/\d{4}-.*Z/.exec(JSON.stringify(statement))?.[0] ?? '') / 1_000;
          expect(endsAt).toBeLessThanOrEqual(leaseOf(now));
          for (const account of named) {
            const until = Math.max(
              ...list.filter((member) => member.account === account).map((member) => member.until),
            );
            expect(until).toBeGreaterThan(now);
            expect(before.quarantined[account]).toBeUndefined();
            if (plan.layout === 'days') {
              expect(endsAt).toBe(Math.min(endOfDay(until), leaseOf(now)));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('everybody desired is applied, tried, waiting or quarantined, and only one of these', () => {
    fc.assert(
      fc.property(anyFacts, (known) => {
        const plan = planPolicy(door, known);
        const places = [
          ...plan.known,
          ...plan.fresh,
          ...plan.overflow,
          ...Object.keys(plan.quarantined),
        ];

        expect(places.toSorted()).toEqual([...plan.untils.keys()].sort());
      }),
      { numRuns: 60 },
    );
  });

  it('what was written is kept: planning again finds nothing to do', () => {
    fc.assert(
      fc.property(anyFacts, (known) => {
        const plan = planPolicy(door, known);
        const written = policyOf(door, known, {
          ...plan,
          accounts: [...plan.known, ...plan.fresh],
        });
        const live = parsePolicy(textOf(written), 'prod') ?? NO_POLICY;
        const again = planPolicy(door, {
          ...known,
          live,
          record: { ...known.record, applied: accountsIn(live.ours), overflow: plan.overflow },
        });

        expect(samePolicy(live, written)).toBe(true);
        expect(again.step).toEqual({ kind: 'keep' });
        expect(again.overflow).toEqual(plan.overflow);
      }),
      { numRuns: 60 },
    );
  });
});
