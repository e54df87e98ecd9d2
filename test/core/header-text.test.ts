import fc from 'fast-check';
import { expect, it } from 'vitest';
import { headerText } from '../../functions/core/header-text.ts';

it.each([
  ['a quote', 'say "no"', "say 'no'"],
  ['a backslash', 'C:\\temp', 'C:?temp'],
  ['line breaks', 'one\r\nset-cookie: a\n\ttwo', 'one set-cookie: a two'],
  ['a dash that is not ASCII', 'ended – pay', 'ended ? pay'],
  ['an emoji', 'sorry 😢', 'sorry ??'],
  ['a control character', 'a\u0000b\u001b[31m', 'a?b?[31m'],
  ['an address', 'https://acme.example/renew?a=b&c=%20', 'https://acme.example/renew?a=b&c=%20'],
])('%s becomes what a header can hold', (_what, text, expected) => {
  expect(headerText(text, 100)).toBe(expected);
});

it('cuts what is too long', () => {
  expect(headerText('x'.repeat(2_048), 1_024)).toBe('x'.repeat(1_024));
});

it('leaves nothing that could end the quotes or the line, whatever is put in', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(0xff)).map((codes) => String.fromCharCode(...codes)),
      (text) => {
        expect(headerText(text, 40)).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]{0,40}$/);
      },
    ),
  );
});
