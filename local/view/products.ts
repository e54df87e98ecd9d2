import type { Catalog } from '../../functions/core/catalog.ts';
import { offerOfProduct } from '../../functions/core/offers.ts';
import type { StripeState } from '../stripe/state.ts';

export type ProductView = {
  readonly productId: string;
  readonly name: string;
  /** The offer that it opens; `null` when the catalog has none. */
  readonly offerId: string | null;
  /** In cents. */
  readonly unitAmount: number | null;
};

/** What can be sold: Stripe's products, or the catalog's where Stripe's are not here to look at. */
export const productsOf = (
  catalog: Catalog,
  stripe: Pick<StripeState, 'products'> | undefined,
): readonly ProductView[] =>
  stripe === undefined
    ? Object.entries(catalog.offers).flatMap(([offerId, { products }]) =>
        products.map((productId) => ({ productId, name: productId, offerId, unitAmount: null })),
      )
    : Object.values(stripe.products)
        .filter(({ active }) => active)
        .map(({ id, name, unitAmount }) => ({
          productId: id,
          name,
          offerId: offerOfProduct(catalog, id)?.[0] ?? null,
          unitAmount,
        }));
