import type { Reactions } from '../core/catalog-change.ts';
import { fieldOf, referenceOf, textField } from '../core/field.ts';
import { concernOf, type Subscription } from '../core/subscription.ts';
import { DAY, type EpochSeconds } from '../core/time.ts';
import { StripeUnreadable } from './stripe-failure.ts';
import type { StripeReads } from './stripe-reads.ts';

type Found = Pick<Subscription, 'concern' | 'isUnseen'>;

type Question = {
  readonly customerId: string;
  readonly reactions: Reactions;
  readonly now: EpochSeconds;
  /** When the oldest invoice was made that somebody's access rests on. */
  readonly oldestInvoiceAt: EpochSeconds;
};

/** A payment with something amiss, for one invoice of one subscription. */
type Incident = {
  readonly subscriptionId: string;
  readonly invoiceId: string;
  readonly dispute: 'none' | 'open' | 'lost';
  /** What of the invoice's payment was given back by refunding its whole charge. */
  readonly refunded: number;
  readonly invoicePaid: number;
};

/** Disputes and refunds of older payments are no longer looked for, unless they paid for the present period. */
const CHARGES_DAYS = 180;
const CHARGE_PAGES_MAX = 20;
const PAGES_MAX = 5;
/** Newest first; each takes two more reads. */
const SUSPECTS_MAX = 25;

/** Which subscriptions have a dispute or a full refund, as far as a catalog reacts to it. */
export const readConcerns = async (
  reads: StripeReads,
  question: Question,
): Promise<(subscriptionId: string, latestInvoiceId: string | undefined) => Found> => {
  const { incidents, isComplete } = await readIncidents(reads, question);
  return (subscriptionId, latestInvoiceId) => {
    const own = incidents.filter((incident) => incident.subscriptionId === subscriptionId);
    const latest = own.filter(({ invoiceId }) => invoiceId === latestInvoiceId);
    // Disputes were only asked for if a catalog reacts to them.
    const isDisputed = own.some(isOpen) || latest.some(isLost);
    const isRefunded = question.reactions.toRefunds && isGivenBack(latest);
    const concern = concernOf(isDisputed, isRefunded);
    return isComplete ? { concern } : { concern, isUnseen: true };
  };
};

const isOpen = ({ dispute }: Incident): boolean => dispute === 'open';
const isLost = ({ dispute }: Incident): boolean => dispute === 'lost';

const isGivenBack = (incidents: readonly Incident[]): boolean => {
  const refunded = incidents.reduce((sum, incident) => sum + incident.refunded, 0);
  return refunded > 0 && incidents.every(({ invoicePaid }) => refunded >= invoicePaid);
};

/** Incomplete: something is empty that can hardly be, as a list that breaks in the middle is. */
type Incidents = { readonly incidents: readonly Incident[]; readonly isComplete: boolean };

const readIncidents = async (
  reads: StripeReads,
  { customerId, reactions, now, oldestInvoiceAt }: Question,
): Promise<Incidents> => {
  const charges = await reads.every(
    (stripe, page) =>
      stripe.charges.list({
        ...page,
        customer: customerId,
        created: { gte: Math.min(now - CHARGES_DAYS * DAY, oldestInvoiceAt) },
      }),
    CHARGE_PAGES_MAX,
  );
  const suspects = charges
    .map((charge) => parseCharge(reads.ours(charge)))
    .filter(
      ({ isDisputed, isRefunded }) =>
        (isDisputed && reactions.toDisputes) || (isRefunded && reactions.toRefunds),
    )
    .slice(0, SUSPECTS_MAX);
  const found: Incidents[] = [];
  for (const suspect of suspects) found.push(await readIncident(reads, suspect, reactions));
  return {
    incidents: found.flatMap(({ incidents }) => incidents),
    isComplete: charges.length > 0 && found.every(({ isComplete }) => isComplete),
  };
};

