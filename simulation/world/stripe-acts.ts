import { eventObject } from '../../local/stripe/events.ts';
import type { EventRecord } from '../../local/stripe/state.ts';
import type { StripeAct } from '../plan/plan.ts';
import { handMade } from './hand-delivery.ts';
import type { SimStripe } from './stripe.ts';

/** Does it, or answers why it cannot be done now: a plan may ask for what has become impossible. */
export const doStripeAct = (
  stripe: SimStripe,
  names: Map<string, string>,
  act: StripeAct,
  now: number,
): string | undefined => {
  try {
    perform({ stripe, names, now }, act);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    stripe.catchUp();
  }
};

type Place = {
  readonly stripe: SimStripe;
  /** Subscription ids by the plan's names. */
  readonly names: Map<string, string>;
  readonly now: number;
};

type Of<Does extends StripeAct['does']> = Extract<StripeAct, { readonly does: Does }>;
type Acts = { readonly [Does in StripeAct['does']]: (place: Place, act: Of<Does>) => void };

const perform = <Does extends StripeAct['does']>(place: Place, act: Of<Does>): void =>
  (ACTS[act.does] as Acts[Does])(place, act);

const idOf = ({ names }: Place, name: string): string => {
  const id = names.get(name);
  if (id === undefined) throw new Error(`there is no subscription '${name}'`);
  return id;
};

const chargeOf = ({ stripe }: Place, customer: string): string => {
  const charges = Object.values(stripe.state.charges);
  const charge = charges.findLast(
    (each) => each.customerId === customer && each.status === 'succeeded',
  );
  if (charge === undefined) throw new Error(`customer '${customer}' has paid nothing`);
  return charge.id;
};

