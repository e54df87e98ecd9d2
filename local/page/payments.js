import { button, h } from './dom.js';
import { moneyText, timeText } from './words.js';

/** What was charged, and what the cardholder or the vendor can do about it. */
export const payments = ({ customer }, act) => {
  const stripe = customer?.stripe ?? null;
  if (stripe === null || stripe.payments.length === 0) return [];
  return h(
    'details',
    { 'data-open-key': 'payments', class: 'part' },
    h('summary', { 'data-focus': 'payments' }, `Payments (${stripe.payments.length})`),
    h(
      'ul',
      { class: 'rows' },
      stripe.payments.map((one) => payment(one, stripe.openDisputes, act)),
    ),
  );
};

const payment = (one, openDisputes, act) => {
  const dispute = openDisputes.find(({ chargeId }) => chargeId === one.chargeId);
  const isWhole = one.status === 'succeeded' && one.amountRefunded < one.amount;
  return h(
    'li',
    { class: 'line payment' },
    h(
      'span',
      { 'data-key': one.chargeId },
      `${moneyText(one.amount)}, ${one.status}${one.amountRefunded > 0 ? ', refunded' : ''}${one.disputed ? ', disputed' : ''}`,
    ),
    h('span', { class: 'quiet small' }, timeText(one.at)),
    h(
      'span',
      { class: 'buttons push' },
      isWhole && !one.disputed
        ? button('Dispute', () => act({ act: 'dispute', charge: one.chargeId }), {
            focus: `${one.chargeId} dispute`,
          })
        : null,
      isWhole
        ? button('Refund', () => act({ act: 'refund', charge: one.chargeId }), {
            focus: `${one.chargeId} refund`,
          })
        : null,
      dispute === undefined
        ? null
        : button('Vendor wins', () =>
            act({ act: 'close_dispute', dispute: dispute.disputeId, how: 'won' }),
          ),
      dispute === undefined
        ? null
        : button('Vendor loses', () =>
            act({ act: 'close_dispute', dispute: dispute.disputeId, how: 'lost' }),
          ),
    ),
  );
};
