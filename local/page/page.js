import { showClock } from './clock.js';
import { copy, freshName, onSubmit, send } from './controls.js';
import { customerList, stripeSide } from './customer.js';
import { button, byId, h, render } from './dom.js';
import { deadPrincipals, events, log, queues } from './events.js';
import { payments } from './payments.js';
import { pulls } from './pulls.js';
import { audit, credentials } from './records.js';
import { repositories } from './repositories.js';
import { rights } from './rights.js';
import { PAYMENTS } from './words.js';

const POLL_MS = 1_000;
/** After an act the rest of the system needs a moment. */
const LOOKS_AFTER_ACT_MS = [60, 250, 600];

let selected = location.hash.slice(1);
let state;

const path = () =>
  selected === '' ? '/api/state' : `/api/state?customer=${encodeURIComponent(selected)}`;

const refresh = async () => {
  try {
    const asked = path();
    const response = await fetch(asked);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    byId('offline').hidden = true;
    if (asked === path()) show(answer);
  } catch {
    // The banner is the report: the next poll tries again.
    byId('offline').hidden = false;
  }
};

const poll = async () => {
  await refresh();
  setTimeout(() => void poll(), POLL_MS);
};

const refreshSoon = () => {
  for (const delay of LOOKS_AFTER_ACT_MS) setTimeout(() => void refresh(), delay);
};

const act = async (body) => {
  const answer = await send('/api/acts', body);
  refreshSoon();
  return answer;
};

const plan = async (body) => {
  await send('/api/deliveries', body);
  refreshSoon();
};

const move = async (body) => {
  await send('/api/clock', body);
  refreshSoon();
};

const select = (customerId) => {
  selected = customerId;
  history.replaceState(null, '', `#${customerId}`);
  void refresh();
};

const show = (next) => {
  state = next;
  const { customers, customer, products, now } = state;
  if (customer === null && customers[0] !== undefined) {
    select(customers[0].customerId);
    return;
  }
  showClock(state);
  showForms(state);
  render('customers', { customers, selected }, (data) => customerList(data, select));
  render('stripe', { customer, products, now: coarse(now) }, (data) => stripeSide(data, act));
  render('payments', { customer }, (data) => payments(data, act));
  render('leaving', leavingOf(customer), leaving);
  render(
    'events',
    { deliveries: state.deliveries, mode: state.mode, webhookUrl: state.webhookUrl },
    (data) => events(data, plan),
  );
  render('dead', { deadPrincipals: state.deadPrincipals }, deadPrincipals);
  render('rights', { customer, now: coarse(now) }, rights);
  render('credentials', { customer: credentialsOf(customer) }, (data) => credentials(data, copy));
  render('pulls', { pulls: customer?.pulls ?? null }, (data) => pulls(data, copy));
  render('audit', { customer: auditOf(customer) }, audit);
  render('repositories', { repositories: state.repositories, now: coarse(now) }, (data) =>
    repositories(data, act),
  );
  render('queues', { queues: state.queues }, queues);
  render('log', { log: state.log }, log);
};

/** Nothing on the page is worth drawing again every second. */
const coarse = (now) => now - (now % 60);

const credentialsOf = (customer) => ({
  wharfage: { credentials: customer?.wharfage?.credentials ?? [] },
});
const auditOf = (customer) => ({ wharfage: { audit: customer?.wharfage?.audit ?? [] } });

const leavingOf = (customer) =>
  customer?.stripe === null || customer?.stripe === undefined || customer.stripe.isDeleted
    ? null
    : customer.customerId;

/** Two clicks, since nothing brings a customer back. */
const leaving = (customerId) => {
  if (customerId === null) return [];
  const ask = ({ target }) =>
    target.replaceWith(
      button('Really delete', () => void act({ act: 'delete_customer', customer: customerId }), {
        class: 'danger',
      }),
    );
  return h('p', { class: 'line' }, button('Delete customer…', ask, { class: 'link' }));
};

/** Forms stay as they are while somebody fills them in; only what they are about changes. */
const showForms = ({ products, customer, customers, mode }) => {
  const isStandIn = mode === 'stand_in';
  byId('create').hidden = !isStandIn;
  byId('mishap').hidden = !isStandIn;
  const stripe = customer?.stripe ?? null;
  const isLive = stripe !== null && !stripe.isDeleted;
  byId('subscribe').hidden = !isLive;
  byId('accounts').hidden = !isLive;
  const { name } = byId('create').elements;
  const isTaken = customers.some((row) => row.name === name.value);
  if ((name.value === '' || isTaken) && document.activeElement !== name) {
    name.value = freshName(customers);
  }
  fill(
    byId('subscribe').elements.product,
    products.map(({ productId, name: text, offerId }) => [
      productId,
      offerId === null ? `${text} (not in the catalog)` : text,
    ]),
  );
  fill(byId('subscribe').elements.payment, Object.entries(PAYMENTS));
  showAccounts(customer?.customerId, stripe?.accountsText ?? '');
};

let accountsShown = '';

const showAccounts = (customerId, text) => {
  const key = JSON.stringify([customerId, text]);
  if (key === accountsShown) return;
  accountsShown = key;
  byId('accounts').elements.accounts.value = text;
};

const fill = (list, options) => {
  const key = JSON.stringify(options);
  if (list.dataset.options === key) return;
  list.dataset.options = key;
  list.replaceChildren(...options.map(([value, text]) => h('option', { value }, text)));
};

onSubmit('create', async ({ name, accounts }, form) => {
  const made = await act({
    act: 'create_customer',
    name,
    ...(accounts === '' ? {} : { accounts }),
  });
  if (made === undefined) return;
  form.reset();
  select(made.id);
});
onSubmit('subscribe', async ({ product, interval, trialDays, payment }, form) => {
  const trial = trialDays === '' ? {} : { trialDays: Number(trialDays) };
  const made = await act({
    act: 'subscribe',
    customer: selected,
    product,
    interval,
    payment,
    ...trial,
  });
  if (made !== undefined) form.reset();
});
onSubmit('accounts', ({ accounts }) => act({ act: 'set_accounts', customer: selected, accounts }));
onSubmit('mishap', ({ kind, count }) => plan({ act: 'plan', kind, count: Number(count) }));
onSubmit('account', ({ account, state: wanted }) =>
  act({ act: 'mark_account', account, state: wanted }),
);

byId('moves').addEventListener('click', ({ target }) => {
  const { seconds, to } = target.dataset;
  if (seconds !== undefined) void move({ seconds: Number(seconds) });
  else if (to !== undefined) void move({ to });
});

void poll();
