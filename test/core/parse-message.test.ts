import { describe, expect, it } from 'vitest';
import { parsePolicyMessage, parseSubject } from '../../functions/core/parse-message.ts';

const SUBJECT = { kind: 'customer', id: 'cus_a', because: 'event', occasion: 'evt_1' };

describe('a message of the customers queue', () => {
  it('is the subject that was sent', () => {
    const strays = [{ repository: 'acme/app', account: '111122223333' }];
    expect(parseSubject(JSON.stringify(SUBJECT))).toEqual(SUBJECT);
    expect(parseSubject(JSON.stringify({ ...SUBJECT, strays }))).toEqual({ ...SUBJECT, strays });
  });

  it('leaves out what is no pair, and fields that nobody asked for', () => {
    const text = JSON.stringify({
      ...SUBJECT,
      email: 'a@b.c',
      strays: [{ repository: 'acme/app' }, 7],
    });
    expect(parseSubject(text)).toEqual(SUBJECT);
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '"cus_a"'],
    ['null', 'null'],
    ['of no kind', JSON.stringify({ ...SUBJECT, kind: 'invoice' })],
    ['without an id', JSON.stringify({ ...SUBJECT, id: '' })],
    ['for no reason', JSON.stringify({ ...SUBJECT, because: 'whim' })],
    ['without an occasion', JSON.stringify({ ...SUBJECT, occasion: undefined })],
  ])('is none when it is %s', (_what, text) => {
    expect(parseSubject(text)).toBeUndefined();
  });
});

describe('a message of the policies queue', () => {
  it('names a repository and an occasion', () => {
    const message = { repository: 'acme/app', occasion: 'acme/app:sweep:1' };
    expect(parsePolicyMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each(['[]', '{"repository":"acme/app"}', '{"occasion":"x"}'])('is not %s', (text) => {
    expect(parsePolicyMessage(text)).toBeUndefined();
  });
});