const ACTS: Acts = {
  create_customer: ({ stripe }, { customer, email, accounts }) =>
    void stripe.acts.createCustomer({
      id: customer,
      ...(email === undefined ? {} : { email }),
      ...(accounts === undefined ? {} : { metadata: { aws_account_ids: accounts } }),
    }),
  set_accounts: ({ stripe }, { customer, accounts }) =>
    stripe.acts.updateCustomer(customer, { metadata: { aws_account_ids: accounts } }),
  delete_customer: ({ stripe }, { customer }) => stripe.acts.deleteCustomer(customer),
  set_payment: ({ stripe }, { customer, payment }) => stripe.acts.setPayment(customer, payment),
  subscribe: ({ stripe, names }, { who: _who, does: _does, subscription, ...request }) => {
    names.set(subscription, stripe.acts.subscribe(request));
  },
  add_item: (place, { subscription, product, quantity = 1, interval = 'month' }) =>
    void place.stripe.acts.addItem(idOf(place, subscription), {
      productId: product,
      quantity,
      interval,
    }),
  remove_item: (place, { subscription, product }) => {
    const { stripe } = place;
    const { items } = stripe.state.subscriptions[idOf(place, subscription)] ?? { items: [] };
    const item = items.find(({ priceId }) => stripe.state.prices[priceId]?.productId === product);
    if (item === undefined) throw new Error(`'${subscription}' has no item of ${product}`);
    stripe.acts.removeItem(idOf(place, subscription), item.id);
  },
  change_plan: (place, { subscription, products, behavior, payment }) =>
    place.stripe.acts.changePlan(idOf(place, subscription), products, {
      ...(behavior === undefined ? {} : { behavior }),
      ...(payment === undefined ? {} : { payment }),
    }),
  cancel_now: (place, { subscription }) => place.stripe.acts.cancelNow(idOf(place, subscription)),
  undo_cancel: (place, { subscription }) => place.stripe.acts.undoCancel(idOf(place, subscription)),
  pause: (place, { subscription }) => place.stripe.acts.pause(idOf(place, subscription)),
  end_trial: (place, { subscription }) => place.stripe.acts.endTrial(idOf(place, subscription)),
  cancel_at_period_end: (place, { subscription, how }) =>
    place.stripe.acts.cancelAtPeriodEnd(idOf(place, subscription), how),
  cancel_at: (place, { subscription, afterSeconds }) =>
    place.stripe.acts.cancelAt(idOf(place, subscription), place.now + afterSeconds),
  resume: (place, { subscription, behavior, payment }) =>
    place.stripe.acts.resume(idOf(place, subscription), behavior, payment),
  pause_collection: (place, { subscription, behavior }) =>
    place.stripe.acts.pauseCollection(idOf(place, subscription), behavior),
  extend_trial: (place, { subscription, days }) =>
    place.stripe.acts.extendTrial(idOf(place, subscription), days),
  schedule_phase: (place, { subscription, afterSeconds, products }) =>
    void place.stripe.acts.schedulePhase(idOf(place, subscription), {
      at: place.now + afterSeconds,
      products,
    }),
  end_schedule: (place, { subscription, how }) =>
    place.stripe.acts.endSchedule(idOf(place, subscription), how),
  pay: (place, { subscription }) => place.stripe.acts.pay(idOf(place, subscription)),
  pay_out_of_band: (place, { subscription }) =>
    place.stripe.acts.payOutOfBand(idOf(place, subscription)),
  forgive: (place, { subscription }) => place.stripe.acts.forgive(idOf(place, subscription)),
  void_latest: (place, { subscription }) => place.stripe.acts.voidLatest(idOf(place, subscription)),
  dispute: (place, { customer }) => void place.stripe.acts.dispute(chargeOf(place, customer)),
  close_dispute: ({ stripe }, { how }) => {
    const dispute = Object.values(stripe.state.disputes).at(-1);
    if (dispute === undefined) throw new Error('nothing was disputed');
    stripe.acts.closeDispute(dispute.id, how);
  },
  refund: (place, { customer, amount }) =>
    void place.stripe.acts.refund(chargeOf(place, customer), amount),
  set_status: (place, { subscription, status }) =>
    place.stripe.acts.setStatus(idOf(place, subscription), status),
  patch: (place, { object, fields }) =>
    place.stripe.acts.patch(place.names.get(object) ?? object, fields),
  create_product: ({ stripe }, { product, unitAmount }) =>
    void stripe.acts.createProduct({
      id: product,
      name: product,
      ...(unitAmount === undefined ? {} : { unitAmount }),
    }),
  archive_product: ({ stripe }, { product }) => stripe.acts.archiveProduct(product),
  set_dunning: ({ stripe }, { dunning }) => stripe.acts.setDunning(dunning),
  set_cancel_on_dispute: ({ stripe }, { isOn }) => stripe.acts.setCancelOnDispute(isOn),
  show_before_basil: (place, { subscription }) => {
    const { acts, state } = place.stripe;
    const id = idOf(place, subscription);
    const items = state.subscriptions[id]?.items ?? [];
    for (const { id: itemId } of items) {
      acts.patch(itemId, { current_period_end: null, current_period_start: null });
    }
    const [first] = items;
    if (first === undefined) return;
    acts.patch(id, {
      current_period_end: first.periodEnd,
      current_period_start: first.periodStart,
    });
  },
  resend: ({ stripe }, { type }) => stripe.resend(lastEvent(stripe, type).id),
  deliver: ({ stripe, now }, { who: _who, does: _does, type, ...delivery }) => {
    const { body, header } = handMade(eventObject(stripe.state, lastEvent(stripe, type)), {
      delivery,
      secrets: stripe.secrets,
      now,
    });
    void stripe.deliver(body, header);
  },
  rotate_webhook_secret: ({ stripe: { secrets } }) => {
    secrets.previous = secrets.current;
    secrets.current = `whsec_rotated_${secrets.previous}`;
  },
  drop_previous_secret: ({ stripe: { secrets } }) => {
    secrets.dropped = secrets.previous;
    delete secrets.previous;
  },
};

const lastEvent = ({ state }: SimStripe, type: string): EventRecord => {
  const event = state.events.findLast((each) => each.type === type);
  if (event === undefined) throw new Error(`there was no event ${type} yet`);
  return event;
};
