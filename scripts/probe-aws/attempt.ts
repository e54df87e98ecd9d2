/** What a service made of one call. Only a refusal that is about the request itself is evidence. */
export type Attempt<Output> =
  | { readonly kind: 'done'; readonly output: Output }
  | { readonly kind: 'refused'; readonly code: string; readonly text: string };

/** These say something about our rights, our rate or our clock, and nothing about the belief. */
const NO_EVIDENCE =
  /AccessDenied|Unauthorized|NotAuthorized|Throttl|TooManyRequests|RequestLimit|Expired(Token|Credentials)|UnrecognizedClient|InvalidClientTokenId|Signature|MissingAuthentication|OptInRequired|RequestExpired|UnknownOperation/;

export const attempt = async <Output>(call: () => Promise<Output>): Promise<Attempt<Output>> => {
  try {
    return { kind: 'done', output: await call() };
  } catch (error) {
    const refusal = serviceErrorIn(error);
    if (refusal === undefined || NO_EVIDENCE.test(refusal.name)) throw error;
    return { kind: 'refused', code: refusal.name, text: refusal.message };
  }
};

export const isRefused = (
  answer: Attempt<unknown>,
  code: string,
  part = '',
): answer is Attempt<never> & { readonly kind: 'refused' } =>
  answer.kind === 'refused' && answer.code === code && answer.text.includes(part);

export const attemptText = (answer: Attempt<unknown>): string =>
  answer.kind === 'done' ? 'accepted' : `${answer.code}: ${answer.text}`;

const CAUSES_MAX = 5;

/** Our adapters wrap what the SDK throws. */
const serviceErrorIn = (error: unknown): Error | undefined => {
  let current = error;
  for (let depth = 0; current instanceof Error && depth < CAUSES_MAX; depth += 1) {
    if ('$fault' in current && current.$fault === 'client') return current;
    current = current.cause;
  }
  return undefined;
};

/** The sentence of an error and of what caused it. */
export const errorText = (error: unknown): string => {
  const texts: string[] = [];
  let current = error;
  while (current instanceof Error && texts.length < CAUSES_MAX) {
    texts.push(current.name === 'Error' ? current.message : `${current.name}: ${current.message}`);
    current = current.cause;
  }
  return texts.length === 0 ? String(error) : texts.join('; because ');
};
