import type { Blobs } from '../aws/blobs.ts';
import { digestOf } from '../aws/blobs.ts';
import type { EcrStandIn } from '../aws/ecr.ts';
import { DOCKER_LIST, OCI_INDEX, OCI_MANIFEST } from '../aws/ecr-manifest.ts';
import { BadInput } from '../http/bad-input.ts';
import type { FoundImage } from './found-image.ts';
import { isObject, type Json, objectsIn, parseJson } from './json.ts';
import type { Archive } from './open-archive.ts';

type Described = { readonly digest: string; readonly mediaType: string; readonly about: Json };

type Layout = { readonly archive: Archive; readonly blobs: Blobs };

type Target = { readonly ecr: Pick<EcrStandIn, 'pushImage'>; readonly repository: string };

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const DEPTH_MAX = 4;
const NAMES = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'] as const;

/** `undefined` when this is no layout. */
export const layoutImages = async (
  archive: Archive,
  blobs: Blobs,
): Promise<readonly FoundImage[] | undefined> => {
  const text = await archive.findText('index.json');
  if (text === undefined) return undefined;
  const index = parseJson('index.json', text);
  const manifests = objectsIn(isObject(index) ? index.manifests : undefined).map(describedBy);
  return manifests.map((described) => ({
    name: nameIn(described.about),
    push: (ecr, repository, tag) =>
      pushTagged({ archive, blobs }, { ecr, repository }, described, tag),
  }));
};

const nameIn = ({ annotations }: Json): string | undefined => {
  const given = isObject(annotations) ? annotations : {};
  return NAMES.map((key) => given[key]).find((value) => typeof value === 'string');
};

const describedBy = (about: Json): Described => {
  const { digest, mediaType = OCI_MANIFEST } = about;
  if (typeof digest !== 'string' || !DIGEST.test(digest) || typeof mediaType !== 'string') {
    throw new BadInput('the layout names something without a sha256 digest and a media type');
  }
  return { digest, mediaType, about };
};

const pathOf = (digest: string): string => `blobs/${digest.replace(':', '/')}`;

const isIndex = ({ mediaType }: Described): boolean => [OCI_INDEX, DOCKER_LIST].includes(mediaType);

const pushTagged = async (
  layout: Layout,
  target: Target,
  root: Described,
  tag: string,
): Promise<string> => {
  const chosen = await wholeOf(layout, root);
  return push(layout, target, chosen, { tags: [tag], depth: 0 });
};

/**
 * `docker save` keeps an index that names every platform, and of the platforms only the one that was pulled:
 * then that one is the image.
 */
const wholeOf = async (layout: Layout, root: Described): Promise<Described> => {
  if (!isIndex(root)) return root;
  const children = childrenOf(await manifestOf(layout, root));
  const present: Described[] = [];
  for (const child of children) {
    if ((await layout.archive.findText(pathOf(child.digest))) !== undefined) present.push(child);
  }
  if (present.length === children.length) return root;
  const images = present.filter(({ about }) => !isAttestation(about));
  const [only] = images;
  if (only !== undefined && images.length === 1) return only;
  throw new BadInput(
    `the index names ${children.length} manifests, and ${present.length} are in the archive: save it whole, for example with skopeo copy --all`,
  );
};

const isAttestation = ({ annotations }: Json): boolean =>
  isObject(annotations) && annotations['vnd.docker.reference.type'] === 'attestation-manifest';

type Pushing = { readonly tags: readonly string[]; readonly depth: number };

const push = async (
  layout: Layout,
  target: Target,
  described: Described,
  { tags, depth }: Pushing,
): Promise<string> => {
  if (depth > DEPTH_MAX)
    throw new BadInput(`indexes lie within indexes more than ${DEPTH_MAX} deep`);
  const bytes = await manifestOf(layout, described);
  for (const child of isIndex(described) ? childrenOf(bytes) : []) {
    await push(layout, target, child, { tags: [], depth: depth + 1 });
  }
  if (!isIndex(described)) await storeLayers(layout, bytes);
  return target.ecr.pushImage(target.repository, {
    manifest: bytes,
    mediaType: described.mediaType,
    tags,
  });
};

const manifestOf = async ({ archive }: Layout, { digest }: Described): Promise<Buffer> => {
  const text = await archive.findText(pathOf(digest));
  if (text === undefined) throw new BadInput(`${pathOf(digest)} is missing`);
  const bytes = Buffer.from(text);
  requireDigest(digest, digestOf(bytes));
  return bytes;
};

const childrenOf = (bytes: Buffer): readonly Described[] => {
  const manifest = parseJson('an index', bytes.toString('utf8'));
  return objectsIn(isObject(manifest) ? manifest.manifests : undefined).map(describedBy);
};

const storeLayers = async ({ archive, blobs }: Layout, bytes: Buffer): Promise<void> => {
  const manifest = parseJson('a manifest', bytes.toString('utf8'));
  const { config, layers } = isObject(manifest) ? manifest : {};
  const own = objectsIn([config, ...objectsIn(layers)]).filter(({ urls }) => urls === undefined);
  for (const { digest } of own.map((about) => describedBy({ mediaType: '', ...about }))) {
    if ((await blobs.find(digest)) !== undefined) continue;
    const stored = await archive.store(pathOf(digest));
    if (stored === undefined) throw new BadInput(`${pathOf(digest)} is missing`);
    requireDigest(digest, stored.digest);
  }
};

const requireDigest = (named: string, computed: string): void => {
  if (named === computed) return;
  throw new BadInput(`${pathOf(named)} does not have the digest that its name says`);
};
