import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Customer } from '../../functions/core/customer.ts';
import { decide } from '../../functions/core/decide.ts';
import { type Occasion, stepOf } from '../../functions/core/next-customer.ts';
import type { Facts } from '../../functions/core/question.ts';
import type { Subscription } from '../../functions/core/subscription.ts';
import { DAY } from '../../functions/core/time.ts';
import { truths } from '../support/arbitraries.ts';
import { catalog, customer, found, invoice, NOW, subscription } from '../support/builders.ts';

const CATALOG = catalog();

const step = (prior: Customer, given: Partial<Occasion> = {}) => {
  const occasion: Occasion = {
    because: 'event',
    facts: found([subscription()], { accountsText: '111122223333' }),
    strays: [],
    newCredentialId: 'cred1',
    isCredentialWanted: false,
    now: NOW,
    ...given,
  };
  const { facts, now } = occasion;
  const { state } = decide({
    prior,
    facts,
    grants: prior.grants,
    catalogs: { deployed: CATALOG, accepted: CATALOG },
    now,
  });
  return stepOf(prior, state, occasion);
};

const written = (...args: Parameters<typeof step>): Customer => {
  const result = step(...args);
  if (result.kind === 'nothing') throw new Error('nothing was written');
  return result.next;
};

/** As if its effects had been run and marked. */
const done = ({ mint: _mint, ...stored }: Customer): Customer => ({
  ...stored,
  effectsDone: stored.version,
  projected: stored.members,
});

const settled = done(written(customer()));

describe('a state write', () => {
  it('carries its transition, its credential and what may already be in the table', () => {
    expect(written(customer())).toMatchObject({
      version: 1,
      effectsDone: 0,
      projected: { accounts: [], untils: {} },
      mint: 'cred1',
      hasCredential: true,
      sealed: [{ credentialId: 'cred1', until: NOW + 30 * DAY + 3_600 }],
      transition: { sequence: 1, version: 1, at: NOW, because: 'event' },
    });
  });

  it('without effects is done at once', () => {
    const facts = found([subscription()], {
      accountsText: '111122223333',
      email: 'a@nova.example',
    });
    const next = written(settled, { facts });
    expect(next).toMatchObject({ version: 2, effectsDone: 2, email: 'a@nova.example' });
    expect(next.transition).toStrictEqual(settled.transition);
  });

  it('with effects is due soon, so that the sweep finds whoever crashed', () => {
    expect(written(customer()).dueAt).toBe(NOW + 600);
    expect(written(settled, { facts: { kind: 'deleted' } }).dueAt).toBe(NOW + 600);
    const now = NOW + 3_600;
    expect(written(settled, { isCredentialWanted: true, now }).dueAt).toBe(now + 600);
    expect(written(settled, { because: 'restore', now }).dueAt).toBe(now + 600);
  });

  it('of a restore without any members has no effects', () => {
    const quiet = done(written(customer(), { facts: found([subscription()]) }));
    const next = written(quiet, { because: 'restore', facts: found([subscription()]) });
    expect(next).toMatchObject({ version: 1_000_001, effectsDone: 1_000_001 });
  });
});

describe('no state write', () => {
  it('nothing at all when nothing is due', () => {
    expect(step(settled)).toStrictEqual({ kind: 'nothing' });
  });

  it('only times when a look was due', () => {
    const result = step(settled, { now: NOW + 600, because: 'due' });
    expect(result.kind).toBe('postpone');
    expect(written(settled, { now: NOW + 600, because: 'due' })).toMatchObject({
      version: 1,
      verifiedAt: NOW + 600,
      verifiedBy: 'due',
    });
  });

  it('nobody is stored for asking about a customer of somebody else', () => {
    expect(step(customer(), { facts: found([]) })).toStrictEqual({ kind: 'nothing' });
  });
});

describe('a look that shows no charge', () => {
  const unseen = (given: Partial<Subscription> = {}): Facts =>
    found([subscription({ isUnseen: true, ...given })], { accountsText: '111122223333' });

  it('is repeated once, although nothing has changed', () => {
    const facts = unseen();
    expect(step(settled, { facts, now: NOW + DAY })).toMatchObject({
      kind: 'postpone',
      next: { version: 1, dueAt: NOW + DAY + 600 },
    });
    const again = step(settled, { facts, now: NOW + DAY, because: 'due' });
    expect(again).not.toMatchObject({ next: { dueAt: NOW + DAY + 600 } });
  });

  it('is repeated after a dispute or a refund in any case: it may have been an old answer', () => {
    const given = { now: NOW + 1, because: 'payment' } as const;
    expect(step(settled, given)).toMatchObject({ kind: 'postpone', next: { dueAt: NOW + 601 } });
    expect(step(settled, { ...given, facts: { kind: 'nothing' } })).toStrictEqual({
      kind: 'nothing',
    });
  });

  it('is repeated for what has ended and keeps something too', () => {
    const gone = done(written(settled, { facts: unseen({ status: 'canceled' }), now: NOW + DAY }));
    expect(gone.dueAt).toBe(NOW + DAY + 600);
    const later = step(gone, { facts: unseen({ status: 'canceled' }), now: NOW + 9 * DAY });
    expect(later).toMatchObject({ kind: 'postpone', next: { dueAt: NOW + 9 * DAY + 600 } });
  });

  it.each<readonly [string, Partial<Subscription>]>([
    ['is open', { latestInvoice: invoice({ status: 'open' }) }],
    ['is zero', { latestInvoice: invoice({ isZero: true }) }],
  ])('is as it should be when the invoice %s', (_what, given) => {
    const now = NOW + DAY;
    const prior = done(written(customer(), { facts: unseen(given) }));
    expect(step(prior, { facts: unseen(given), now: NOW + 1 })).toStrictEqual({ kind: 'nothing' });
    const due = step(prior, { facts: unseen(given), now });
    expect(due).not.toMatchObject({ next: { dueAt: now + 600 } });
  });
});

it('whoever was due leaves with a later time, or none', () => {
  fc.assert(
    fc.property(
      truths,
      truths,
      fc.integer({ min: 0, max: 90 }),
      fc.option(fc.integer({ min: 1, max: 4_000 }), { nil: undefined }),
      (before, facts, day, retry) => {
        const prior = step(customer(), { facts: before });
        if (prior.kind === 'nothing') return;
        const { dueAt = NOW } = prior.next;
        const now = dueAt + day * DAY;
        const result = step(
          done({ ...prior.next, dueAt }),
          retry === undefined
            ? { facts, now }
            : { facts: { kind: 'nothing' }, now, retryAt: now + retry },
        );
        expect(result.kind).not.toBe('nothing');
        if (result.kind === 'nothing') return;
        expect(result.next.dueAt ?? now + 1).toBeGreaterThan(now);
      },
    ),
    { numRuns: 1_000 },
  );
});
