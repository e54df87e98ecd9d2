import { Stripe } from 'stripe';
import { isTimely, signedAtOf, TOLERANCE_SECONDS, type Verification } from '../core/signature.ts';
import type { Clock } from '../ports.ts';
import { parseSecretPair, type SecretPair } from './secret-pair.ts';

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
    return verifyWithEither(parseSecretPair(await readSecret(), FORM), { text, header, now });
  };

type Signed = { readonly text: string; readonly header: string; readonly now: number };

const verifyWithEither = async (
  { current, previous }: SecretPair,
  signed: Signed,
): Promise<Verification> => {
  const verification = await verifyWith('current', current, signed);
  const isOther = verification.kind === 'refused' && verification.because === 'signature';
  return isOther && previous !== undefined
    ? verifyWith('previous', previous, signed)
    : verification;
};

const verifyWith = async (
  name: keyof SecretPair,
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

const FORM = { pattern: /^whsec_\S+$/, name: 'the webhook secret', example: 'whsec_…' };
