import { describe, expect, it } from 'vitest';
import { isTimely, signedAtOf } from '../../functions/core/signature.ts';

describe('when Stripe signed', () => {
  it.each([
    ['t=1763683200,v1=abc', 1_763_683_200],
    ['v1=abc,t=1763683200', 1_763_683_200],
    ['t=0,v1=abc', 0],
  ])('%s', (header, signedAt) => {
    expect(signedAtOf(header)).toBe(signedAt);
  });

  it.each([
    ['', 'nothing'],
    ['v1=abc', 'no timestamp'],
    ['t=,v1=abc', 'an empty one'],
    ['t=abc,v1=abc', 'letters'],
    ['t=1763683200.5,v1=abc', 'a fraction'],
    ['t=-1,v1=abc', 'a negative one'],
    ['t=1e9,v1=abc', 'an exponent'],
    ['t=1763683200000000,v1=abc', 'sixteen digits'],
    ['t=1763683200,v1=abc,t=1763683200,v1=def', 'two header lines joined by Lambda'],
    ['t=1763683200,v1=abc, t=1763683200,v1=def', 'two header lines joined by Headers'],
    [' t=1763683200,v1=abc', 'a space that the SDK would trip over'],
  ])('is unknown from %j: %s', (header) => {
    expect(signedAtOf(header)).toBeUndefined();
  });

  it.each([
    [299, true],
    [300, true],
    [301, false],
  ])('%i seconds before or after our clock: %s', (seconds, isAccepted) => {
    expect(isTimely(1_763_683_200, 1_763_683_200 + seconds)).toBe(isAccepted);
    expect(isTimely(1_763_683_200, 1_763_683_200 - seconds)).toBe(isAccepted);
  });
});
