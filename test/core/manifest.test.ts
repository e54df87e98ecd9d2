import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../functions/core/manifest.ts';

const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

const ONE = `sha256:${'1'.repeat(64)}`;
const TWO = `sha256:${'2'.repeat(64)}`;
const THREE = `sha256:${'3'.repeat(64)}`;

const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: ONE, size: 10 };
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: TWO, size: 20 };

const bytesOf = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

const image = (given: Readonly<Record<string, unknown>> = {}) => ({
  schemaVersion: 2,
  config,
  layers: [layer],
  ...given,
});

const index = (given: Readonly<Record<string, unknown>> = {}) => ({
  schemaVersion: 2,
  manifests: [{ mediaType: OCI, digest: THREE, size: 30 }],
  ...given,
});

const parsed = (value: unknown, mediaType: string) => {
  const reading = parseManifest(bytesOf(value), mediaType);
  if (reading.kind === 'odd') throw new Error(reading.detail);
  return reading.manifest;
};

describe('a manifest', () => {
  it.each([
    ['Docker v2', DOCKER, { mediaType: DOCKER }],
    ['OCI', OCI, { mediaType: OCI }],
    ['OCI without mediaType', OCI, {}],
  ])('of %s leads to its config and layers', (_what, mediaType, given) => {
    expect(parsed(image(given), mediaType)).toStrictEqual({
      kind: 'image',
      children: [],
      blobs: [
        { digest: ONE, sizeBytes: 10 },
        { digest: TWO, sizeBytes: 20 },
      ],
      foreign: [],
      artifactType: 'application/vnd.oci.image.config.v1+json',
    });
  });

  it.each([
    ['a Docker list', DOCKER_LIST, { mediaType: DOCKER_LIST }],
    ['an OCI index', OCI_INDEX, { mediaType: OCI_INDEX }],
    ['an OCI index without mediaType', OCI_INDEX, {}],
  ])('that is %s leads to its children', (_what, mediaType, given) => {
    expect(parsed(index(given), mediaType)).toStrictEqual({
      kind: 'index',
      children: [THREE],
      blobs: [],
      foreign: [],
    });
  });

  it.each([[[]], [null], [undefined]])('may be an index of nothing: %j', (manifests) => {
    expect(parsed(index({ manifests }), OCI_INDEX).children).toStrictEqual([]);
  });

  it('of a Helm chart has the chart as its artifact type', () => {
    const mediaType = 'application/vnd.cncf.helm.config.v1+json';
    expect(parsed(image({ config: { ...config, mediaType } }), OCI).artifactType).toBe(mediaType);
  });

  it('has its own artifact type before that of its config', () => {
    const artifactType = 'application/spdx+json';
    expect(parsed(image({ artifactType }), OCI).artifactType).toBe(artifactType);
    expect(parsed(index({ artifactType }), OCI_INDEX).artifactType).toBe(artifactType);
    expect(parsed(image({ artifactType: 'x'.repeat(256) }), OCI).artifactType).toBeUndefined();
  });

  it('points at its subject, if that can be one', () => {
    expect(parsed(image({ subject: { digest: THREE } }), OCI).subject).toBe(THREE);
    expect(parsed(index({ subject: { digest: THREE } }), OCI_INDEX).subject).toBe(THREE);
    expect(parsed(image({ subject: { digest: '../x' } }), OCI).subject).toBeUndefined();
  });

  it('keeps annotations that are texts, unless there is too much of them', () => {
    const annotations = { made: 'today', count: 3 };
    expect(parsed(image({ annotations }), OCI).annotations).toStrictEqual({ made: 'today' });
    for (const given of [null, 'text', {}, { long: 'x'.repeat(16_384) }]) {
      expect(parsed(image({ annotations: given }), OCI).annotations).toBeUndefined();
    }
  });

  it('names layers that are fetched from elsewhere, and does not lead to them', () => {
    const foreign = (urls: unknown) => ({ ...layer, digest: THREE, urls });
    expect(
      parsed(image({ layers: [layer, foreign(['https://elsewhere.example'])] }), OCI),
    ).toMatchObject({ blobs: [{ digest: ONE }, { digest: TWO }], foreign: [THREE] });
    expect(parsed(image({ layers: [foreign('https://elsewhere.example')] }), OCI).foreign).toEqual([
      THREE,
    ]);
    for (const urls of [[], null]) {
      expect(parsed(image({ layers: [foreign(urls)] }), OCI).foreign).toStrictEqual([]);
    }
  });

  it('names a config or child that is fetched from elsewhere, and does not lead to it', () => {
    const urls = ['https://elsewhere.example'];
    expect(parsed(image({ config: { ...config, urls } }), OCI)).toMatchObject({
      blobs: [{ digest: TWO }],
      foreign: [ONE],
    });
    const child = { mediaType: OCI, digest: ONE, size: 30, urls };
    expect(parsed(index({ manifests: [...index().manifests, child] }), OCI_INDEX)).toMatchObject({
      children: [THREE],
      foreign: [ONE],
    });
  });

  it('of an unknown type is left as it is', () => {
    expect(parsed('anything', 'application/x-vendor')).toStrictEqual({
      kind: 'opaque',
      children: [],
      blobs: [],
      foreign: [],
    });
  });

  it('names a layer once that it has twice', () => {
    expect(parsed(image({ layers: [layer, layer] }), OCI).blobs).toHaveLength(2);
  });
});

