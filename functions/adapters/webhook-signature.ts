import { Stripe } from 'stripe';
import { fieldOf } from '../core/field.ts';
import { isTimely, signedAtOf, TOLERANCE_SECONDS, type Verification } from '../core/signature.ts';
import type { Clock } from '../ports.ts';

type Deps = {
  /** The secret's text, `{"current":"whsec_…","previous":"whsec_…"}`. */
  readonly readSecret: () => Promise<string>;
  readonly clock: Clock;
};

/** Checks Stripe's signature with the current secret, then the previous. Throws only when no secret can be read. */
export const webhookSignature =
  ({ readSecret, clock }: Deps) =>
  async (payload: Uint8Array, header: string): Promise<Verification> => {
    const now = clock();
    const signedAt = signedAtOf(header);
    if (signedAt === undefined) return { kind: 'refused', because: 'header' };
    if (!isTimely(signedAt, now)) return { kind: 'refused', because: 'time' };
    const text = decode(payload);
    if (text === undefined) return { kind: 'refused', because: 'body' };
    return verifyWithEither(parseSecrets(await readSecret()), { text, header, now });
  };

type Secrets = { readonly current: string; readonly previous: string | undefined };
type Signed = { readonly text: string; readonly header: string; readonly now: number };

const verifyWithEither = async (
  { current, previous }: Secrets,
  signed: Signed,
): Promise<Verification> => {
  const verification = await verifyWith('current', current, signed);
  const isOther = verification.kind === 'refused' && verification.because === 'signature';
  return isOther && previous !== undefined
    ? verifyWith('previous', previous, signed)
    : verification;
};

const verifyWith = async (
  name: keyof Secrets,
  secret: string,
  { text, header, now }: Signed,
): Promise<Verification> => {
  try {
    const event: unknown = await Stripe.webhooks.constructEventAsync(
      text,
      header,
      secret,
      TOLERANCE_SECONDS,
      undefined,
      now * 1_000,
    );
    return { kind: 'verified', event, with: name };
  } catch (error) {
    // Garbage makes the SDK throw plain errors and range errors too. A syntax error comes after a
    // signature that matched.
    return { kind: 'refused', because: error instanceof SyntaxError ? 'body' : 'signature' };
  }
};

/** Byte for byte: the SDK's own decoder would drop a BOM and mend what is not UTF-8. */
const decode = (payload: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    // TypeError: not UTF-8, so not JSON.
    return undefined;
  }
};

const SECRET = /^whsec_\S+$/;

const parseSecrets = (text: string): Secrets => {
  const secrets = parseJson(text);
  const current = secretAt(secrets, 'current');
  const previous = secretAt(secrets, 'previous');
  if (current === undefined) {
    throw new Error(
      'the webhook secret must be JSON of the form {"current":"whsec_…","previous":"whsec_…"} (previous is optional)',
    );
  }
  return { current, previous };
};

/** Its syntax error would quote the secret. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const secretAt = (secrets: unknown, name: string): string | undefined => {
  const secret = fieldOf(secrets, name);
  return typeof secret === 'string' && SECRET.test(secret.trim()) ? secret.trim() : undefined;
};
