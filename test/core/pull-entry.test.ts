import { describe, expect, it } from 'vitest';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import { countedOf } from '../../functions/core/pull-entry.ts';
import { NOW } from '../support/builders.ts';
import { digestOf, getBlob, getTag, OCI_INDEX, OCI_MANIFEST } from '../support/pull-world.ts';

const DIGEST = digestOf('a');
const answered = (mediaType: string): PullAnswer => ({
  kind: 'manifest',
  mediaType,
  digest: DIGEST,
  body: new Uint8Array(1),
});
const sent: PullAnswer = { kind: 'redirect', digest: DIGEST, url: 'https://x.amazonaws.com/' };
const lapsed: PullAnswer = {
  kind: 'refused',
  refusal: { kind: 'lapsed', lapse: { offerId: 'app', because: 'canceled', endedAt: NOW } },
};

describe('what the ledger counts', () => {
  it.each([
    ['HEAD of an image', getTag('1', { isHead: true }), answered(OCI_MANIFEST), 'version_check'],
    ['HEAD of an index', getTag('1', { isHead: true }), answered(OCI_INDEX), 'version_check'],
    ['what the client has', getTag('1'), { kind: 'not_modified', digest: DIGEST }, 'version_check'],
    ['GET of an image', getTag('1'), answered(OCI_MANIFEST), 'pull'],
    [
      'GET of a docker image',
      getTag('1'),
      answered('application/vnd.docker.distribution.manifest.v2+json'),
      'pull',
    ],
    ['GET of a blob', getBlob(DIGEST), sent, 'bytes'],
    ['a refusal of what has ended', getBlob(DIGEST), lapsed, 'denial'],
  ] as const)('%s', (_what, request, answer, kind) => {
    expect(countedOf(request, answer, 100)?.kind).toBe(kind);
  });

  it.each([
    ['GET of an index, which only leads to images', getTag('1'), answered(OCI_INDEX)],
    [
      'HEAD of a blob',
      getBlob(DIGEST, { isHead: true }),
      { kind: 'blob', digest: DIGEST, sizeBytes: 1 },
    ],
    [
      'a list of tags',
      { kind: 'tags', repository: 'acme/app' },
      { kind: 'tags', repository: 'acme/app', tags: [] },
    ],
    [
      'any other refusal',
      getTag('1'),
      { kind: 'refused', refusal: { kind: 'unknown_manifest', reference: '1' } },
    ],
  ] as const)('not %s', (_what, request, answer) => {
    expect(countedOf(request, answer, 100)).toBeUndefined();
  });

  it('names the digest of a pull and the reason of a denial', () => {
    expect(countedOf(getTag('1'), answered(OCI_MANIFEST), 0)).toEqual({
      kind: 'pull',
      digest: DIGEST,
    });
    expect(countedOf(getTag('1'), lapsed, 0)).toEqual({ kind: 'denial', because: 'canceled' });
  });

  it.each([
    ['all of it', undefined, 100],
    ['the rest of an interrupted one', { first: 60 }, 40],
    ['a part', { first: 10, last: 19 }, 10],
    ['a part that goes beyond the end', { first: 90, last: 500 }, 10],
    ['the last byte', { first: 99 }, 1],
    ['a part after the end', { first: 100 }, 0],
  ])('bytes of a blob: %s', (_what, range, bytes) => {
    const request = getBlob(DIGEST, range === undefined ? {} : { range });
    expect(countedOf(request, sent, 100)).toEqual({ kind: 'bytes', digest: DIGEST, bytes });
  });
});
