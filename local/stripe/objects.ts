import { scheduleObject, subscriptionObject } from './objects-billing.ts';
import { customerObject, priceObject, productObject } from './objects-catalog.ts';
import {
  chargeObject,
  disputeObject,
  invoiceObject,
  invoicePaymentObject,
  refundObject,
} from './objects-payment.ts';
import type { StripeState } from './state.ts';

/** An object as it goes over the wire. */
export type StripeObject = Record<string, unknown>;

/** A table of the state and how one of its records looks to the outside. */
const tableOf =
  <T>(
    pick: (state: StripeState) => Record<string, T>,
    render: (state: StripeState, record: T) => object,
  ) =>
  (state: StripeState, id: string): StripeObject | undefined => {
    const record = pick(state)[id];
    if (record === undefined) return undefined;
    return Object.assign(render(state, record), state.patches[id]);
  };

const BY_PREFIX: Readonly<
  Record<string, (state: StripeState, id: string) => StripeObject | undefined>
> = {
  cus: tableOf((state) => state.customers, customerObject),
  prod: tableOf((state) => state.products, productObject),
  price: tableOf((state) => state.prices, priceObject),
  sub: tableOf((state) => state.subscriptions, subscriptionObject),
  in: tableOf((state) => state.invoices, invoiceObject),
  ch: tableOf((state) => state.charges, chargeObject),
  inpay: tableOf((state) => state.invoicePayments, invoicePaymentObject),
  du: tableOf((state) => state.disputes, disputeObject),
  re: tableOf((state) => state.refunds, refundObject),
  sub_sched: tableOf((state) => state.schedules, scheduleObject),
};

const PREFIX = /^(sub_sched|[a-z]+)_/;

/** Any object by its id, a deleted customer in full: that is how events show it. */
export const findObject = (state: StripeState, id: string): StripeObject | undefined =>
  BY_PREFIX[PREFIX.exec(id)?.[1] ?? '']?.(state, id);

/** As reading it answers: of a deleted customer little is left. */
export const findAnswer = (state: StripeState, id: string): StripeObject | undefined =>
  state.customers[id]?.deleted === true
    ? { id, object: 'customer', deleted: true }
    : findObject(state, id);
