import { expect, it } from 'vitest';
import { pullDaysOf } from '../../functions/adapters/ledger-days.ts';
import { writeOf } from '../../functions/adapters/ledger-write.ts';
import { NOON } from '../contracts/examples.ts';

const pullOf = (digest: string, credentialId = 'c1') =>
  writeOf({
    customerId: 'cus_Nova',
    credentialId,
    repository: 'acme/app',
    at: NOON,
    what: { kind: 'pull', digest },
  });

const attributesIn = ({ update }: ReturnType<typeof writeOf>): readonly string[] =>
  update.expression.match(/#\w+/g) ?? [];

it('always finds the slot of a credential and digest again', () => {
  expect(pullOf('sha256:1')).toStrictEqual(pullOf('sha256:1'));
  expect(pullOf('sha256:1')).not.toStrictEqual(pullOf('sha256:2'));
  expect(pullOf('sha256:1')).not.toStrictEqual(pullOf('sha256:1', 'c2'));
});

it('keeps a row below 64 kB, however many digests a customer pulls on one day', () => {
  const names = new Map<string, Map<string, unknown>>();
  for (let index = 0; index < 12_000; index += 1) {
    const write = pullOf(`sha256:${index}`);
    const row = names.get(write.key.sk) ?? new Map<string, unknown>();
    names.set(write.key.sk, row);
    for (const name of attributesIn(write)) row.set(name, write.update.values?.[':pull']);
  }
  expect([...names.keys()].sort()).toStrictEqual(
    [0, 1, 2, 3].map((shard) => `PULL#2026-05-28#acme/app#${shard}`),
  );
  for (const row of names.values()) {
    // 1,024 slots of two attributes, and `pulls`, `firstAt`, `lastAt`.
    expect(row.size).toBeGreaterThan(1_800);
    expect(row.size).toBeLessThanOrEqual(2_051);
    expect(JSON.stringify(Object.fromEntries(row)).length).toBeLessThan(64_000);
  }
});

it('never writes more than one row may take beside its counters', () => {
  for (const what of [
    { kind: 'version_check' },
    { kind: 'bytes', digest: 'sha256:1', bytes: 1 },
    { kind: 'denial', because: 'unpaid_adds_nothing' },
  ] as const) {
    const { customerId, credentialId, repository, at } = {
      customerId: 'cus_Nova',
      credentialId: 'c1',
      repository: 'acme/app',
      at: NOON,
    };
    const write = writeOf({ customerId, credentialId, repository, at, what });
    expect(attributesIn(write)).toHaveLength(5);
  }
});

it('reads rows of which nothing was counted yet', () => {
  expect(pullDaysOf([{ sk: 'PULL#2026-05-28#acme/app#0' }])).toStrictEqual([
    {
      day: '2026-05-28',
      repository: 'acme/app',
      versionChecks: 0,
      pulls: 0,
      bytes: 0,
      denials: {},
      firstAt: 0,
      lastAt: 0,
    },
  ]);
});
