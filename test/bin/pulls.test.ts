import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import { NOW } from '../support/builders.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';

const note = (world: CommandWorld, what: LedgerEntry['what'], at = NOW): Promise<void> =>
  world.ledger.notePull({
    customerId: 'cus_Nova',
    credentialId: 'Cred00000001',
    repository: 'acme/app',
    at,
    what,
  });

describe('wharfage pulls', () => {
  it('shows pulls, checks, bytes and refusals by day, and when a credential was last used', async () => {
    const world = commandWorld();
    await world.deploy();
    await world.sync();
    await note(world, { kind: 'version_check' });
    await note(world, { kind: 'pull', digest: 'sha256:1' });
    await note(world, { kind: 'bytes', digest: 'sha256:2', bytes: 1_500_000_000 }, NOW + 600);
    await note(world, { kind: 'denial', because: 'canceled' }, NOW + 86_400);
    await world.ledger.noteUse('cus_Nova', 'Cred00000001', NOW);
    const { code, out } = await world.run('pulls', 'cus_Nova');
    expect(code).toBe(0);
    expect(out.split('\n')).toStrictEqual([
      'cus_Nova, stage test',
      '',
      'By day',
      '  day         repository  checks  pulls  bytes   refused     first  last',
      '  2026-11-22  acme/app    0       0      0 B     1 canceled  12:00  12:00',
      '  2026-11-21  acme/app    1       1      1.5 GB  -           12:00  12:10',
      '',
      'Pull credentials',
      '  Cred00000001  last used 2026-11-21 12:00 UTC  waiting to be claimed until 2026-12-21 12:00 UTC',
      '',
    ]);
  });

  it('shows the credential of somebody who never asked for anything', async () => {
    const world = commandWorld();
    await world.sync();
    const { code, out } = await world.run('pulls', 'cus_Nova');
    expect(code).toBe(0);
    expect(out).toContain('Never asked for anything.');
    expect(out).toContain('Cred00000001  never used');
  });

  it('still shows what a deleted customer pulled', async () => {
    const world = commandWorld();
    await note(world, { kind: 'bytes', digest: 'sha256:2', bytes: 999 });
    await world.ledger.noteUse('cus_Nova', 'GoneGoneGone', NOW);
    const { out } = await world.run('pulls', 'cus_Nova');
    expect(out).toContain('999 B');
    expect(out).toMatch(/GoneGoneGone {2}last used .* no longer stored/);
  });

  it('says of a stranger that it knows nothing, for machines as well', async () => {
    const { code, out } = await commandWorld().run('pulls', 'cus_Typo');
    expect([code, out]).toStrictEqual([
      1,
      'Stage test knows no pull and no credential of cus_Typo: wharfage status cus_Typo\n',
    ]);
    expect(await commandWorld().json('pulls', 'cus_Typo')).toStrictEqual({
      code: 1,
      data: { customerId: 'cus_Typo', days: [], credentials: [] },
    });
  });
});

describe('wharfage doctor', () => {
  it('names archived tags that are still sold', async () => {
    const world = commandWorld();
    await world.deploy();
    await world.releases.saveReleases([
      {
        kind: 'tag',
        repository: 'acme/app',
        tag: '1.0.0',
        digest: `sha256:${'a'.repeat(64)}`,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        sizeBytes: 1,
        isArchived: true,
        checkedAt: 1,
        history: [],
        firstPushedAt: 1,
        opens: {},
        rulesHash: 'x',
        revision: 1,
      },
    ]);
    const { code, out } = await world.run('doctor');
    expect(code).toBe(1);
    expect(out).toContain('ecr: acme/app sells what ECR has archived: 1.0.0');
  });
});
