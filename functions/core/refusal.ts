import type { Lapse } from './pull-access.ts';

/** Every way in which the gateway says no. One table in `refusal-table.ts` turns it into code, status and sentence. */
export type Refusal =
  | { readonly kind: 'no_credential' }
  | { readonly kind: 'invalid_token' }
  | { readonly kind: 'expired_token' }
  /** Unknown user, unknown credential or wrong secret: one answer for all. */
  | { readonly kind: 'wrong_credential' }
  /** The secret was right, and it no longer opens anything. */
  | { readonly kind: 'retired_credential' }
  | { readonly kind: 'lapsed'; readonly repository?: string; readonly lapse: Lapse }
  /** Never entitled, or not there: nobody can tell which. */
  | { readonly kind: 'unknown_repository'; readonly repository: string }
  | { readonly kind: 'unknown_manifest'; readonly reference: string }
  | { readonly kind: 'archived_manifest'; readonly reference: string }
  | { readonly kind: 'oversized_manifest'; readonly reference: string }
  /** Its media type and its fields contradict each other. */
  | { readonly kind: 'ambiguous_manifest'; readonly reference: string }
  | { readonly kind: 'unknown_blob'; readonly digest: string }
  | { readonly kind: 'invalid_name'; readonly text: string }
  | { readonly kind: 'invalid_reference'; readonly text: string }
  | { readonly kind: 'invalid_digest'; readonly text: string }
  | { readonly kind: 'invalid_page'; readonly text: string }
  | { readonly kind: 'invalid_token_request'; readonly text: string }
  | { readonly kind: 'no_such_route' }
  | { readonly kind: 'method_refused'; readonly method: string; readonly allow: string }
  /** The front cannot pass on the length of a HEAD: clients fall back to GET. */
  | { readonly kind: 'head_refused' }
  | { readonly kind: 'too_many_misses' }
  | { readonly kind: 'index_incomplete' }
  /** Referrers are not all known yet: clients fall back to the tag schema. */
  | { readonly kind: 'referrers_incomplete' }
  /** The table or ECR cannot be reached, or throttles. */
  | { readonly kind: 'unavailable' }
  | { readonly kind: 'hostile_redirect' }
  | { readonly kind: 'digest_mismatch' };
