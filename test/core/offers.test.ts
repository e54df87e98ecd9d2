import { expect, it } from 'vitest';
import { offerOf, offerOfProduct } from '../../functions/core/offers.ts';
import { catalog, offer } from '../support/builders.ts';

it('finds the offer that a product opens', () => {
  expect(offerOfProduct(catalog(), 'prod_tools')).toStrictEqual(['tools', offer('tools')]);
  expect(offerOfProduct(catalog(), 'prod_stranger')).toBeUndefined();
});

it.each(['stranger', '__proto__', 'constructor', 'toString'])('has no offer %s', (offerId) => {
  expect(offerOf(catalog(), offerId)).toBeUndefined();
});

it('finds an offer by its id', () => {
  expect(offerOf(catalog(), 'app')).toStrictEqual(offer('app'));
});
