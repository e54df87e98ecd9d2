import { Stripe } from 'stripe';
import { API_VERSION } from '../../functions/core/api-version.ts';

export const CURRENT = 'whsec_current';
export const PREVIOUS = 'whsec_previous';

/** 2025-11-21 00:00 UTC. */
export const NOW = 1_763_683_200;

/** A snapshot event about `cus_1`, as Stripe would send it. */
export const snapshot = (fields: object = {}): string =>
  JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'customer.subscription.updated',
    livemode: true,
    api_version: API_VERSION,
    data: { object: { object: 'subscription', id: 'sub_1', customer: 'cus_1' } },
    ...fields,
  });

/** The header that Stripe's own code makes for a payload. */
export const sign = (payload: string, secret = CURRENT, timestamp = NOW): string =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

/** The signature alone, without `t=…,v1=`. */
export const signatureOf = (payload: string, secret = CURRENT, timestamp = NOW): string =>
  sign(payload, secret, timestamp).split('v1=')[1] ?? '';
