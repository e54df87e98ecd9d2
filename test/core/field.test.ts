import { describe, expect, it } from 'vitest';
import { fieldOf, referenceOf, textField } from '../../functions/core/field.ts';

describe('reading what somebody else sent', () => {
  it.each([undefined, null, 7, 'text', true])('%s has no fields', (value) => {
    expect(fieldOf(value, 'length')).toBeUndefined();
  });

  it('takes only what the object has itself', () => {
    const polluted: unknown = JSON.parse('{"__proto__":{"customer":"cus_1"}}');
    expect(fieldOf(polluted, 'customer')).toBeUndefined();
    expect(fieldOf({}, 'toString')).toBeUndefined();
    expect(fieldOf({ customer: 'cus_1' }, 'customer')).toBe('cus_1');
  });

  it.each([
    ['cus_1', 'cus_1'],
    ['', undefined],
    [7, undefined],
    [undefined, undefined],
  ])('the text in a field that holds %j is %j', (customer, text) => {
    expect(textField({ customer }, 'customer')).toBe(text);
  });

  it.each([
    ['cus_1', 'cus_1'],
    [{ id: 'cus_1', object: 'customer' }, 'cus_1'],
    ['', undefined],
    [null, undefined],
    [{ id: 7 }, undefined],
  ])('%j refers to %j', (value, id) => {
    expect(referenceOf(value)).toBe(id);
  });
});
