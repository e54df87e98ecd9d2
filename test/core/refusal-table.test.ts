import { describe, expect, it } from 'vitest';
import type { WithheldReason } from '../../functions/core/customer.ts';
import type { Refusal } from '../../functions/core/refusal.ts';
import { termsOf } from '../../functions/core/refusal-table.ts';
import { NOW } from '../support/builders.ts';

const URL = 'https://acme.example/renew';
const DIGEST = `sha256:${'a1'.repeat(32)}`;
const lapsed = (because: WithheldReason): Refusal => ({
  kind: 'lapsed',
  repository: 'acme/app',
  lapse: { offerId: 'app', because, endedAt: NOW },
});

const ROWS: readonly [Refusal, number, string][] = [
  [{ kind: 'no_credential' }, 401, 'UNAUTHORIZED'],
  [{ kind: 'invalid_token' }, 401, 'UNAUTHORIZED'],
  [{ kind: 'expired_token' }, 401, 'UNAUTHORIZED'],
  [{ kind: 'wrong_credential' }, 401, 'UNAUTHORIZED'],
  [{ kind: 'retired_credential' }, 401, 'UNAUTHORIZED'],
  [lapsed('canceled'), 403, 'DENIED'],
  [{ kind: 'unknown_repository', repository: 'acme/app' }, 404, 'NAME_UNKNOWN'],
  [{ kind: 'unknown_manifest', reference: 'latest' }, 404, 'MANIFEST_UNKNOWN'],
  [{ kind: 'archived_manifest', reference: 'latest' }, 404, 'MANIFEST_UNKNOWN'],
  [{ kind: 'oversized_manifest', reference: 'latest' }, 404, 'MANIFEST_INVALID'],
  [{ kind: 'ambiguous_manifest', reference: 'latest' }, 404, 'MANIFEST_INVALID'],
  [{ kind: 'unknown_blob', digest: DIGEST }, 404, 'BLOB_UNKNOWN'],
  [{ kind: 'invalid_name', text: 'A' }, 400, 'NAME_INVALID'],
  [{ kind: 'invalid_reference', text: '-' }, 400, 'MANIFEST_INVALID'],
  [{ kind: 'invalid_digest', text: 'sha256:' }, 400, 'DIGEST_INVALID'],
  [{ kind: 'invalid_page', text: 'n' }, 400, 'UNSUPPORTED'],
  [{ kind: 'invalid_token_request', text: 'a form is needed' }, 400, 'UNSUPPORTED'],
  [{ kind: 'no_such_route' }, 404, 'UNSUPPORTED'],
  [{ kind: 'method_refused', method: 'PUT', allow: 'GET, HEAD' }, 405, 'UNSUPPORTED'],
  [{ kind: 'head_refused' }, 405, 'UNSUPPORTED'],
  [{ kind: 'too_many_misses' }, 429, 'TOOMANYREQUESTS'],
  [{ kind: 'index_incomplete' }, 503, 'TOOMANYREQUESTS'],
  [{ kind: 'referrers_incomplete' }, 404, 'UNSUPPORTED'],
  [{ kind: 'unavailable' }, 503, 'TOOMANYREQUESTS'],
  [{ kind: 'hostile_redirect' }, 502, 'DENIED'],
  [{ kind: 'digest_mismatch' }, 502, 'DIGEST_INVALID'],
];

describe('a refusal', () => {
  it.each(ROWS)('%j is %i %s', (refusal, status, code) => {
    expect(termsOf(refusal, URL)).toMatchObject({ status, code });
  });

  it.each(ROWS)('%j is one short sentence, an address last', (refusal) => {
    const { message } = termsOf(refusal, URL);
    expect(message).toMatch(/^[\x20-\x7e]{10,200}$/);
    expect(message.indexOf(URL)).toBe(
      message.includes('https://') ? message.length - URL.length : -1,
    );
  });

  it.each(['lapsed', 'retired_credential', 'wrong_credential', 'unknown_repository'])(
    '%s names the address',
    (kind) => {
      const [refusal] = ROWS.find(([each]) => each.kind === kind) ?? [];
      expect(refusal && termsOf(refusal, URL).message).toMatch(new RegExp(`${URL}$`));
    },
  );

  it.each([
    ['too_many_misses', 60],
    ['index_incomplete', 60],
    ['unavailable', 5],
    ['no_such_route', undefined],
  ] as const)('%s may be tried again after %s seconds', (kind, seconds) => {
    expect(termsOf({ kind }, URL).retryAfterSeconds).toBe(seconds);
  });

  it('shows no more than a part of what somebody sent, and no control character', () => {
    const text = `\u001b[31m"${'x'.repeat(4_000)}`;
    const { message } = termsOf({ kind: 'invalid_name', text }, URL);
    expect(message).toMatch(/^\?\[31m'x{63}\.\.\. is not the name/);
  });

  it('of a repository that is not there and of one that was never sold is the same sentence', () => {
    expect(termsOf({ kind: 'unknown_repository', repository: 'acme/app' }, URL).message).toBe(
      'acme/app does not exist or is not part of your subscription. https://acme.example/renew',
    );
  });
});

describe('a lapse says when and why', () => {
  it.each<[WithheldReason, string]>([
    ['first_payment', 'the first payment has not arrived'],
    ['unpaid_adds_nothing', 'an invoice is not paid'],
    ['unpaid', 'an invoice is not paid'],
    ['canceled', 'the subscription was canceled'],
    ['incomplete', 'the first payment was not completed'],
    ['incomplete_expired', 'the first payment was not completed in time'],
    ['paused', 'the subscription is paused'],
    ['collection_paused', 'the collection of payments is paused'],
    ['disputed', 'a payment is disputed'],
    ['refunded', 'the payment was refunded'],
    ['status_unknown', 'the state of the subscription is not known'],
    ['period_unknown', 'the paid period is not known'],
    ['product_removed', 'it is no longer part of the subscription'],
    ['deadline', 'the paid period is over'],
    ['grant_ended', 'the time it was granted for is over'],
    ['customer_deleted', 'the customer account was closed'],
    ['catalog', 'it is no longer offered'],
  ])('%s', (because, words) => {
    expect(termsOf(lapsed(because), URL).message).toBe(
      `Access to acme/app ended on 2026-11-21: ${words}. https://acme.example/renew`,
    );
  });

  it('of everything, where no repository was asked for', () => {
    const lapse = { offerId: 'app', because: 'canceled', endedAt: NOW } as const;
    expect(termsOf({ kind: 'lapsed', lapse }, URL).message).toBe(
      'Access to everything ended on 2026-11-21: the subscription was canceled. https://acme.example/renew',
    );
  });
});
