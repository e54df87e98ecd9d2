import type { Customer, Trigger } from '../core/customer.ts';
import { isSameAccess } from '../core/decide.ts';
import { offersIn } from '../core/offers.ts';
import type { BillingReading, Report } from '../ports.ts';

/** Stripe's answer, or `nothing` where it was not asked. */
export type Reading = BillingReading | { readonly kind: 'nothing' };

type Written = {
  readonly request: Asked;
  readonly prior: Customer;
  readonly next: Customer;
  readonly reading: Reading;
};

type Asked = { readonly customerId: string; readonly because: Trigger };

/** Triggers that find what an event should have told us. */
const DRIFT_CAUSES: Partial<Record<Trigger, string>> = {
  missed_event: 'an event was not delivered',
  listing: 'Stripe changed and no event told us',
};

/** Log lines and metrics of one written sync. */
export const reportSync = (
  report: Report,
  { request: { customerId, because }, prior, next, reading }: Written,
): void => {
  reportReading(report, customerId, reading, next);
  const ids = { customerId, because, version: next.version };
  if (next.malformedAccounts.length > 0 && next.version > prior.version) {
    // Not the words themselves: somebody may have typed an e-mail address.
    report.count('AccountMalformed', { ...ids, count: next.malformedAccounts.length });
  }
  const unclear = next.windows.filter((window) =>
    ['status_unknown', 'not_listed'].includes(window.because),
  );
  if (unclear.length > 0) {
    report.count('SubscriptionHeld', {
      ...ids,
      subscriptions: unclear.map(({ source }) => source),
    });
  }
  const waiting = next.windows.filter(({ held }) => held === 'catalog');
  if (waiting.length > 0) {
    report.count('CatalogLossWaiting', { ...ids, offers: waiting.map(({ offerId }) => offerId) });
  }
  if (!isSameAccess(prior, next)) reportTransition(report, ids, prior, next);
};

const reportReading = (
  report: Report,
  customerId: string,
  reading: Reading,
  { retryAt }: Customer,
): void => {
  if (reading.kind !== 'unavailable') return;
  const metric = reading.because === 'missing' ? 'StripeMissing' : 'StripeUnavailable';
  report.count(metric, { customerId, because: reading.because, retryAt });
};

const reportTransition = (
  report: Report,
  ids: Asked & { readonly version: number },
  prior: Customer,
  next: Customer,
): void => {
  const before = offersIn(prior.windows);
  const after = offersIn(next.windows);
  const granted = after.filter((offerId) => !before.includes(offerId));
  const revoked = before.filter((offerId) => !after.includes(offerId));
  if (granted.length > 0) report.count('AccessGranted', { ...ids, offers: granted });
  if (revoked.length > 0) report.count('AccessRevoked', { ...ids, offers: revoked });
  const cause = DRIFT_CAUSES[ids.because];
  if (cause !== undefined) report.count('DriftFound', { ...ids, what: 'customer', cause });
};
