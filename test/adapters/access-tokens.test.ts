import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessTokens } from '../../functions/adapters/access-tokens.ts';
import type { Identity } from '../../functions/core/identity.ts';
import { NOW } from '../support/builders.ts';

const CURRENT = 'current-secret-of-the-tokens-0123456789';
const PREVIOUS = 'previous-secret-of-the-tokens-012345678';
const IDENTITY: Identity = {
  customerId: 'cus_Nova',
  credentialId: 'Cred00000001',
  clientClass: 'k',
  expiresAt: NOW + 3_600,
};
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const tokens = (secret: unknown = { current: CURRENT, previous: PREVIOUS }) =>
  accessTokens({ readSecret: async () => JSON.stringify(secret) });

const issued = (given: Partial<Identity> = {}, secret: unknown = { current: CURRENT }) =>
  tokens(secret).issueToken({ ...IDENTITY, ...given });

describe('an access token', () => {
  it('points at what it was issued for', async () => {
    const identity = { ...IDENTITY, clientClass: 'c' } as const;
    const text = await issued(identity);
    expect(await tokens().verifyToken(text, NOW)).toStrictEqual({ kind: 'valid', identity });
  });

  it('is short', async () => {
    const text = await issued({ customerId: `cus_${'x'.repeat(64)}` });
    expect(text).toMatch(/^[A-Za-z0-9_-]{64,300}$/);
  });

  it('that would not fit into a header is not issued', async () => {
    await expect(issued({ customerId: 'x'.repeat(400) })).rejects.toThrow(/at most 512/);
  });

  it('with a single character changed is invalid', async () => {
    const text = await issued();
    const at = fc.nat(text.length - 1);
    await fc.assert(
      fc.asyncProperty(at, fc.constantFrom(...BASE64URL), async (index, other) => {
        fc.pre(text[index] !== other);
        const tampered = `${text.slice(0, index)}${other}${text.slice(index + 1)}`;
        expect(await tokens().verifyToken(tampered, NOW)).toStrictEqual({ kind: 'invalid' });
      }),
      { numRuns: 500 },
    );
  });

  it('with any one of its bytes changed is invalid', async () => {
    const bytes = Buffer.from(await issued(), 'base64url');
    for (const [index, byte] of bytes.entries()) {
      const tampered = Buffer.from(bytes);
      tampered[index] = byte ^ 1;
      const verified = await tokens().verifyToken(tampered.toString('base64url'), NOW);
      expect(verified).toStrictEqual({ kind: 'invalid' });
    }
  });

  it.each([
    ['nothing', () => ''],
    ['cut', (text: string) => text.slice(0, -1)],
    ['longer', (text: string) => `${text}A`],
    ['padded', (text: string) => `${text}=`],
    ['with a space', (text: string) => ` ${text}`],
    ['twice', (text: string) => `${text},${text}`],
    ['not in base64url', (text: string) => `${text.slice(0, -1)}é`],
    ['of 16 kB', () => 'A'.repeat(16_384)],
    ['signature alone', (text: string) => text.slice(-64)],
  ])('%s is invalid', async (_what, change) => {
    const text = change(await issued());
    expect(await tokens().verifyToken(text, NOW)).toStrictEqual({ kind: 'invalid' });
  });

  it('signed with another secret is invalid', async () => {
    const text = await issued({}, { current: 'another-secret-of-thirty-two-characters' });
    expect(await tokens().verifyToken(text, NOW)).toStrictEqual({ kind: 'invalid' });
  });

  it.each([
    ['of this version', '1 k 1795266000 Cred00000001 cus_Nova', 'valid'],
    ['of a later version', '2 k 1795266000 Cred00000001 cus_Nova', 'invalid'],
    ['of an unknown class', '1 x 1795266000 Cred00000001 cus_Nova', 'invalid'],
    ['of no form at all', 'x'.repeat(24), 'invalid'],
  ])('%s, and signed by us: %s', async (_what, payload, kind) => {
    const signature = createHmac('sha256', CURRENT).update(payload).digest();
    const text = Buffer.concat([Buffer.from(payload), signature]).toString('base64url');
    expect(await tokens().verifyToken(text, NOW)).toMatchObject({ kind });
  });

  it.each([
    ['until it expires', 3_599, 'valid'],
    ['five minutes longer, by a clock that is ahead', 3_899, 'valid'],
    ['no longer', 3_900, 'expired'],
    ['five minutes before it was issued, by a clock that is behind', -300, 'valid'],
  ])('is good %s', async (_when, seconds, kind) => {
    expect(await tokens().verifyToken(await issued(), NOW + seconds)).toMatchObject({ kind });
  });
});

describe('while the secret is being exchanged', () => {
  it('tokens of the previous one are good, and new ones carry the current one', async () => {
    const old = await issued({}, { current: PREVIOUS });
    expect(await tokens().verifyToken(old, NOW)).toMatchObject({ kind: 'valid' });
    const now = await tokens().issueToken(IDENTITY);
    expect(await tokens({ current: CURRENT }).verifyToken(now, NOW)).toMatchObject({
      kind: 'valid',
    });
    expect(await tokens({ current: PREVIOUS }).verifyToken(now, NOW)).toMatchObject({
      kind: 'invalid',
    });
  });

  it.each([undefined, '', 'short', 7])('a previous one that is %j is none', async (previous) => {
    const text = await issued();
    const both = tokens({ current: CURRENT, previous });
    expect(await both.verifyToken(text, NOW)).toMatchObject({ kind: 'valid' });
    const other = await issued({}, { current: PREVIOUS });
    expect(await both.verifyToken(other, NOW)).toMatchObject({ kind: 'invalid' });
  });
});

describe('a secret that cannot be used', () => {
  it.each([{}, { current: 'canary' }, { previous: CURRENT }, 'canary', null])(
    '%j is an error that quotes nothing',
    async (secret) => {
      const failure = await tokens(secret)
        .issueToken(IDENTITY)
        .catch((error: unknown) => error);
      expect(String(failure)).toMatch(/^Error: the secret of the access tokens must be JSON/);
      expect(String(failure)).not.toContain('canary');
    },
  );

  it('is not even read for what has not the form of a token', async () => {
    const readSecret = async () => {
      throw new Error('nobody may ask');
    };
    const verified = accessTokens({ readSecret }).verifyToken('garbage', NOW);
    expect(await verified).toStrictEqual({ kind: 'invalid' });
  });
});
