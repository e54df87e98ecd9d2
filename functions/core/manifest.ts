import { fieldOf, textField } from './field.ts';
import { isDigest, type Link, type Links, linksOf } from './manifest-links.ts';
import { MANIFEST_BYTES_MAX } from './release.ts';

/** What a manifest refers to. */
export type Manifest = {
  /** `opaque`: of a media type that we do not know; stored and served as it is. */
  readonly kind: 'image' | 'index' | 'opaque';
  /** Digests of the manifests that an index names. */
  readonly children: readonly string[];
  /** Config and layers that ECR can hold. */
  readonly blobs: readonly Link[];
  /** What names other places to fetch it from: neither indexed nor redirected to. */
  readonly foreign: readonly string[];
  readonly subject?: string;
  /** As in the list of referrers: its own, else the config's media type. */
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
};

export type ManifestReading =
  | { readonly kind: 'parsed'; readonly manifest: Manifest }
  | {
      readonly kind: 'odd';
      readonly because: 'oversized' | 'ambiguous';
      /** For the vendor's log. */
      readonly detail: string;
    };

/** The stored bytes of a manifest, read as the media type that ECR declares for them and as nothing else. */
export const parseManifest = (bytes: Uint8Array, mediaType: string): ManifestReading => {
  if (bytes.length > MANIFEST_BYTES_MAX) {
    return odd('oversized', `${bytes.length} bytes, at most ${MANIFEST_BYTES_MAX}`);
  }
  if (SCHEMA_1.includes(mediaType)) return odd('ambiguous', `${mediaType} is schema 1`);
  const kind = KINDS.get(mediaType);
  if (kind === undefined) return { kind: 'parsed', manifest: OPAQUE };
  const json = parseJson(bytes);
  const problem = problemOf(json, kind, mediaType);
  if (problem !== undefined) return odd('ambiguous', problem);
  const links = linksOf(json, kind);
  if (links.kind === 'odd') return odd(links.because, links.detail);
  return { kind: 'parsed', manifest: manifestOf(json, kind, links) };
};

const SCHEMA_1: readonly string[] = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
];

const KINDS: ReadonlyMap<string, 'image' | 'index'> = new Map([
  ['application/vnd.docker.distribution.manifest.v2+json', 'image'],
  ['application/vnd.oci.image.manifest.v1+json', 'image'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
  ['application/vnd.oci.image.index.v1+json', 'index'],
]);

const OPAQUE: Manifest = { kind: 'opaque', children: [], blobs: [], foreign: [] };

const odd = (because: 'oversized' | 'ambiguous', detail: string): ManifestReading => ({
  kind: 'odd',
  because,
  detail,
});

const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // Not JSON is one of the ways not to be a manifest; the caller names it.
    return undefined;
  }
};

/** What the other kind has: a client that looks at the fields would take one for the other. */
const FOREIGN_FIELDS = {
  image: ['manifests', 'fsLayers'],
  index: ['layers', 'config', 'fsLayers'],
} as const;

const problemOf = (
  json: unknown,
  kind: 'image' | 'index',
  mediaType: string,
): string | undefined => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'no JSON object';
  const variant = variantOf(json);
  if (variant !== undefined) return `the field ${variant} differs from a known one by its case`;
  if (fieldOf(json, 'schemaVersion') !== 2) return 'its schemaVersion is not 2';
  const own = fieldOf(json, 'mediaType');
  if (own !== undefined && own !== mediaType) return `its mediaType is not ${mediaType}`;
  const field = FOREIGN_FIELDS[kind].find((name) => isThere(fieldOf(json, name)));
  return field === undefined ? undefined : `${mediaType} with the field ${field}`;
};

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

const NAMES: readonly string[] = [
  ...['schemaVersion', 'mediaType', 'config', 'layers', 'manifests', 'fsLayers'],
  ...['subject', 'artifactType', 'annotations'],
];

/** Go's JSON, which most clients read with, takes `Layers` for `layers`. */
const variantOf = (json: object): string | undefined =>
  Object.keys(json).find(
    (key) => !NAMES.includes(key) && NAMES.some((name) => name.toLowerCase() === key.toLowerCase()),
  );

const manifestOf = (
  json: unknown,
  kind: 'image' | 'index',
  { children, blobs, foreign }: Links,
): Manifest => {
  const subject = textField(fieldOf(json, 'subject'), 'digest');
  const ofConfig = kind === 'image' ? textField(fieldOf(json, 'config'), 'mediaType') : undefined;
  const artifactType = textField(json, 'artifactType') ?? ofConfig;
  const annotations = annotationsOf(fieldOf(json, 'annotations'));
  return {
    kind,
    children,
    blobs,
    foreign,
    // ECR holds nothing that has another form of digest, and nothing can point at it.
    ...(subject !== undefined && isDigest(subject) ? { subject } : {}),
    ...(artifactType === undefined || artifactType.length > TYPE_CHARACTERS_MAX
      ? {}
      : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
};

const TYPE_CHARACTERS_MAX = 255;
/** A page of referrers carries a hundred of them. Longer ones are in the manifest only. */
const ANNOTATIONS_CHARACTERS_MAX = 16_384;

const annotationsOf = (value: unknown): Readonly<Record<string, string>> | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const texts = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const isShort = JSON.stringify(texts).length <= ANNOTATIONS_CHARACTERS_MAX;
  return texts.length > 0 && isShort ? Object.fromEntries(texts) : undefined;
};
