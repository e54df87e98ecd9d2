import { describe, expect, it } from 'vitest';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import { renderServed } from '../../functions/http/render.ts';
import { NOW } from '../support/builders.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const OTHER = `sha256:${'b2'.repeat(32)}`;
const URL = 'https://acme.example/renew';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const ALWAYS = {
  'docker-distribution-api-version': 'registry/2.0',
  'cache-control': 'private, no-store',
};

const render = (answer: Exclude<PullAnswer, { kind: 'refused' }>) => {
  const { status, headers, body } = renderServed(answer, URL);
  return { status, headers, text: Buffer.from(body).toString() };
};

describe('a manifest', () => {
  const body = new TextEncoder().encode('{ "schemaVersion":2,\n "é": 1 }');

  it('goes out in its own bytes and type, with its digest twice and its length', () => {
    const answer = { kind: 'manifest', mediaType: INDEX, digest: DIGEST, body } as const;
    expect(renderServed(answer, URL)).toStrictEqual({
      status: 200,
      headers: {
        ...ALWAYS,
        'content-type': INDEX,
        'docker-content-digest': DIGEST,
        etag: `"${DIGEST}"`,
        'content-length': String(body.length),
      },
      body,
    });
  });

  it('says when access ends, where that is near', () => {
    const answer = { kind: 'manifest', mediaType: INDEX, digest: DIGEST, body } as const;
    const { headers } = renderServed({ ...answer, endsAt: NOW }, `${URL}?say="no"`);
    expect(headers.warning).toBe(
      `299 - "access ends on 2026-11-21 unless it is renewed: ${URL}?say='no'"`,
    );
  });

  it('of a type that would break the header harms nothing', () => {
    const mediaType = 'application/json\r\nset-cookie: a=b';
    const { headers } = renderServed({ kind: 'manifest', mediaType, digest: DIGEST, body }, URL);
    expect(headers['content-type']).toBe('application/json set-cookie: a=b');
  });

  it('that the client has is a 304 without a body', () => {
    expect(render({ kind: 'not_modified', digest: DIGEST })).toStrictEqual({
      status: 304,
      headers: { ...ALWAYS, 'docker-content-digest': DIGEST, etag: `"${DIGEST}"` },
      text: '',
    });
  });
});

describe('a blob', () => {
  it('by HEAD has its length and digest', () => {
    expect(render({ kind: 'blob', digest: DIGEST, sizeBytes: 123_456_789 })).toMatchObject({
      status: 200,
      headers: {
        ...ALWAYS,
        'content-length': '123456789',
        'content-type': 'application/octet-stream',
        'docker-content-digest': DIGEST,
      },
      text: '',
    });
  });

  it('by GET is a 307 to storage', () => {
    const url = 'https://prod-eu-west-1-starport-layer-bucket.s3.amazonaws.com/a?X-Amz-Signature=b';
    expect(render({ kind: 'redirect', digest: DIGEST, url })).toMatchObject({
      status: 307,
      headers: { ...ALWAYS, location: url, 'docker-content-digest': DIGEST, 'content-length': '0' },
      text: '',
    });
  });
});

describe('a list of tags', () => {
  it('without tags is an empty list', () => {
    const { text, headers } = render({ kind: 'tags', repository: 'acme/app', tags: [] });
    expect(text).toBe('{"name":"acme/app","tags":[]}');
    expect(headers.link).toBeUndefined();
  });

  it('that goes on links to the rest', () => {
    const next = { n: 2, last: '1.0+é' };
    const { headers } = render({ kind: 'tags', repository: 'acme/app', tags: ['1', '2'], next });
    expect(headers.link).toBe('</v2/acme/app/tags/list?n=2&last=1.0%2B%C3%A9>; rel="next"');
  });
});

describe('referrers', () => {
  const base = { kind: 'referrers', repository: 'acme/app', subject: DIGEST } as const;
  const descriptor = { mediaType: INDEX, digest: OTHER, size: 7, artifactType: 'a/b' };

  it('of nothing are an empty index', () => {
    const { status, headers, text } = render({ ...base, descriptors: [] });
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(INDEX);
    expect(headers).not.toHaveProperty('oci-filters-applied');
    expect(JSON.parse(text)).toEqual({ schemaVersion: 2, mediaType: INDEX, manifests: [] });
  });

  it('that were filtered say so, and the next page is filtered too', () => {
    const { headers, text } = render({
      ...base,
      descriptors: [descriptor],
      artifactType: 'application/spdx+json',
      next: { last: OTHER },
    });
    expect(headers['oci-filters-applied']).toBe('artifactType');
    expect(headers.link).toBe(
      `</v2/acme/app/referrers/${DIGEST}?artifactType=application%2Fspdx%2Bjson&last=${encodeURIComponent(OTHER)}>; rel="next"`,
    );
    expect(JSON.parse(text).manifests).toEqual([descriptor]);
  });
});

it('a ping is an empty object', () => {
  expect(render({ kind: 'pong' })).toMatchObject({ status: 200, text: '{}' });
});
