import { describe, expect, it } from 'vitest';
import { frontSecret } from '../../functions/adapters/front-secret.ts';

const CURRENT = 'current-secret-of-the-front-0123456789';
const PREVIOUS = 'previous-secret-of-the-front-012345678';
const check = (text: string, secret: unknown = { current: CURRENT, previous: PREVIOUS }) =>
  frontSecret({ readSecret: async () => JSON.stringify(secret) })(text);

describe('the front’s secret', () => {
  it.each([
    ['the current one', CURRENT, true],
    ['the previous one', PREVIOUS, true],
    ['another', CURRENT.toUpperCase(), false],
    ['a part of it', CURRENT.slice(1), false],
    ['nothing', '', false],
  ])('%s', async (_what, text, expected) => {
    expect(await check(text)).toBe(expected);
  });

  it('once exchanged is the current one only', async () => {
    expect(await check(PREVIOUS, { current: CURRENT })).toBe(false);
    expect(await check('undefined', { current: CURRENT })).toBe(false);
  });

  it('that is not set is an error that quotes nothing', async () => {
    await expect(check(CURRENT, { current: 'canary' })).rejects.toThrow(
      /^the secret of the front must be JSON of the form (?!.*canary)/,
    );
  });
});
