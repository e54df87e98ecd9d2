import type { Payment } from '../stripe/state.ts';
import { ACCOUNTS_KEY } from '../view/stripe-side.ts';
import type { StripeAct } from './acts.ts';
import { BadInput } from './bad-input.ts';
import type { Input } from './input.ts';

export const PAYMENTS = [
  'ok',
  'fails',
  'delayed',
  'delayed_then_fails',
  'none',
] as const satisfies readonly Payment[];

const CUSTOMERS_MAX = 200;
const NAME = { min: 1, max: 80 };
const ACCOUNTS = { min: 0, max: 500 };

type World = Parameters<StripeAct>[1]['world'];

export const customerOf = (input: Input, world: World): string =>
  input.id('customer', world.customerIds(), 'a customer of this page');

export const CUSTOMER_ACTS = {
  create_customer: (input, { world }) => {
    const name = input.text('name', NAME);
    const accounts = input.optionalText('accounts', ACCOUNTS) ?? '';
    input.end();
    if (world.customerIds().length >= CUSTOMERS_MAX) {
      throw new BadInput(`there are ${CUSTOMERS_MAX} customers, and more are not allowed here`);
    }
    const metadata = accounts === '' ? {} : { [ACCOUNTS_KEY]: accounts };
    return { id: world.createCustomer({ name, email: emailOf(name), metadata }) };
  },
  set_accounts: (input, { world }) => {
    const customer = customerOf(input, world);
    const accounts = input.text('accounts', ACCOUNTS);
    input.end();
    world.updateCustomer(customer, { metadata: { [ACCOUNTS_KEY]: accounts } });
    return {};
  },
  set_payment: (input, { world }) => {
    const customer = customerOf(input, world);
    const payment = input.choice('payment', PAYMENTS);
    input.end();
    world.setPayment(customer, payment);
    return {};
  },
  delete_customer: (input, { world }) => {
    const customer = customerOf(input, world);
    input.end();
    world.deleteCustomer(customer);
    return {};
  },
} as const satisfies Readonly<Record<string, StripeAct>>;

const emailOf = (name: string): string => {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ['customer'];
  return `${words.join('.')}@example.com`;
};
