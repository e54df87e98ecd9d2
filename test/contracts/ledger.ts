import { expect, it } from 'vitest';
import type { LedgerEntry, PullDay } from '../../functions/core/ledger.ts';
import type { Stores } from '../../simulation/stores/stores.ts';
import { digest } from './release-examples.ts';

/** 2026-11-21T12:00:00Z */
const AT = 1_795_262_400;
const DAY = 86_400;

const entry = (what: LedgerEntry['what'], given: Partial<LedgerEntry> = {}): LedgerEntry => ({
  customerId: 'cus_Nova',
  credentialId: 'c1',
  repository: 'acme/app',
  at: AT,
  what,
  ...given,
});
const CHECK = { kind: 'version_check' } as const;
const pull = (digit = 'a') => ({ kind: 'pull', digest: digest(digit) }) as const;
const bytes = (count: number) => ({ kind: 'bytes', digest: digest('e'), bytes: count }) as const;
const denial = (because: string) => ({ kind: 'denial', because }) as const;

const pullDay = (given: Partial<PullDay> = {}): PullDay => ({
  day: '2026-11-21',
  repository: 'acme/app',
  versionChecks: 0,
  pulls: 0,
  bytes: 0,
  denials: {},
  firstAt: AT,
  lastAt: AT,
  ...given,
});

/** What every Ledger counts. */
export const ledgerContract = (open: () => Promise<Pick<Stores, 'ledger'>>): void => {
  const noted = async (...entries: readonly LedgerEntry[]) => {
    const { ledger } = await open();
    for (const one of entries) await ledger.notePull(one);
    return ledger.listPulls('cus_Nova');
  };

  it('sums up what one customer did in one repository on one day', async () => {
    const days = await noted(
      entry(bytes(1_000), { at: AT - 30 }),
      entry(pull()),
      entry(bytes(10_737_418_240)),
      entry(bytes(0)),
      ...Array.from({ length: 20 }, () => entry(CHECK)),
      entry(denial('canceled')),
      entry(denial('unpaid')),
      entry(denial('canceled'), { at: AT + 60 }),
    );
    expect(days).toStrictEqual([
      pullDay({
        pulls: 1,
        versionChecks: 20,
        bytes: 10_737_419_240,
        denials: { canceled: 2, unpaid: 1 },
        firstAt: AT - 30,
        lastAt: AT + 60,
      }),
    ]);
  });

  it('keeps customers, repositories and days apart, the newest day first', async () => {
    const days = await noted(
      entry(CHECK, { at: AT - DAY }),
      entry(CHECK, { repository: 'acme/zeta' }),
      entry(CHECK),
      entry(CHECK, { customerId: 'cus_Nov' }),
      entry(CHECK, { at: AT + DAY }),
    );
    expect(days.map(({ day, repository }) => [day, repository])).toStrictEqual([
      ['2026-11-22', 'acme/app'],
      ['2026-11-21', 'acme/app'],
      ['2026-11-21', 'acme/zeta'],
      ['2026-11-20', 'acme/app'],
    ]);
    expect(days.map(({ versionChecks }) => versionChecks)).toStrictEqual([1, 1, 1, 1]);
  });

  it.each([
    ['again at once', [entry(pull()), entry(pull())], 1],
    ['again after 599 seconds', [entry(pull()), entry(pull(), { at: AT + 599 })], 1],
    ['again after 600 seconds', [entry(pull()), entry(pull(), { at: AT + 600 })], 2],
    [
      'again and again: the first that counted decides',
      [0, 400, 800].map((later) => entry(pull(), { at: AT + later })),
      2,
    ],
    ['with another digest', [entry(pull('a')), entry(pull('b'))], 2],
    ['with another credential', [entry(pull()), entry(pull(), { credentialId: 'c2' })], 2],
    ['of another repository', [entry(pull()), entry(pull(), { repository: 'acme/b' })], 2],
    ['in turns', [entry(pull('a')), entry(pull('b')), entry(pull('a')), entry(pull('b'))], 2],
    // 2026-11-21T23:59:59Z and two seconds later: each day has its own row.
    [
      'across midnight',
      [entry(pull(), { at: AT + 43_199 }), entry(pull(), { at: AT + 43_201 })],
      2,
    ],
  ])('counts a pull %s', async (_how, entries, pulls) => {
    const days = await noted(...entries);
    expect(days.reduce((sum, day) => sum + day.pulls, 0)).toBe(pulls);
  });

  it('counts one of many pulls of the same at once', async () => {
    const { ledger } = await open();
    await Promise.all(Array.from({ length: 8 }, async () => ledger.notePull(entry(pull()))));
    expect((await ledger.listPulls('cus_Nova')).map(({ pulls }) => pulls)).toStrictEqual([1]);
  });

  it('knows nothing of a customer that never came', async () => {
    const { ledger } = await open();
    expect(await ledger.listPulls('cus_Nova')).toStrictEqual([]);
    expect(await ledger.listUses('cus_Nova')).toStrictEqual({});
  });

  it('remembers the last use of each credential, to the hour', async () => {
    const { ledger } = await open();
    await ledger.noteUse('cus_Nova', 'c1', AT);
    await ledger.noteUse('cus_Nova', 'c1', AT + 3_599);
    await ledger.noteUse('cus_Nova', 'c2', AT + 5);
    await ledger.noteUse('cus_Nov', 'c1', AT + 7_200);
    expect(await ledger.listUses('cus_Nova')).toStrictEqual({ c1: AT, c2: AT + 5 });
    await ledger.noteUse('cus_Nova', 'c1', AT + 3_600);
    expect(await ledger.listUses('cus_Nova')).toStrictEqual({ c1: AT + 3_600, c2: AT + 5 });
  });
};
