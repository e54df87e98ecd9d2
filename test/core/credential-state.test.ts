import { describe, expect, it } from 'vitest';
import { credentialStateOf, isValid } from '../../functions/core/credential-state.ts';
import { DAY } from '../../functions/core/time.ts';
import { NOW } from '../support/builders.ts';

const credential = (given: { claimBy?: number; claimedAt?: number; retiresAt?: number }) => ({
  credentialId: 'Cred00000001',
  customerId: 'cus_Nova',
  hash: 'sha256:0',
  label: 'first',
  createdAt: NOW - DAY,
  claimBy: NOW + DAY,
  ...given,
});

describe('a pull credential', () => {
  it.each([
    ['waits to be claimed', {}, { kind: 'waiting', claimBy: NOW + DAY }, true],
    ['is gone when nobody claims it', { claimBy: NOW }, { kind: 'unclaimed', since: NOW }, false],
    [
      'is active once claimed',
      { claimedAt: NOW - 1 },
      { kind: 'active', claimedAt: NOW - 1 },
      true,
    ],
    [
      'stays active after its claim’s time',
      { claimBy: NOW - 1, claimedAt: NOW - 2 },
      { kind: 'active', claimedAt: NOW - 2 },
      true,
    ],
    [
      'works until it retires',
      { claimedAt: NOW - 1, retiresAt: NOW + 1 },
      { kind: 'retiring', retiresAt: NOW + 1 },
      true,
    ],
    [
      'opens nothing from its retirement on',
      { claimedAt: NOW - 1, retiresAt: NOW },
      { kind: 'retired', retiredAt: NOW },
      false,
    ],
    [
      'is retired rather than unclaimed when both are so',
      { claimBy: NOW - 1, retiresAt: NOW - 2 },
      { kind: 'retired', retiredAt: NOW - 2 },
      false,
    ],
  ])('%s', (_case, given, state, valid) => {
    expect(credentialStateOf(credential(given), NOW)).toStrictEqual(state);
    expect(isValid(credential(given), NOW)).toBe(valid);
  });
});
