import { button, chip, empty, h } from './dom.js';
import { dateText, durationText, moneyText, PAYMENTS, STATUS_KIND, statusText } from './words.js';

/** The list on the left: who there is, and whether they may pull. */
export const customerList = ({ customers, selected }, select) =>
  customers.length === 0
    ? empty('Nobody yet. Create a customer, then subscribe it to a product.')
    : h(
        'ul',
        { class: 'rows' },
        customers.map((row) =>
          h(
            'li',
            {},
            h(
              'button',
              {
                type: 'button',
                class: 'row',
                'aria-pressed': row.customerId === selected ? 'true' : 'false',
                'data-focus': row.customerId,
                on: { click: () => select(row.customerId) },
              },
              h('span', { class: 'name' }, row.name),
              h('span', { 'data-key': row.customerId }, accessChip(row)),
            ),
          ),
        ),
      );

const accessChip = ({ isDeleted, access }) => {
  if (access.isOpen) return chip('good', `until ${dateText(access.until)}`);
  return chip('off', isDeleted ? 'deleted' : 'no access');
};

/** The selected customer as Stripe has it. */
export const stripeSide = ({ customer, products, now }, act) => {
  if (customer === null) return empty('Choose a customer, or create one.');
  const { stripe } = customer;
  if (stripe === null)
    return empty('With Stripe’s real test mode, the customer is in Stripe’s Dashboard.');
  return [
    h(
      'p',
      { class: 'who' },
      h('strong', {}, stripe.name),
      h('code', { class: 'quiet' }, stripe.customerId),
      stripe.isDeleted ? chip('off', 'deleted') : null,
    ),
    stripe.isDeleted ? null : paymentChoice(stripe, act),
    stripe.subscriptions.length === 0 && !stripe.isDeleted
      ? empty('No subscription yet. Subscribe below.')
      : h(
          'ul',
          { class: 'cards' },
          stripe.subscriptions.map((one) => subscription(one, { products, now, act })),
        ),
  ].filter((each) => each !== null);
};

const paymentChoice = ({ customerId, payment }, act) =>
  h(
    'label',
    { class: 'line' },
    'Payments from now on',
    h(
      'select',
      {
        'data-focus': 'payment',
        'aria-label': 'How payments go from now on',
        on: {
          change: ({ target }) =>
            act({ act: 'set_payment', customer: customerId, payment: target.value }),
        },
      },
      Object.entries(PAYMENTS).map(([value, text]) =>
        h('option', { value, selected: value === payment }, text),
      ),
    ),
  );

const subscription = (one, { products, now, act }) =>
  h(
    'li',
    { class: 'sub' },
    h(
      'div',
      { class: 'line' },
      h('strong', {}, one.products.map(({ name }) => name).join(' + ')),
      h('span', { class: 'quiet' }, one.interval === 'year' ? 'yearly' : 'monthly'),
      h(
        'span',
        { class: 'push', 'data-key': `${one.subscriptionId} status` },
        chip(STATUS_KIND[one.status] ?? 'off', statusText(one.status)),
      ),
    ),
    h('p', { class: 'quiet small', 'data-key': `${one.subscriptionId} dates` }, datesText(one)),
    one.latestInvoice === null
      ? null
      : h(
          'p',
          { class: 'quiet small', 'data-key': `${one.subscriptionId} invoice` },
          invoiceText(one.latestInvoice, now),
        ),
    h(
      'div',
      { class: 'buttons' },
      one.acts.filter((name) => LABELS[name]).map((name) => subscriptionButton(one, name, act)),
    ),
    one.acts.includes('change_plan') ? planForm(one, products, act) : null,
  );

const datesText = (one) =>
  [
    one.trialEndsAt === null ? null : `trial until ${dateText(one.trialEndsAt)}`,
    one.trialEndsAt === null && one.acts.length > 0 && one.status !== 'paused'
      ? `period ends ${dateText(one.periodEndAt)}`
      : null,
    one.cancelAt === null || one.acts.length === 0 ? null : `cancels ${dateText(one.cancelAt)}`,
    one.pauseCollection === null ? null : `collection paused (${statusText(one.pauseCollection)})`,
    one.subscriptionId,
  ]
    .filter((text) => text !== null)
    .join(' · ');

const invoiceText = ({ status, total, nextAttemptAt, settlesAt }, now) => {
  const next = nextAttemptAt === null ? '' : `, next try in ${durationText(nextAttemptAt - now)}`;
  const settles = settlesAt === null ? '' : `, the bank answers ${dateText(settlesAt)}`;
  return `Latest invoice: ${status}, ${moneyText(total)}${next}${settles}`;
};

const LABELS = {
  pay: 'Pay open invoice',
  pause: 'Pause',
  resume: 'Resume',
  pause_collection: 'Pause collection',
  resume_collection: 'Resume collection',
  cancel_at_period_end: 'Cancel at period end',
  undo_cancel: 'Undo cancel',
  cancel_now: 'Cancel now',
};

const BODIES = {
  pause_collection: { act: 'pause_collection', behavior: 'void' },
  resume_collection: { act: 'pause_collection', behavior: 'none' },
};

const subscriptionButton = ({ subscriptionId }, name, act) =>
  button(LABELS[name], () => act({ act: name, ...BODIES[name], subscription: subscriptionId }), {
    focus: `${subscriptionId} ${name}`,
    class: name === 'pay' ? 'main' : undefined,
  });

const planForm = ({ subscriptionId, products: current, interval }, products, act) => {
  const change = (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    act({
      act: 'change_plan',
      subscription: subscriptionId,
      product: form.get('product'),
      interval: form.get('interval'),
    });
  };
  return h(
    'details',
    { 'data-open-key': subscriptionId },
    h('summary', { 'data-focus': `${subscriptionId} plan` }, 'Change plan'),
    h(
      'form',
      { class: 'form', on: { submit: change } },
      h(
        'label',
        { class: 'grow' },
        'Product',
        h(
          'select',
          { name: 'product' },
          products.map(({ productId, name }) =>
            h('option', { value: productId, selected: productId === current[0]?.productId }, name),
          ),
        ),
      ),
      h(
        'label',
        {},
        'Billed',
        h(
          'select',
          { name: 'interval' },
          h('option', { value: 'month', selected: interval === 'month' }, 'monthly'),
          h('option', { value: 'year', selected: interval === 'year' }, 'yearly'),
        ),
      ),
      h('button', {}, 'Change'),
    ),
  );
};
