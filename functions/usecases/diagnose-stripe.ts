import { HOUR } from '../core/time.ts';
import type { Billing, Clock, Unavailable } from '../ports.ts';
import type { Finding } from './finding.ts';
import { listSubscribers, type Subscribers } from './list-subscribers.ts';

export type StripeDeps = {
  readonly billing: Pick<Billing, 'readCustomer' | 'listEvents' | 'listSubscriptions'>;
  readonly clock: Clock;
};

export type StripeDiagnosis = {
  readonly findings: readonly Finding[];
  /** Absent when they could not be listed. */
  readonly subscribers?: Subscribers;
};

/** Harmless reads of all that Wharfage reads of Stripe: they show the key, its mode and its permissions. */
export const diagnoseStripe =
  ({ billing, clock }: StripeDeps, onPage: (subscriptions: number) => void) =>
  async (): Promise<StripeDiagnosis> => {
    const listing = await listSubscribers({ billing })(onPage);
    const events = await billing.listEvents(clock() - HOUR);
    const findings = [
      ...findingsOf('the list of subscriptions', listing),
      ...findingsOf('the list of events', events),
    ];
    if (listing.kind === 'unavailable') return { findings };
    const { subscribers } = listing;
    const [customerId] = subscribers.keys();
    if (customerId === undefined) return { findings, subscribers };
    const customer = await billing.readCustomer(customerId);
    return {
      findings: [...findings, ...findingsOf(`customer ${customerId}`, customer)],
      subscribers,
    };
  };

const findingsOf = (
  what: string,
  answer: Unavailable | { readonly kind: 'listed' | 'page' | 'found' | 'deleted' },
): readonly Finding[] =>
  answer.kind === 'unavailable'
    ? [{ area: 'stripe', what: `Stripe did not show ${what}`, ...ADVICE[answer.because] }]
    : [];

type Advice = Pick<Finding, 'cause' | 'mend'>;

const OUTAGE: Advice = {
  cause: 'Stripe is down or cannot be reached; nobody loses access before its deadline',
  mend: 'try again later; see status.stripe.com',
};

const adviceOnAnswer = (because: string): Advice => ({
  cause: `an answer that this version does not understand (${because})`,
  mend: 'read the log of the sync function; report it if it stays',
});

const ADVICE: Readonly<Record<Unavailable['because'], Advice>> = {
  unauthorized: {
    cause: 'the restricted key is missing, of the wrong mode, or lacks this permission (401, 403)',
    mend: 'put a key of this stage’s mode, with the permissions in docs/deploy.md, into the Stripe key secret',
  },
  wrong_mode: {
    cause: 'it belongs to the other mode of Stripe, live or test',
    mend: 'put a key of this stage’s mode into the Stripe key secret',
  },
  rate_limited: { cause: 'too many requests at once (429)', mend: 'wait a minute and try again' },
  server: OUTAGE,
  timeout: OUTAGE,
  missing: adviceOnAnswer('missing'),
  paging: adviceOnAnswer('paging'),
  malformed: adviceOnAnswer('malformed'),
};
