import { expect, it } from 'vitest';
import { errorFields } from '../../functions/core/error-fields.ts';

class StripeError extends Error {
  override readonly name = 'StripeError';
}

it.each([
  ['our own sentence', new Error('could not read'), ['Error'], 'could not read'],
  [
    'our own sentence and the names below it',
    new Error('could not read', { cause: new StripeError('Invalid key sk_live_1') }),
    ['Error', 'StripeError'],
    'could not read',
  ],
  [
    'only the name of an error that is not ours',
    new StripeError('sk_live_1'),
    ['StripeError'],
    undefined,
  ],
  ['only the type of what is not an error', 'sk_live_1', ['string'], undefined],
])('a log says %s', (_what, error, errors, reason) => {
  expect(errorFields(error)).toStrictEqual({ errors, reason });
});

it('ends in a circle of causes', () => {
  const error = new Error('round');
  error.cause = error;
  expect(errorFields(error).errors).toStrictEqual(['Error', 'Error', 'Error', 'Error', 'Error']);
});
