import { badParameter, type StripeFailure } from './errors.ts';
import { findAnswer, type StripeObject } from './objects.ts';
import type { StripeState } from './state.ts';

/** Fields that hold an id and can be asked for whole, by the object that has them. */
const EXPANDABLE = new Set([
  'charge.customer',
  'dispute.charge',
  'invoice.customer',
  'invoice.parent.subscription_details.subscription',
  'invoice_payment.invoice',
  'price.product',
  'subscription.customer',
  'subscription.latest_invoice',
  'subscription.schedule',
]);

/** Lists that an object has only when they are asked for. */
const LISTS: Readonly<Record<string, (state: StripeState, id: string) => readonly string[]>> = {
  'charge.refunds': ({ refunds }, id) =>
    Object.values(refunds)
      .filter(({ chargeId }) => chargeId === id)
      .map((refund) => refund.id),
  'customer.subscriptions': ({ customers, subscriptions }, id) =>
    (customers[id]?.subscriptionIds ?? []).filter(
      (subscriptionId) => subscriptions[subscriptionId]?.status !== 'canceled',
    ),
  'invoice.payments': ({ invoicePayments }, id) =>
    Object.values(invoicePayments)
      .filter(({ invoiceId }) => invoiceId === id)
      .map((payment) => payment.id),
};

const EMBEDDED_MAX = 10;

/** Replaces the id at the end of a path such as `data.latest_invoice` by its object, everywhere in the answer. */
export const expand = (
  state: StripeState,
  answer: StripeObject,
  path: string,
): StripeFailure | undefined => {
  const expandAt = (node: StripeObject, owner: string, keys: readonly string[]): boolean => {
    const [key, ...rest] = keys;
    if (key === undefined) return true;
    const place = typeof node.object === 'string' ? node.object : owner;
    const name = `${place}.${key}`;
    fill(state, node, { key, name });
    const value = node[key];
    // A list is walked through whoever is in it; one that is empty expands to nothing.
    if (Array.isArray(value)) return value.every((one: StripeObject) => expandAt(one, name, rest));
    if (value === null) return true;
    return isObject(value) && expandAt(value, name, rest);
  };
  return expandAt(answer, '', path.split('.'))
    ? undefined
    : badParameter('expand', `This property cannot be expanded (${path}).`);
};

const isObject = (value: unknown): value is StripeObject =>
  typeof value === 'object' && value !== null;

const fill = (
  state: StripeState,
  node: StripeObject,
  { key, name }: { readonly key: string; readonly name: string },
): void => {
  const value = node[key];
  if (typeof value === 'string' && EXPANDABLE.has(name)) {
    node[key] = findAnswer(state, value) ?? value;
  }
  const ids = value === undefined ? LISTS[name]?.(state, String(node.id)) : undefined;
  if (ids !== undefined) {
    node[key] = {
      object: 'list',
      data: ids.slice(0, EMBEDDED_MAX).map((id) => findAnswer(state, id)),
      has_more: ids.length > EMBEDDED_MAX,
      url: `/v1/${key}`,
    };
  }
};