describe('a manifest is ambiguous', () => {
  it.each([
    ['when it is an image with manifests', OCI, image({ manifests: [] }), /field manifests/],
    ['when it is an index with layers', OCI_INDEX, index({ layers: [] }), /field layers/],
    ['when it is an index with a config', OCI_INDEX, index({ config }), /field config/],
    ['when it is schema 1 under a new name', DOCKER, image({ fsLayers: [] }), /field fsLayers/],
    ['when it says that it is something else', OCI, image({ mediaType: DOCKER }), /its mediaType/],
    ['when its mediaType is no text', OCI, image({ mediaType: 2 }), /its mediaType/],
    ['when Go would read other fields', OCI, image({ Layers: [] }), /field Layers differs/],
    ['when it has another schema', OCI, image({ schemaVersion: 1 }), /schemaVersion/],
    ['when it is not JSON', OCI, '{', /no JSON object/],
    ['when it is a list', OCI, '[]', /no JSON object/],
    ['when it is null', OCI, 'null', /no JSON object/],
    ['when its layers are no list', OCI, image({ layers: {} }), /no list/],
    ['when its children are no list', OCI_INDEX, index({ manifests: 'x' }), /no list/],
    ['without a config', OCI, image({ config: undefined }), /descriptor/],
    ['with a layer that is a text', OCI, image({ layers: ['x'] }), /descriptor/],
    ['with a path for a digest', OCI, image({ layers: [{ ...layer, digest: '../../x' }] }), /desc/],
    [
      'with an upper-case digest',
      OCI,
      image({ config: { ...config, digest: ONE.toUpperCase() } }),
      /desc/,
    ],
    [
      'with another algorithm',
      OCI,
      image({ config: { ...config, digest: `sha512:${'1'.repeat(128)}` } }),
      /desc/,
    ],
    ['with a negative size', OCI, image({ layers: [{ ...layer, size: -1 }] }), /descriptor/],
    ['with half a byte', OCI, image({ layers: [{ ...layer, size: 0.5 }] }), /descriptor/],
    [
      'with a size that is a text',
      OCI,
      image({ layers: [{ ...layer, size: '20' }] }),
      /descriptor/,
    ],
    [
      'with two sizes for a layer',
      OCI,
      image({ layers: [layer, { ...layer, size: 21 }] }),
      /two sizes/,
    ],
    ['with a bad foreign layer', OCI, image({ layers: [{ urls: ['x'] }] }), /descriptor/],
    ['with a bad child', OCI_INDEX, index({ manifests: [{ digest: 'x', size: 1 }] }), /descriptor/],
  ])('%s', (_when, mediaType, value, detail) => {
    expect(parseManifest(bytesOf(value), mediaType)).toStrictEqual({
      kind: 'odd',
      because: 'ambiguous',
      detail: expect.stringMatching(detail),
    });
  });

  it('when it is not UTF-8', () => {
    expect(parseManifest(new Uint8Array([0x22, 0xff, 0x22]), OCI)).toMatchObject({ kind: 'odd' });
  });

  it.each([
    'application/vnd.docker.distribution.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
  ])('when it is of schema 1: %s', (mediaType) => {
    expect(parseManifest(bytesOf({ schemaVersion: 1 }), mediaType)).toStrictEqual({
      kind: 'odd',
      because: 'ambiguous',
      detail: `${mediaType} is schema 1`,
    });
  });
});

describe('a manifest is too large', () => {
  it('from 4 MiB and a byte', () => {
    const limit = 4 * 1024 * 1024;
    const opaque = 'application/x-vendor';
    expect(parseManifest(new Uint8Array(limit), opaque)).toMatchObject({ kind: 'parsed' });
    expect(parseManifest(new Uint8Array(limit + 1), opaque)).toStrictEqual({
      kind: 'odd',
      because: 'oversized',
      detail: '4194305 bytes, at most 4194304',
    });
  });

  it('with more than a thousand layers or children', () => {
    const layers = (count: number) =>
      Array.from({ length: count }, (_, each) => ({
        ...layer,
        digest: `sha256:${String(each).padStart(64, '0')}`,
      }));
    expect(parsed(image({ layers: layers(1_000) }), OCI).blobs).toHaveLength(1_001);
    expect(parseManifest(bytesOf(image({ layers: layers(1_001) })), OCI)).toMatchObject({
      because: 'oversized',
    });
    expect(parseManifest(bytesOf(index({ manifests: layers(1_001) })), OCI_INDEX)).toMatchObject({
      because: 'oversized',
    });
  });
});

describe('any bytes', () => {
  it('are read or refused, and lead to nothing but digests', () => {
    const json = fc.json().map(bytesOf);
    const near = fc
      .record(
        {
          schemaVersion: fc.constantFrom(1, 2),
          mediaType: fc.constantFrom(OCI, OCI_INDEX, DOCKER),
          config: fc.oneof(fc.constant(config), fc.jsonValue()),
          layers: fc.oneof(fc.constant([layer]), fc.array(fc.jsonValue())),
          manifests: fc.oneof(fc.constant([layer]), fc.jsonValue()),
          subject: fc.jsonValue(),
          annotations: fc.jsonValue(),
        },
        { requiredKeys: [] },
      )
      .map(bytesOf);
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array(), json, near),
        fc.constantFrom(OCI, OCI_INDEX, DOCKER, DOCKER_LIST),
        (bytes, mediaType) => {
          const reading = parseManifest(bytes, mediaType);
          if (reading.kind === 'odd') return;
          const { children, blobs, foreign, subject } = reading.manifest;
          const digests = [...children, ...blobs.map(({ digest }) => digest), ...foreign];
          for (const digest of [...digests, subject ?? ONE]) {
            expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
          }
        },
      ),
    );
  });
});
