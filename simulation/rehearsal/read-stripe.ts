import { accounts, customer, newCustomer, newProduct, product, subscription } from './names.ts';
import { SUBSCRIPTIONS } from './read-subscriptions.ts';
import {
  choice,
  given,
  json,
  list,
  map,
  needed,
  nothing,
  number,
  object,
  optional,
  orObject,
  type Reader,
  text,
  truth,
} from './readers.ts';
import type { Step } from './rehearsal.ts';
import { about, payment, step } from './stripe-step.ts';

/* What else becomes true in Stripe: one reader for each key of the timeline. */

const email = text(/^[^\s@]{1,100}@[^\s@]{1,100}$/, 'an e-mail address is needed');

type NewCustomer = {
  readonly customer: string;
  readonly email?: string;
  readonly aws_account_ids?: string;
};

const CUSTOMERS = {
  create_customer: map(
    orObject<NewCustomer>(
      map(newCustomer, (name) => ({ customer: name })),
      object({
        customer: needed(newCustomer),
        email: optional(email),
        aws_account_ids: optional(accounts),
      }),
    ),
    (read) =>
      step({
        does: 'create_customer',
        customer: read.customer,
        ...given({ email: read.email, accounts: read.aws_account_ids }),
      }),
  ),
  update_customer: map(
    object({ customer: needed(customer), aws_account_ids: needed(accounts) }),
    (read) =>
      step({ does: 'set_accounts', customer: read.customer, accounts: read.aws_account_ids }),
  ),
  delete_customer: map(customer, (name) => step({ does: 'delete_customer', customer: name })),
  set_payment: map(object({ customer: needed(customer), payment: needed(payment) }), (read) =>
    step({ does: 'set_payment', ...read }),
  ),
} as const;

const PRODUCTS = {
  create_product: map(
    object({ product: needed(newProduct), unit_amount: optional(number(0, 99_999_999)) }),
    (read) =>
      step({
        does: 'create_product',
        product: read.product,
        ...given({ unitAmount: read.unit_amount }),
      }),
  ),
  archive_product: map(product, (id) => step({ does: 'archive_product', product: id })),
} as const;

const cents = number(1, 99_999_999);

const amount: Reader<number | 'full'> = {
  allowed: 'full, or a whole number of cents, is needed',
  words: ['full'],
  read: (place) => (Object(place.node).value === 'full' ? 'full' : cents.read(place)),
};

const MONEY = {
  pay: about('pay'),
  pay_out_of_band: about('pay_out_of_band'),
  mark_uncollectible: about('forgive'),
  void_invoice: about('void_latest'),
  dispute: map(customer, (name) => step({ does: 'dispute', customer: name })),
  close_dispute: map(choice(['won', 'lost']), (how) => step({ does: 'close_dispute', how })),
  refund: map(
    object({
      customer: needed(customer),
      amount: needed(amount),
    }),
    (read) => step({ does: 'refund', ...read }),
  ),
} as const;

const SETTINGS = {
  dunning: map(
    object({
      retry_days: optional(list(number(0, 365), 0, 20)),
      end: optional(choice(['canceled', 'past_due', 'paused', 'unpaid'])),
      on_first_failure: optional(choice(['past_due', 'paused'])),
    }),
    (read) => {
      const retryDays = read.retry_days === undefined ? undefined : [...read.retry_days];
      const { end, on_first_failure: onFirstFailure } = read;
      return step({ does: 'set_dunning', dunning: given({ retryDays, end, onFirstFailure }) });
    },
  ),
  cancel_on_dispute: map(truth, (isOn) => step({ does: 'set_cancel_on_dispute', isOn })),
} as const;

const BY_HAND = {
  set_status: map(
    object({
      subscription: needed(subscription),
      status: needed(text(/^[a-z_]{1,40}$/, 'a status as Stripe’s API spells it is needed')),
    }),
    (read) => step({ does: 'set_status', ...read }),
  ),
  set_fields: map(
    object({ subscription: needed(subscription), fields: needed(json) }),
    ({ subscription: name, fields }) =>
      step({
        does: 'patch',
        object: name,
        fields: fields as Readonly<Record<string, unknown>> | null,
      }),
  ),
  show_before_basil: about('show_before_basil'),
  rotate_webhook_secret: map(nothing, () => step({ does: 'rotate_webhook_secret' })),
  drop_previous_secret: map(nothing, () => step({ does: 'drop_previous_secret' })),
} as const;

export const STRIPE = {
  ...CUSTOMERS,
  ...PRODUCTS,
  ...SUBSCRIPTIONS,
  ...MONEY,
  ...SETTINGS,
  ...BY_HAND,
} as const satisfies Readonly<Record<string, Reader<Step>>>;
