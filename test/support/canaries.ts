/** What every test produces and somebody may read who must not see a secret. */
export type Sink = 'log' | 'error' | 'table' | 'message';

type Leak = { readonly sink: Sink; readonly what: string; readonly where: string };

/** Test files of one worker may each load this module; what it keeps is kept once. */
type Kept = {
  leaks: Leak[];
  readonly secrets: Set<string>;
  readonly errors: (readonly [error: Error, message: unknown])[];
};

const KEY = Symbol.for('wharfage.canaries');
const shared = globalThis as { [KEY]?: Kept };
const kept: Kept = shared[KEY] ?? { leaks: [], secrets: new Set(), errors: [] };
shared[KEY] = kept;

/**
 * How a secret looks, whichever test made it up. `hint` is a part that every match has: to look for it
 * first costs almost nothing, and nearly every text ends there.
 */
const PATTERNS: readonly {
  readonly what: string;
  readonly hint: string;
  readonly form: RegExp;
}[] = [
  { what: 'a pull secret', hint: 'wharfage_pull_', form: /wharfage_pull_[0-9A-Za-z]{12}_\w{43}/ },
  // The first letters of `wharfage_pull_` in base64, at each of the three places they can begin at.
  { what: 'a pull secret in base64', hint: 'd2hhcmZhZ2VfcHVsbF', form: /d2hhcmZhZ2VfcHVsbF/ },
  { what: 'a pull secret in base64', hint: 'doYXJmYWdlX3B1bGxf', form: /doYXJmYWdlX3B1bGxf/ },
  { what: 'a pull secret in base64', hint: '3aGFyZmFnZV9wdWxsX', form: /3aGFyZmFnZV9wdWxsX/ },
  { what: 'a test’s pull secret', hint: 'canary_Cred', form: /canary_Cred\d{8}/ },
  // `hash of …` is what that world has for a hash.
  { what: 'a test’s pull secret', hint: '_secret', form: /(?<!hash of )cred\d+_secret\d+/ },
  // What an access token begins with: `1 d `, `1 k ` or `1 c `, in base64.
  { what: 'an access token', hint: 'MSB', form: /MSB[krj]I[\w-]{80,}/ },
  { what: 'an access token', hint: 'earer ', form: /bearer [\w.~+/-]{24,}/i },
  { what: 'a Stripe key', hint: 'k_test_', form: /\b[rs]k_test_\w{4,}/ },
  { what: 'a Stripe key', hint: 'k_live_', form: /\b[rs]k_live_\w{4,}/ },
  { what: 'a webhook secret', hint: 'whsec_', form: /whsec_\w{4,}/ },
  { what: 'a secret of the front', hint: 'secret-of-the-front', form: /secret-of-the-front-\d{8}/ },
  { what: 'a secret of tokens', hint: 'secret-of-the-tokens', form: /secret-of-the-tokens-\d{8}/ },
  { what: 'a signed address', hint: 'X-Amz-Signature', form: /X-Amz-Signature=\w/ },
  // Not the user name of an address on the web.
  { what: 'an e-mail address', hint: '@', form: /(?<!:\/\/[^\s@]*)[\w.+-]@[\w-]+\.[\w.-]*[a-z]/ },
];

const SECRET_CHARACTERS_MIN = 16;

/** A secret that has no form of its own: from now on nothing may hold it. */
export const addSecret = (text: string): void => {
  if (text.length >= SECRET_CHARACTERS_MIN) kept.secrets.add(text);
};

/** What in a text is a secret, without the secret. */
export const secretsIn = (text: string): readonly string[] => {
  const found = PATTERNS.filter(({ hint, form }) => text.includes(hint) && form.test(text));
  const names = found.map(({ what }) => what);
  for (const secret of kept.secrets) if (text.includes(secret)) names.push('a secret of a stage');
  return [...new Set(names)];
};

/** Remembers every secret in what a sink was given; the test that is running fails for it. */
export const watch = (sink: Sink, where: string, text: string): void => {
  for (const what of secretsIn(text)) kept.leaks.push({ sink, what, where });
};

/** One item as it is written. Only the field `email` of a customer may hold the address that Stripe has. */
export const watchItem = (where: string, text: string): void => {
  if (secretsIn(text).length === 0) return;
  const { Item: wire, ...plain } = JSON.parse(text) as { readonly Item?: Record<string, unknown> };
  const { email: _allowed, ...others } = wire ?? (plain as Record<string, unknown>);
  watch('table', where, CUSTOMER_ITEM.test(where) ? JSON.stringify(others) : text);
};

const CUSTOMER_ITEM = /^CUSTOMER#\S+ CUSTOMER$/;

/** What leaked since the last call. */
export const takeLeaks = (): readonly Leak[] => {
  checkErrors();
  const { leaks } = kept;
  kept.leaks = [];
  return leaks;
};

const ERRORS_MAX = 1_000;

/** An error and what it was made with; it is searched when its test ends, with the fields and causes it got by then. */
export const rememberError = (error: Error, message: unknown): void => {
  kept.errors.push([error, message]);
  if (kept.errors.length >= ERRORS_MAX) checkErrors();
};

const checkErrors = (): void => {
  for (const [error, message] of kept.errors.splice(0)) {
    const text = `${String(message)}\n${textOf(error)}`;
    const place = secretsIn(text).length === 0 ? '' : placeOf(error);
    if (place !== '') watch('error', place, text);
  }
};

/** Which line of ours made an error. A library, or a test that injects a fault, may put into its own what it likes. */
const placeOf = ({ stack = '' }: Error): string => {
  const frame = stack.split('\n').find((line) => /^ {4}at .*\//.test(line)) ?? '';
  return frame.includes('node_modules')
    ? ''
    : (/\/(?:bin|functions|lib)\/[^\s)]+/.exec(frame)?.[0] ?? '');
};

const CAUSES_MAX = 5;
const DEPTH_MAX = 4;
const FIELDS_MAX = 100;

/**
 * Thrown and caught inside the adapter, which takes from its cause only what may be said: the SDK's
 * errors quote what Stripe answered.
 */
const CAUGHT = 'StripeUnreadable';

/** Message, enumerable fields and the chain of causes. */
const textOf = (error: unknown, causes = 0): string => {
  if (!(error instanceof Error)) return textsIn(error, 0).join('\n');
  const { name, message, cause } = error;
  const texts = [message, ...textsIn({ ...error }, 0)];
  return cause === undefined || name === CAUGHT || causes >= CAUSES_MAX
    ? texts.join('\n')
    : `${texts.join('\n')}\n${textOf(cause, causes + 1)}`;
};

const textsIn = (value: unknown, depth: number): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth >= DEPTH_MAX) return [];
  return Object.values(value)
    .slice(0, FIELDS_MAX)
    .flatMap((each) => textsIn(each, depth + 1));
};
