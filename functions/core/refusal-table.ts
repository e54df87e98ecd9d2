import { dayOf } from './calendar.ts';
import type { WithheldReason } from './customer.ts';
import { headerText } from './header-text.ts';
import type { Lapse } from './pull-access.ts';
import type { Refusal } from './refusal.ts';

/** Of the codes that the OCI specification allows, those that we need. */
type OciCode =
  | 'BLOB_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED';

type Row = {
  readonly status: number;
  readonly code: OciCode;
  readonly retryAfterSeconds?: number;
};

export type RefusalTerms = Row & { readonly message: string };

/** What a refusal is on the wire, and the sentence that a customer reads in their terminal. */
export const termsOf = (refusal: Refusal, renewalUrl: string): RefusalTerms => ({
  ...TABLE[refusal.kind],
  message: messageOf(refusal, renewalUrl),
});

/** A minute's count of misses is over by then, and so may be a first listing. */
const NEXT_MINUTE = 60;
const SOON = 5;

const TABLE = {
  no_credential: { status: 401, code: 'UNAUTHORIZED' },
  invalid_token: { status: 401, code: 'UNAUTHORIZED' },
  expired_token: { status: 401, code: 'UNAUTHORIZED' },
  wrong_credential: { status: 401, code: 'UNAUTHORIZED' },
  retired_credential: { status: 401, code: 'UNAUTHORIZED' },
  lapsed: { status: 403, code: 'DENIED' },
  unknown_repository: { status: 404, code: 'NAME_UNKNOWN' },
  unknown_manifest: { status: 404, code: 'MANIFEST_UNKNOWN' },
  archived_manifest: { status: 404, code: 'MANIFEST_UNKNOWN' },
  // It will not get better by asking again, and is none of the customer's faults.
  oversized_manifest: { status: 404, code: 'MANIFEST_INVALID' },
  ambiguous_manifest: { status: 404, code: 'MANIFEST_INVALID' },
  unknown_blob: { status: 404, code: 'BLOB_UNKNOWN' },
  invalid_name: { status: 400, code: 'NAME_INVALID' },
  // The specification has no code for a tag, for a page or for a request to a token endpoint.
  invalid_reference: { status: 400, code: 'MANIFEST_INVALID' },
  invalid_digest: { status: 400, code: 'DIGEST_INVALID' },
  invalid_page: { status: 400, code: 'UNSUPPORTED' },
  invalid_token_request: { status: 400, code: 'UNSUPPORTED' },
  // Not NAME_UNKNOWN: with that oras takes the repository for missing and does not fall back.
  no_such_route: { status: 404, code: 'UNSUPPORTED' },
  referrers_incomplete: { status: 404, code: 'UNSUPPORTED' },
  method_refused: { status: 405, code: 'UNSUPPORTED' },
  head_refused: { status: 405, code: 'UNSUPPORTED' },
  too_many_misses: { status: 429, code: 'TOOMANYREQUESTS', retryAfterSeconds: NEXT_MINUTE },
  // Of the allowed codes this is the only one that tells a client to come back later.
  index_incomplete: { status: 503, code: 'TOOMANYREQUESTS', retryAfterSeconds: NEXT_MINUTE },
  unavailable: { status: 503, code: 'TOOMANYREQUESTS', retryAfterSeconds: SOON },
  // A code that keeps clients from trying elsewhere or again.
  hostile_redirect: { status: 502, code: 'DENIED' },
  digest_mismatch: { status: 502, code: 'DIGEST_INVALID' },
} as const satisfies Record<Refusal['kind'], Row>;

/** By name, so that each sentence sees the fields of its own refusal. */
type Sentences = {
  readonly [Kind in Refusal['kind']]: (
    refusal: Extract<Refusal, { kind: Kind }>,
    renewalUrl: string,
  ) => string;
};

