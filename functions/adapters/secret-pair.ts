import { fieldOf } from '../core/field.ts';

/** A secret while it is being exchanged: both are valid, and only the current one is given out. */
export type SecretPair = { readonly current: string; readonly previous: string | undefined };

type Form = {
  /** What each of the two must match, without spaces around it. */
  readonly pattern: RegExp;
  /** Names the secret in the error, and its form: `the webhook secret`, `whsec_…`. */
  readonly name: string;
  readonly example: string;
};

/** Reads `{"current":"…","previous":"…"}`. A previous one that is malformed is none. */
export const parseSecretPair = (text: string, form: Form): SecretPair => {
  const secrets = parseJson(text);
  const current = secretAt(secrets, 'current', form);
  if (current === undefined) {
    throw new Error(
      `${form.name} must be JSON of the form {"current":"${form.example}","previous":"${form.example}"} (previous is optional)`,
    );
  }
  return { current, previous: secretAt(secrets, 'previous', form) };
};

/** Its syntax error would quote the secret. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const secretAt = (
  secrets: unknown,
  field: keyof SecretPair,
  { pattern }: Form,
): string | undefined => {
  const secret = fieldOf(secrets, field);
  return typeof secret === 'string' && pattern.test(secret.trim()) ? secret.trim() : undefined;
};
