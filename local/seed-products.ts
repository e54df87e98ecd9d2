import type { Catalog } from '../functions/core/catalog.ts';
import type { StripeWorld } from './stripe/world.ts';

const CENTS = 5_000;

/** A product in Stripe for each one that the catalog names, so that there is something to subscribe to. */
export const seedProducts = (
  world: Pick<StripeWorld, 'productIds' | 'createProduct'>,
  { offers }: Catalog,
): void => {
  const known = new Set(world.productIds());
  for (const [index, { products }] of Object.values(offers).entries()) {
    for (const id of products.filter((product) => !known.has(product))) {
      world.createProduct({ id, name: nameOf(id), unitAmount: (index + 1) * CENTS });
    }
  }
};

/** `prod_pro_yearly` is sold as "Pro yearly". */
const nameOf = (productId: string): string => {
  const words = productId.replace(/^prod_/, '').replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};
