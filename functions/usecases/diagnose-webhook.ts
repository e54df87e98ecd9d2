import { fieldOf } from '../core/field.ts';
import type { Finding } from './finding.ts';

const SIGNING_SECRET = /^whsec_\S+$/;

/** Whether the webhook's secret has the shape the webhook needs. Its text goes nowhere from here. */
export const diagnoseWebhook = (secretText: string): readonly Finding[] => {
  const secret = parseJson(secretText);
  const previous = fieldOf(secret, 'previous');
  return [
    ...(isSigningSecret(fieldOf(secret, 'current'))
      ? []
      : [finding('the webhook secret holds no signing secret under "current"')]),
    ...(previous === undefined || isSigningSecret(previous)
      ? []
      : [finding('"previous" in the webhook secret is not a signing secret')]),
  ];
};

const isSigningSecret = (value: unknown): boolean =>
  typeof value === 'string' && SIGNING_SECRET.test(value);

const finding = (what: string): Finding => ({
  area: 'webhook',
  what,
  cause: 'it was never filled in, or not as JSON: every event from Stripe is refused',
  mend: 'put {"current":"whsec_…"} into the webhook secret, with the signing secret that Stripe shows for the endpoint',
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is a finding like any other; the error would quote the secret.
    return undefined;
  }
};
