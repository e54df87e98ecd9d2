import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseReleaseEvent } from '../../functions/core/parse-release-event.ts';

const DIGEST = `sha256:${'7'.repeat(64)}`;

/** AWS's sample of a completed push. */
const pushed = (
  detail: Readonly<Record<string, unknown>> = {},
  given: Readonly<Record<string, unknown>> = {},
) => ({
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '123456789012',
  time: '2019-11-16T01:54:34Z',
  region: 'us-west-2',
  resources: [],
  detail: {
    result: 'SUCCESS',
    'repository-name': 'acme/app',
    'image-digest': DIGEST,
    'action-type': 'PUSH',
    'image-tag': 'latest',
    ...detail,
  },
  ...given,
});

describe('an event', () => {
  it.each([
    'ECR Image Action',
    'ECR Referrer Action',
    'ECR Pull Through Cache Action',
    'ECR Replication Action',
  ])('of type %s says where to look', (detailType) => {
    expect(parseReleaseEvent(pushed({}, { 'detail-type': detailType }))).toStrictEqual({
      kind: 'images',
      repository: 'acme/app',
      references: [
        { kind: 'tag', tag: 'latest' },
        { kind: 'digest', digest: DIGEST },
      ],
    });
  });

  it('may name a digest only, or a tag only', () => {
    expect(parseReleaseEvent(pushed({ 'image-tag': undefined }))).toMatchObject({
      references: [{ kind: 'digest', digest: DIGEST }],
    });
    expect(parseReleaseEvent(pushed({ 'image-digest': undefined }))).toMatchObject({
      references: [{ kind: 'tag', tag: 'latest' }],
    });
  });

  it('of a schedule is a tick', () => {
    expect(parseReleaseEvent({ 'detail-type': 'Scheduled Event', source: 'aws.events' })).toEqual({
      kind: 'tick',
    });
  });

  it.each([
    ['not from ECR', undefined],
    ['not from ECR', 'text'],
    ['not from ECR', pushed({}, { source: 'acme.ecr' })],
    ['not about images', pushed({}, { 'detail-type': 'ECR Image Scan' })],
    ['no repository', pushed({ 'repository-name': undefined })],
    ['no repository', pushed({ 'repository-name': '../etc' })],
    ['no repository', pushed({}, { detail: null })],
    ['neither tag nor digest', pushed({ 'image-tag': ['latest'], 'image-digest': 'sha256:7' })],
    ['neither tag nor digest', pushed({ 'image-tag': 'a b', 'image-digest': undefined })],
  ])('is ignored because %s', (because, event) => {
    expect(parseReleaseEvent(event)).toStrictEqual({ kind: 'ignored', because });
  });

  it('of any shape does not break anything', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (event, detail) => {
        parseReleaseEvent(event);
        parseReleaseEvent({ source: 'aws.ecr', 'detail-type': 'ECR Image Action', detail });
      }),
    );
  });
});
