import { describe, expect, it } from 'vitest';
import { explainPulls } from '../../functions/usecases/explain-pulls.ts';
import { memoryLedger } from '../../simulation/stores/memory-ledger.ts';
import { NOW } from '../support/builders.ts';

describe('what a customer pulled', () => {
  it('names every credential: used, never used, and those that only the ledger still knows', async () => {
    const ledger = memoryLedger();
    await ledger.noteUse('cus_Nova', 'UsedUsedUsed', NOW - 10);
    await ledger.noteUse('cus_Nova', 'GoneGoneGone', NOW - 20);
    const credential = {
      hash: 'sha256:1',
      createdAt: NOW - 100,
      claimBy: NOW + 100,
      claimedAt: NOW - 90,
    };
    const listCredentials = async () =>
      ['UsedUsedUsed', 'IdleIdleIdle'].map((credentialId) => ({
        ...credential,
        customerId: 'cus_Nova',
        credentialId,
        label: 'first',
      }));
    const explain = explainPulls({
      ledger,
      credentials: { listCredentials },
      clock: () => NOW,
    });
    expect((await explain('cus_Nova')).credentials).toStrictEqual([
      {
        credentialId: 'UsedUsedUsed',
        state: { kind: 'active', claimedAt: NOW - 90 },
        lastUsedAt: NOW - 10,
      },
      { credentialId: 'IdleIdleIdle', state: { kind: 'active', claimedAt: NOW - 90 } },
      { credentialId: 'GoneGoneGone', lastUsedAt: NOW - 20 },
    ]);
  });
});
