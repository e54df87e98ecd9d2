import type { ClientClass } from '../core/client-class.ts';
import type { Refusal } from '../core/refusal.ts';
import { type RefusalTerms, termsOf } from '../core/refusal-table.ts';
import type { RawResponse } from './raw.ts';
import { json } from './responses.ts';

/** Where a refusal is said, and to whom. */
export type Place = {
  readonly renewalUrl: string;
} & (
  | { readonly at: 'token' }
  | {
      readonly at: 'registry';
      readonly clientClass: ClientClass;
      readonly challenge: (error: string | undefined) => string;
    }
);

/**
 * A refusal, below 400 as far as CloudFront can see: above, it would run no function, and the
 * challenge, which Lambda renames, could not be restored.
 */
export const renderRefusal = (refusal: Refusal, place: Place): RawResponse => {
  const { status, code, message, retryAfterSeconds, challenge } = placed(refusal, place);
  return json(
    200,
    { errors: [{ code, message }] },
    {
      'x-wharfage-status': String(status),
      ...(challenge === undefined ? {} : { 'x-wharfage-challenge': challenge }),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...allowOf(refusal),
    },
  );
};

type Placed = RefusalTerms & { readonly challenge?: string };

const placed = (refusal: Refusal, place: Place): Placed => {
  const terms = termsOf(refusal, place.renewalUrl);
  if (place.at === 'token') return terms;
  if (isEnd(refusal)) return placedEnd(terms, place);
  if (terms.status !== 401) return terms;
  // With an error, clients ask for a token again; a first request has done nothing wrong.
  const error = refusal.kind === 'no_credential' ? undefined : 'invalid_token';
  return { ...terms, challenge: place.challenge(error) };
};

/** The token was good, and what it points at no longer opens anything. */
const isEnd = ({ kind }: Refusal): boolean => kind === 'lapsed' || kind === 'retired_credential';

/** containerd shows nothing of a 403 and prints a challenge's error; the others show a 403's sentence. */
const placedEnd = (
  terms: RefusalTerms,
  { clientClass, challenge }: Extract<Place, { at: 'registry' }>,
): Placed =>
  clientClass === 'k'
    ? { ...terms, status: 401, code: 'DENIED', challenge: challenge(terms.message) }
    : { ...terms, status: 403, code: 'DENIED' };

const allowOf = (refusal: Refusal): Readonly<Record<string, string>> => {
  if (refusal.kind === 'method_refused') return { allow: refusal.allow };
  return refusal.kind === 'head_refused' ? { allow: 'GET' } : {};
};

/** What the client gets to see, for the log. */
export const statusOf = ({ status, headers }: RawResponse): number =>
  Number(headers['x-wharfage-status'] ?? status);
