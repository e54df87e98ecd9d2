import { createHmac } from 'node:crypto';
import type { HandDelivery } from '../plan/plan.ts';

/** Signing secrets of the webhook, as Stripe signs and as the webhook knows them. */
export type WebhookSecrets = {
  current: string;
  previous?: string | undefined;
  /** The previous one, when a rotation is over. */
  dropped?: string | undefined;
};

/** What Stripe signs with. */
export const activeOf = ({ current, previous }: WebhookSecrets): readonly string[] =>
  previous === undefined ? [current] : [previous, current];

/** Stripe's header: one signature for each active secret. */
export const signatureOf = (
  body: string,
  at: number,
  secrets: readonly string[],
  scheme: 'v0' | 'v1' = 'v1',
): string => {
  const signatures = secrets.map(
    (secret) => `${scheme}=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`,
  );
  return [`t=${at}`, ...signatures].join(',');
};

type Circumstances = {
  readonly delivery: HandDelivery;
  readonly secrets: WebhookSecrets;
  readonly now: number;
};

/** A delivery as somebody might spoil it on the way. */
export const handMade = (
  event: object,
  { delivery, secrets, now }: Circumstances,
): { readonly body: string; readonly header: string } => {
  const overwritten = { ...event, ...delivery.overwrite };
  const payload = delivery.body === 'eventbridge' ? asEventBridge(overwritten) : overwritten;
  const signed = JSON.stringify(payload);
  const scheme = delivery.header === 'v0' ? 'v0' : 'v1';
  const header = signatureOf(
    signed,
    now - delivery.ageSeconds,
    secretsFor(delivery, secrets),
    scheme,
  );
  return {
    body: arriving(signed, delivery.body),
    header: delivery.header === 'missing' ? '' : header,
  };
};

const ANOTHER = 'whsec_of_another_endpoint';

const secretsFor = (
  { signedWith }: HandDelivery,
  { current, dropped = ANOTHER, previous = dropped }: WebhookSecrets,
): readonly string[] =>
  ({ current: [current], previous: [previous], both: [previous, current], another: [ANOTHER] })[
    signedWith
  ];

const arriving = (signed: string, body: HandDelivery['body']): string => {
  switch (body) {
    case 'reserialized':
      return JSON.stringify(JSON.parse(signed), null, 2);
    case 'base64':
      return Buffer.from(signed).toString('base64');
    case 'bom':
      return `\uFEFF${signed}`;
    case 'empty':
      return '';
    default:
      return signed;
  }
};

const asEventBridge = (event: object): object => ({
  source: 'aws.partner/stripe.com/1',
  'detail-type': Object(event).type,
  detail: event,
});
