/** Stripe's objects as they come off the wire, with the fields that matter to us. 2025-11-21 00:00 UTC is `NOW`. */
export const NOW = 1_763_683_200;
const DAY = 86_400;

export const invoiceObject = (fields: object = {}) => ({
  id: 'in_1',
  object: 'invoice',
  status: 'paid',
  total: 1_000,
  created: NOW - DAY,
  due_date: null,
  livemode: true,
  ...fields,
});

export const itemObject = (fields: object = {}) => ({
  id: 'si_1',
  object: 'subscription_item',
  current_period_end: NOW + 29 * DAY,
  price: { id: 'price_1', object: 'price', product: 'prod_a' },
  ...fields,
});

export const subscriptionObject = (fields: object = {}) => ({
  id: 'sub_1',
  object: 'subscription',
  customer: 'cus_1',
  livemode: true,
  status: 'active',
  created: NOW - 2 * DAY,
  start_date: NOW - DAY,
  trial_end: null,
  cancel_at: null,
  cancel_at_period_end: false,
  pause_collection: null,
  collection_method: 'charge_automatically',
  latest_invoice: invoiceObject(),
  items: { object: 'list', data: [itemObject()], has_more: false },
  ...fields,
});

export const customerObject = (fields: object = {}) => ({
  id: 'cus_1',
  object: 'customer',
  livemode: true,
  email: 'canary@customer.example',
  metadata: {},
  ...fields,
});
