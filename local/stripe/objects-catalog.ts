import type Stripe from 'stripe';
import type { CustomerRecord, PriceRecord, ProductRecord, StripeState } from './state.ts';
import { recordOf } from './state.ts';

/** The SDK turns this field into a Decimal; on the wire it is text. */
type Decimals<T, Key extends keyof T> = Omit<T, Key> & { readonly [K in Key]: string };
export type WirePrice = Decimals<Stripe.Price, 'unit_amount_decimal'>;
export type WirePlan = Decimals<Stripe.Plan, 'amount_decimal'>;
export const customerObject = (
  state: StripeState,
  customer: CustomerRecord,
): Omit<Stripe.Customer, 'deleted'> => ({
  id: customer.id,
  object: 'customer',
  address: null,
  balance: 0,
  created: customer.created,
  currency: 'usd',
  customer_account: null,
  default_source: null,
  delinquent: false,
  description: null,
  discount: null,
  email: customer.email,
  invoice_prefix: customer.id.slice(-8),
  invoice_settings: {
    custom_fields: null,
    default_payment_method: customer.payment === 'none' ? null : `pm_${customer.id.slice(4)}`,
    footer: null,
    rendering_options: null,
  },
  livemode: state.livemode,
  metadata: customer.metadata,
  name: customer.name,
  phone: null,
  preferred_locales: [],
  shipping: null,
  tax_exempt: 'none',
  test_clock: null,
});

export const productObject = (state: StripeState, product: ProductRecord): Stripe.Product => ({
  id: product.id,
  object: 'product',
  active: product.active,
  created: product.created,
  default_price: null,
  description: null,
  images: [],
  livemode: state.livemode,
  marketing_features: [],
  metadata: {},
  name: product.name,
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: null,
  tax_details: null,
  type: 'service',
  unit_label: null,
  updated: product.updated,
  url: null,
});

export const priceObject = (state: StripeState, price: PriceRecord): WirePrice => {
  const { unitAmount } = recordOf(state.products, price.productId);
  return {
    id: price.id,
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: price.created,
    currency: 'usd',
    custom_unit_amount: null,
    livemode: state.livemode,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: price.productId,
    recurring: {
      interval: price.interval,
      interval_count: 1,
      meter: null,
      trial_period_days: null,
      usage_type: price.isMetered ? 'metered' : 'licensed',
    },
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'recurring',
    unit_amount: unitAmount,
    unit_amount_decimal: String(unitAmount),
  };
};

export const planObject = (state: StripeState, price: PriceRecord): WirePlan => {
  const { unitAmount } = recordOf(state.products, price.productId);
  return {
    id: price.id,
    object: 'plan',
    active: true,
    amount: unitAmount,
    amount_decimal: String(unitAmount),
    billing_scheme: 'per_unit',
    created: price.created,
    currency: 'usd',
    interval: price.interval,
    interval_count: 1,
    livemode: state.livemode,
    metadata: {},
    meter: null,
    nickname: null,
    product: price.productId,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: price.isMetered ? 'metered' : 'licensed',
  };
};