/** An address comes last and whole: terminals make it a link, and what must be cut is cut before it. */
const SENTENCE: Sentences = {
  // Word for word what lib/edge/viewer-request.js says.
  no_credential: () => 'authentication required: log in with your pull credential',
  invalid_token: () => 'the access token is not valid: log in again',
  expired_token: () => 'the access token has expired: log in again',
  wrong_credential: (_refusal, url) =>
    `wrong user name or secret: the user name is your customer id (cus_...), the secret begins with wharfage_pull_. ${url}`,
  retired_credential: (_refusal, url) =>
    `this pull credential was retired. Ask for a new one: ${url}`,
  lapsed: ({ repository, lapse }, url) => `${lapseText(repository, lapse)}. ${url}`,
  // One sentence for both, or a stranger could tell which repositories exist.
  unknown_repository: ({ repository }, url) =>
    `${shown(repository)} does not exist or is not part of your subscription. ${url}`,
  unknown_manifest: ({ reference }, url) =>
    `${shown(reference)} does not exist here or is not part of your subscription. ${url}`,
  archived_manifest: ({ reference }, url) =>
    `${shown(reference)} was archived by its vendor and cannot be pulled. ${url}`,
  oversized_manifest: ({ reference }) =>
    `the manifest of ${shown(reference)} is larger than the 4 MiB that clients accept`,
  ambiguous_manifest: ({ reference }) =>
    `the manifest of ${shown(reference)} contradicts its media type and is not served`,
  unknown_blob: ({ digest }) =>
    `${shown(digest)} does not exist here or is not part of your subscription`,
  invalid_name: ({ text }) =>
    `${shown(text)} is not the name of a repository: lower-case letters, digits, single ., _ or - and / are allowed`,
  invalid_reference: ({ text }) =>
    `${shown(text)} is not a tag: up to 128 letters, digits, _, . and - are allowed`,
  invalid_digest: ({ text }) =>
    `${shown(text)} is not a digest: sha256: and 64 lower-case hexadecimal digits are needed`,
  invalid_page: ({ text }) => `the parameter ${shown(text)} is malformed`,
  invalid_token_request: ({ text }) => shown(text),
  no_such_route: () => 'there is nothing at this path',
  referrers_incomplete: () => 'referrers are not listed yet: use the referrers tag',
  method_refused: ({ method, allow }) => `${shown(method)} is not supported: ${allow} are`,
  head_refused: () => 'HEAD is not supported for manifests here: use GET',
  too_many_misses: () => 'too many requests for what does not exist: try again in a minute',
  index_incomplete: () => 'the list of tags is still being made: try again in a minute',
  unavailable: () => 'the registry cannot decide about this request now: try again',
  hostile_redirect: () => 'the storage of this layer is not where it should be: it is not served',
  digest_mismatch: () => 'the stored manifest does not have its digest: it is not served',
};

const messageOf = <Kind extends Refusal['kind']>(
  refusal: Extract<Refusal, { kind: Kind }>,
  renewalUrl: string,
): string => {
  // The table has the refusal's own kind as its key, which the compiler cannot follow through a union.
  const sentence = SENTENCE[refusal.kind] as Sentences[Kind];
  return sentence(refusal, renewalUrl);
};

const lapseText = (repository: string | undefined, { because, endedAt }: Lapse): string =>
  `Access to ${repository === undefined ? 'everything' : shown(repository)} ended on ${dayOf(endedAt)}: ${REASON[because]}`;

/** For people who never saw our catalog or Stripe's dashboard. */
const REASON = {
  first_payment: 'the first payment has not arrived',
  unpaid_adds_nothing: 'an invoice is not paid',
  unpaid: 'an invoice is not paid',
  canceled: 'the subscription was canceled',
  incomplete: 'the first payment was not completed',
  incomplete_expired: 'the first payment was not completed in time',
  paused: 'the subscription is paused',
  collection_paused: 'the collection of payments is paused',
  disputed: 'a payment is disputed',
  refunded: 'the payment was refunded',
  status_unknown: 'the state of the subscription is not known',
  period_unknown: 'the paid period is not known',
  product_removed: 'it is no longer part of the subscription',
  deadline: 'the paid period is over',
  grant_ended: 'the time it was granted for is over',
  customer_deleted: 'the customer account was closed',
  catalog: 'it is no longer offered',
} as const satisfies Record<WithheldReason, string>;

const SHOWN_MAX = 72;

/** What somebody sent, as a terminal may show it: no control characters, and not all of it. */
const shown = (text: string): string =>
  text.length <= SHOWN_MAX ? headerText(text, SHOWN_MAX) : `${headerText(text, SHOWN_MAX - 3)}...`;
