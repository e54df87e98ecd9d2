import type { Catalog } from '../core/catalog.ts';
import { fieldOf, referenceOf, textField } from '../core/field.ts';
import type { Subscription } from '../core/subscription.ts';
import { DAY, type EpochSeconds } from '../core/time.ts';
import { StripeUnreadable } from './stripe-failure.ts';
import type { StripeReads } from './stripe-reads.ts';

type Concern = Subscription['concern'];

type Question = {
  readonly customerId: string;
  readonly catalog: Catalog;
  readonly now: EpochSeconds;
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

/** Disputes and refunds of older payments are no longer looked for. */
const CHARGES_DAYS = 180;
const CHARGE_PAGES_MAX = 20;
const PAGES_MAX = 5;
/** Newest first; each takes two more reads. */
const SUSPECTS_MAX = 25;

export const isConcerned = ({ onDispute, onFullRefund }: Catalog): boolean =>
  onDispute !== 'ignore' || onFullRefund !== 'ignore';

/** Which subscriptions a dispute or a full refund closes, as far as the catalog reacts to it. */
export const readConcerns = async (
  reads: StripeReads,
  question: Question,
): Promise<(subscriptionId: string, latestInvoiceId: string | undefined) => Concern> => {
  const incidents = (await readIncidents(reads, question)).flat();
  const { onFullRefund } = question.catalog;
  return (subscriptionId, latestInvoiceId) => {
    const own = incidents.filter((incident) => incident.subscriptionId === subscriptionId);
    const latest = own.filter(({ invoiceId }) => invoiceId === latestInvoiceId);
    const isDisputed =
      own.some(({ dispute }) => dispute === 'open') ||
      latest.some(({ dispute }) => dispute === 'lost');
    // Disputes were only asked for if the catalog reacts to them.
    if (isDisputed) return 'disputed';
    const refunded = latest.reduce((sum, incident) => sum + incident.refunded, 0);
    const isRefunded = refunded > 0 && latest.every(({ invoicePaid }) => refunded >= invoicePaid);
    return isRefunded && onFullRefund === 'revoke' ? 'refunded' : 'none';
  };
};

const readIncidents = async (
  reads: StripeReads,
  { customerId, catalog, now }: Question,
): Promise<readonly (readonly Incident[])[]> => {
  const charges = await reads.every(
    (stripe, page) =>
      stripe.charges.list({
        ...page,
        customer: customerId,
        created: { gte: now - CHARGES_DAYS * DAY },
      }),
    CHARGE_PAGES_MAX,
  );
  const suspects = charges
    .map((charge) => parseCharge(reads.ours(charge)))
    .filter(
      ({ isDisputed, isRefunded }) =>
        (isDisputed && catalog.onDispute === 'suspend') ||
        (isRefunded && catalog.onFullRefund === 'revoke'),
    )
    .slice(0, SUSPECTS_MAX);
  const incidents: (readonly Incident[])[] = [];
  for (const suspect of suspects) incidents.push(await readIncident(reads, suspect, catalog));
  return incidents;
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
  { onDispute }: Catalog,
): Promise<readonly Incident[]> => {
  if (paymentIntentId === undefined) return [];
  const payments = await reads.every(
    (stripe, page) =>
      stripe.invoicePayments.list({
        ...page,
        payment: { type: 'payment_intent', payment_intent: paymentIntentId },
        expand: ['data.invoice'],
      }),
    PAGES_MAX,
  );
  const dispute =
    isDisputed && onDispute === 'suspend' && payments.length > 0
      ? await readDispute(reads, chargeId)
      : 'none';
  return payments.flatMap((payment) => incidentOf(payment, dispute, isRefunded));
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
const readDispute = async (reads: StripeReads, chargeId: string): Promise<Incident['dispute']> => {
  const disputes = await reads.every(
    (stripe, page) => stripe.disputes.list({ ...page, charge: chargeId }),
    PAGES_MAX,
  );
  const statuses = disputes.map((dispute) => textField(reads.ours(dispute), 'status'));
  if (statuses.includes(undefined)) {
    throw new StripeUnreadable('malformed', 'a dispute without a status');
  }
  if (statuses.some((status) => !SETTLED.includes(status ?? ''))) return 'open';
  return statuses.includes('lost') ? 'lost' : 'none';
};