type Charge = {
  readonly chargeId: string;
  readonly paymentIntentId: string | undefined;
  readonly isDisputed: boolean;
  /** In full. */
  readonly isRefunded: boolean;
};

const parseCharge = (value: unknown): Charge => {
  const chargeId = textField(value, 'id');
  const isDisputed = fieldOf(value, 'disputed');
  const isRefunded = fieldOf(value, 'refunded');
  if (
    chargeId === undefined ||
    typeof isDisputed !== 'boolean' ||
    typeof isRefunded !== 'boolean'
  ) {
    throw new StripeUnreadable('malformed', 'a charge without disputed or refunded');
  }
  const paymentIntentId = referenceOf(fieldOf(value, 'payment_intent'));
  return { chargeId, paymentIntentId, isDisputed, isRefunded };
};

/** A charge without a payment intent pays no invoice of a subscription. */
const readIncident = async (
  reads: StripeReads,
  { chargeId, paymentIntentId, isDisputed, isRefunded }: Charge,
  { toDisputes }: Reactions,
): Promise<Incidents> => {
  if (paymentIntentId === undefined) return { incidents: [], isComplete: true };
  const payments = await reads.every(
    (stripe, page) =>
      stripe.invoicePayments.list({
        ...page,
        payment: { type: 'payment_intent', payment_intent: paymentIntentId },
        expand: ['data.invoice'],
      }),
    PAGES_MAX,
  );
  const isAsked = isDisputed && toDisputes && payments.length > 0;
  const dispute = isAsked ? await readDispute(reads, chargeId) : 'none';
  return {
    incidents: payments.flatMap((payment) =>
      incidentOf(payment, dispute === 'unseen' ? 'none' : dispute, isRefunded),
    ),
    isComplete: payments.length > 0 && dispute !== 'unseen',
  };
};

const incidentOf = (
  payment: unknown,
  dispute: Incident['dispute'],
  isRefunded: boolean,
): readonly Incident[] => {
  const invoice = fieldOf(payment, 'invoice');
  const invoiceId = textField(invoice, 'id');
  const subscriptionId = subscriptionOf(invoice);
  if (invoiceId === undefined) {
    throw new StripeUnreadable('malformed', 'an invoice payment without its invoice');
  }
  if (subscriptionId === undefined) return [];
  const refunded = isRefunded ? amountAt(payment, 'amount_paid') : 0;
  const invoicePaid = amountAt(invoice, 'amount_paid');
  return [{ subscriptionId, invoiceId, dispute, refunded, invoicePaid }];
};

const subscriptionOf = (invoice: unknown): string | undefined => {
  const details = fieldOf(fieldOf(invoice, 'parent'), 'subscription_details');
  return referenceOf(fieldOf(details, 'subscription'));
};

/** Null until something was paid. */
const amountAt = (value: unknown, name: string): number => {
  const amount = fieldOf(value, name) ?? 0;
  if (typeof amount === 'number') return amount;
  throw new StripeUnreadable('malformed', `an invoice payment whose ${name} is no number`);
};

const SETTLED: readonly string[] = ['won', 'warning_closed', 'prevented', 'lost'];

/** A status that this version does not know is an open dispute: only a settled one is over. */
const readDispute = async (
  reads: StripeReads,
  chargeId: string,
): Promise<Incident['dispute'] | 'unseen'> => {
  const disputes = await reads.every(
    (stripe, page) => stripe.disputes.list({ ...page, charge: chargeId }),
    PAGES_MAX,
  );
  if (disputes.length === 0) return 'unseen';
  const statuses = disputes.map((dispute) => textField(reads.ours(dispute), 'status'));
  if (statuses.includes(undefined)) {
    throw new StripeUnreadable('malformed', 'a dispute without a status');
  }
  if (statuses.some((status) => !SETTLED.includes(status ?? ''))) return 'open';
  return statuses.includes('lost') ? 'lost' : 'none';
};
