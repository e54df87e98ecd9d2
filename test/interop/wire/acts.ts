import type { StripeState } from '../../../local/stripe/state.ts';
import { draw, pick } from './seed.ts';
import type { World } from './world.ts';

const ACCOUNTS_EACH = 3;
const PRODUCTS = [['prod_app'], ['prod_tools'], ['prod_app', 'prod_tools']] as const;

/** Accounts are nobody else's: whom a policy lets in says who pays. */
const accountOf = (customer: number, which: number): string =>
  String(100_000_000_000 + customer * 1_000 + which);

const someAccounts = (customer: number, drawn: number): string => {
  const mask = 1 + Math.floor(drawn * (2 ** ACCOUNTS_EACH - 1));
  return Array.from({ length: ACCOUNTS_EACH }, (_, which) => which)
    .filter((which) => (mask & (1 << which)) !== 0)
    .map((which) => accountOf(customer, which))
    .join(',');
};

/** `count` customers; nobody ever collects a payment from the last one, who subscribes like the others. */
export const customersIn = ({ stripe }: World, who: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => {
    const customer = stripe.world.createCustomer({
      id: `cus_${who}${index}`,
      metadata: { aws_account_ids: someAccounts(index, draw('accounts', who, index)) },
    });
    if (index === count - 1) stripe.world.setPayment(customer, 'fails');
    return customer;
  });

const liveOf = (state: StripeState, customer: string): readonly string[] =>
  Object.values(state.subscriptions)
    .filter(({ customerId, status }) => customerId === customer && status === 'active')
    .map(({ id }) => id);

/** One thing that a customer or the vendor does, drawn from the seed. Answers what it was. */
export const act = (
  { stripe, guard }: World,
  customers: readonly string[],
  about: readonly [who: string, turn: number],
): string => {
  const index = Math.floor(draw('customer', ...about) * customers.length);
  const customer = customers[index] ?? '';
  const state = stripe.snapshot();
  if (state.customers[customer]?.deleted) return `${customer} is deleted`;
  const [subscription] = liveOf(state, customer);
  const drawn = draw('act', ...about);
  const done = (what: string): string => {
    guard.note();
    return `${customer} ${what}`;
  };
  if (subscription === undefined || drawn < 0.15) {
    const products = pick(PRODUCTS, draw('product', ...about));
    stripe.world.subscribe({ customer, products });
    return done(`subscribes to ${products.join(' and ')}`);
  }
  if (drawn < 0.55) {
    stripe.world.cancelNow(subscription);
    return done('cancels');
  }
  if (drawn < 0.6) {
    stripe.world.deleteCustomer(customer);
    return done('is deleted');
  }
  const accounts = someAccounts(index, draw('accounts', ...about));
  stripe.world.updateCustomer(customer, { metadata: { aws_account_ids: accounts } });
  return done(`has accounts ${accounts}`);
};
