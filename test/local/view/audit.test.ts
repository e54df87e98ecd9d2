import { describe, expect, it } from 'vitest';
import type { Access, Transition, Window } from '../../../functions/core/customer.ts';
import { auditLineOf } from '../../../local/view/audit.ts';

const AT = 1_795_262_400; // 21 Nov 2026, 12:00
const DAY = 86_400;

const NOTHING: Access = { windows: [], withheld: [], accounts: [] };
const open = (part: Partial<Window> = {}): Window => ({
  offerId: 'pro',
  source: 'sub_1',
  startsAt: AT,
  endsAt: AT + DAY,
  because: 'paid',
  ...part,
});
const transition = (part: Partial<Transition>): Transition => ({
  sequence: 1,
  version: 1,
  at: AT,
  because: 'event',
  before: NOTHING,
  after: NOTHING,
  evidence: ['sub_1 active'],
  ...part,
});
const changes = (before: Partial<Access>, after: Partial<Access>) =>
  auditLineOf(transition({ before: { ...NOTHING, ...before }, after: { ...NOTHING, ...after } }))
    .changes;

describe('a line of the audit trail', () => {
  it.each<[string, Partial<Access>, Partial<Access>, readonly string[]]>([
    ['an opening', {}, { windows: [open()] }, ['pro opened until 22 Nov 2026, 12:00: paid.']],
    [
      'an extension',
      { windows: [open()] },
      { windows: [open({ endsAt: AT + 2 * DAY })] },
      ['pro extended from 22 Nov 2026, 12:00 to 23 Nov 2026, 12:00: paid.'],
    ],
    [
      'a shortening',
      { windows: [open({ endsAt: AT + 2 * DAY })] },
      { windows: [open()] },
      ['pro shortened from 23 Nov 2026, 12:00 to 22 Nov 2026, 12:00: paid.'],
    ],
    [
      'another reason for the same window',
      { windows: [open()] },
      { windows: [open({ because: 'past_due' })] },
      ['pro stays open until 22 Nov 2026, 12:00: payment is past due.'],
    ],
    [
      'a loss that the breaker holds',
      { windows: [open()] },
      { windows: [open({ held: 'breaker' })] },
      ['pro stays open until 22 Nov 2026, 12:00: paid, held by the breaker.'],
    ],
    [
      'a closing with its reason',
      { windows: [open()] },
      { withheld: [{ offerId: 'pro', source: 'sub_1', because: 'canceled', endedAt: AT }] },
      ['pro closed: the subscription is canceled.'],
    ],
    [
      'a closing of what nothing names any more',
      { windows: [open()] },
      {},
      ['pro closed: nothing names it any more.'],
    ],
    [
      'a reason why it does not open',
      {},
      { withheld: [{ offerId: 'pro', source: 'sub_1', because: 'incomplete' }] },
      ['pro is not open: the first payment has not succeeded.'],
    ],
    [
      'accounts that come and go',
      { accounts: ['111122223333'] },
      { accounts: ['222233334444'] },
      ['AWS account 222233334444 added.', 'AWS account 111122223333 removed.'],
    ],
    [
      'of several windows of one offer the last to end',
      { windows: [open()] },
      { windows: [open(), open({ source: 'sub_2', endsAt: AT + 2 * DAY, because: 'trialing' })] },
      ['pro extended from 22 Nov 2026, 12:00 to 23 Nov 2026, 12:00: on trial.'],
    ],
    [
      'nothing that shows',
      { windows: [open()], withheld: [{ offerId: 'all', source: 'sub_1', because: 'unpaid' }] },
      { windows: [open()], withheld: [{ offerId: 'all', source: 'sub_1', because: 'unpaid' }] },
      ['Same access, for other reasons.'],
    ],
  ])('tells of %s', (_what, before, after, lines) => {
    expect(changes(before, after)).toEqual(lines);
  });

  it('says who asked for it', () => {
    expect(auditLineOf(transition({ because: 'operator', actor: 'ada' }))).toMatchObject({
      because: 'an operator',
      actor: 'ada',
      evidence: ['sub_1 active'],
    });
  });
});
