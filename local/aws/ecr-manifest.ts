/** What ECR reads in a manifest: which layers and manifests it refers to. */
export type ManifestLinks = {
  /** Config and layers, but for foreign ones. */
  readonly layers: readonly string[];
  readonly children: readonly string[];
  readonly subject?: string;
  readonly artifactType?: string;
  /** What config and layers say that they weigh. */
  readonly layerBytes: number;
};

export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

type Json = Readonly<Record<string, unknown>>;

/** Bytes that are no manifest refer to nothing: what a vendor pushed by mistake is served all the same. */
export const linksOf = (bytes: Uint8Array): ManifestLinks => {
  const manifest = parse(bytes);
  const own = [manifest.config, ...listOf(manifest.layers)]
    .filter(isObject)
    .filter(({ urls }) => urls === undefined);
  const { digest: subject } = isObject(manifest.subject) ? manifest.subject : {};
  const artifactType =
    manifest.artifactType ?? (isObject(manifest.config) ? manifest.config.mediaType : undefined);
  return {
    layers: digestsOf(own),
    children: digestsOf(listOf(manifest.manifests).filter(isObject)),
    layerBytes: own.reduce((sum, { size }) => sum + (typeof size === 'number' ? size : 0), 0),
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
  };
};

/**
 * The manifest in a form that the caller accepts, where there is one: Docker's and OCI's types are the same
 * but for their names. The bytes change, and with them the digest.
 */
export const convert = (
  bytes: Uint8Array,
  mediaType: string,
  accepted: readonly string[],
): { readonly bytes: Uint8Array; readonly mediaType: string } => {
  const other = COUNTERPART[mediaType];
  if (accepted.includes(mediaType) || other === undefined || !accepted.includes(other)) {
    return { bytes, mediaType };
  }
  const converted = { ...(renamed(parse(bytes)) as Json), mediaType: other };
  return { bytes: Buffer.from(JSON.stringify(converted, null, 3)), mediaType: other };
};

const PAIRS = [
  [DOCKER_MANIFEST, OCI_MANIFEST],
  [DOCKER_LIST, OCI_INDEX],
  ['application/vnd.docker.container.image.v1+json', 'application/vnd.oci.image.config.v1+json'],
  [
    'application/vnd.docker.image.rootfs.diff.tar.gzip',
    'application/vnd.oci.image.layer.v1.tar+gzip',
  ],
  ['application/vnd.docker.image.rootfs.diff.tar', 'application/vnd.oci.image.layer.v1.tar'],
] as const;

const COUNTERPART: Readonly<Record<string, string>> = Object.fromEntries(
  PAIRS.flatMap(([docker, oci]) => [
    [docker, oci],
    [oci, docker],
  ]),
);

const renamed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(renamed);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'mediaType' ? (COUNTERPART[String(inner)] ?? inner) : renamed(inner),
    ]),
  );
};

const parse = (bytes: Uint8Array): Json => {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
};

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const digestsOf = (descriptors: readonly Json[]): readonly string[] =>
  descriptors.flatMap(({ digest }) => (typeof digest === 'string' ? [digest] : []));
