import type { Catalog } from '../../functions/core/catalog.ts';
import type { ClientClass } from '../../functions/core/client-class.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { Customer } from '../../functions/core/customer.ts';
import type { LedgerEntry } from '../../functions/core/ledger.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import type { PullRequest } from '../../functions/core/pull-request.ts';
import type {
  IndexState,
  Reference,
  ReleaseBlob,
  ReleaseItem,
  ReleaseKey,
  ReleaseManifest,
  ReleaseReferrer,
  ReleaseTag,
} from '../../functions/core/release.ts';
import { DAY, type EpochSeconds, HOUR } from '../../functions/core/time.ts';
import type { ImageReading } from '../../functions/ports.ts';
import { answerPull } from '../../functions/usecases/answer-pull.ts';
import type { IndexedImage } from '../../functions/usecases/index-image.ts';
import type { PullDeps } from '../../functions/usecases/pull-world.ts';
import type { Hooks } from '../../simulation/stores/memory-stores.ts';
import { catalog, customer, NOW, offer } from './builders.ts';
import { recordingReport } from './recordings.ts';

export const APP = 'acme/app';
const REGISTRY = 'registry.vendor.example';
export const LAYER_URL =
  'https://layers.s3.us-east-1.amazonaws.com/blob?X-Amz-Signature=canary-url';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** A digest that can be told from others at a glance. */
export const digestOf = (letter: string): string => `sha256:${letter.repeat(64)}`;

const PUSHED_AT = NOW - 100 * DAY;
const stamp = { repository: APP, revision: 1, firstPushedAt: PUSHED_AT, opens: {}, rulesHash: 'r' };
const bytesOf = (digest: string): Uint8Array => new TextEncoder().encode(`manifest ${digest}`);

/** Points at `digestOf('a')`, checked just now. */
export const tagItem = (tag: string, given: Partial<ReleaseTag> = {}): ReleaseTag => {
  const { digest = digestOf('a') } = given;
  return {
    ...stamp,
    kind: 'tag',
    tag,
    digest,
    mediaType: OCI_MANIFEST,
    sizeBytes: 100,
    body: bytesOf(digest),
    isArchived: false,
    checkedAt: NOW,
    history: [{ digest, since: PUSHED_AT }],
    ...given,
  };
};

export const manifestItem = (
  digest: string,
  given: Partial<ReleaseManifest> = {},
): ReleaseManifest => ({
  ...stamp,
  kind: 'manifest',
  digest,
  mediaType: OCI_MANIFEST,
  sizeBytes: 100,
  body: bytesOf(digest),
  isArchived: false,
  tags: {},
  children: [],
  blobs: [],
  ...given,
});

export const blobItem = (digest: string, given: Partial<ReleaseBlob> = {}): ReleaseBlob => ({
  ...stamp,
  kind: 'blob',
  digest,
  sizeBytes: 5_000,
  ...given,
});

export const referrerItem = (
  subject: string,
  digest: string,
  given: Partial<ReleaseReferrer> = {},
): ReleaseReferrer => ({
  ...stamp,
  kind: 'referrer',
  subject,
  digest,
  mediaType: OCI_MANIFEST,
  sizeBytes: 300,
  ...given,
});

export const credentialOf = (customerId: string, given: Partial<Credential> = {}): Credential => ({
  credentialId: 'cred1',
  customerId,
  hash: `sha256:${'0'.repeat(64)}`,
  label: 'first',
  createdAt: NOW - 50 * DAY,
  claimBy: NOW - 20 * DAY,
  claimedAt: NOW - 49 * DAY,
  ...given,
});

export const getTag = (tag: string, given: Partial<ManifestRequest> = {}): ManifestRequest =>
  getManifest({ kind: 'tag', tag }, given);
export const getDigest = (digest: string, given: Partial<ManifestRequest> = {}): ManifestRequest =>
  getManifest({ kind: 'digest', digest }, given);
export const getBlob = (digest: string, given: Partial<BlobRequest> = {}): BlobRequest => ({
  kind: 'blob',
  repository: APP,
  digest,
  isHead: false,
  ...given,
});

type ManifestRequest = Extract<PullRequest, { kind: 'manifest' }>;
type BlobRequest = Extract<PullRequest, { kind: 'blob' }>;

const getManifest = (reference: Reference, given: Partial<ManifestRequest>): ManifestRequest => ({
  kind: 'manifest',
  repository: APP,
  reference,
  isHead: false,
  knownDigests: [],
  ...given,
});

const keyText = (key: ReleaseKey): string => {
  const within = {
    tag: () => (key.kind === 'tag' ? key.tag : ''),
    manifest: () => (key.kind === 'manifest' ? key.digest : ''),
    blob: () => (key.kind === 'blob' ? key.digest : ''),
    referrer: () => (key.kind === 'referrer' ? `${key.subject} ${key.digest}` : ''),
  }[key.kind]();
  return `${key.repository} ${key.kind} ${within}`;
};

/** What ECR has under a reference: an image, or a tag's oddity. */
export type InEcr =
  | { readonly kind: 'image'; readonly tag?: ReleaseTag; readonly manifest: ReleaseManifest }
  | Extract<IndexedImage, { kind: 'odd' }>;

export type PullWorld = ReturnType<typeof pullWorld>;

/**
 * Everything that `answerPull` asks, in memory and scripted: customers, the release index, ECR. Each
 * call is in `calls`, in order; `hooks.before` and `hooks.after` may stall or throw.
 */
export const pullWorld = (given: Partial<Catalog> = {}) => {
  const deployed = catalog({
    offers: {
      app: offer('app', { tags: [], afterEnd: 'deny' }),
      tools: offer('tools', { tags: [], afterEnd: 'deny' }),
    },
    ...given,
  });
  const world = {
    now: NOW,
    customers: new Map<string, Customer>(),
    credentials: new Map<string, Credential>(),
    items: new Map<string, ReleaseItem>(),
    states: new Map<string, IndexState>(),
    ecr: new Map<string, InEcr>(),
    layers: new Map<string, string>(),
    missesLeft: 30,
    catalogs: { deployed, accepted: deployed } as Catalogs,
    entries: [] as LedgerEntry[],
    calls: [] as string[],
    hooks: {} as Hooks,
    report: recordingReport(),
    noticeDays: 7,
    layerOrigin: 'https://*.amazonaws.com',
    put: (...items: readonly ReleaseItem[]): void => {
      for (const item of items) world.items.set(keyText(item), item);
    },
    find: (key: ReleaseKey): ReleaseItem | undefined => world.items.get(keyText(key)),
    /** In the index and in ECR. */
    release: (tag: string, tagGiven: Partial<ReleaseTag> = {}): void => {
      const item = tagItem(tag, tagGiven);
      const manifest = manifestItem(item.digest, { opens: item.opens });
      world.put(item, manifest);
      world.push(item, manifest);
    },
    /** In ECR only. */
    push: (tag: ReleaseTag, manifest = manifestItem(tag.digest)): void => {
      world.ecr.set(`${tag.repository} ${tag.tag}`, { kind: 'image', tag, manifest });
      world.ecr.set(`${tag.repository} ${tag.digest}`, { kind: 'image', manifest });
    },
    buy: (customerId: string, changes: Partial<Customer>): void => {
      world.customers.set(customerId, { ...customer({ ...changes, customerId }) });
      const key = `${customerId} cred1`;
      if (!world.credentials.has(key)) world.credentials.set(key, credentialOf(customerId));
    },
  };

  const observed =
    <Args extends readonly unknown[], Result>(method: string, perform: (...args: Args) => Result) =>
    async (...args: Args): Promise<Result> => {
      world.calls.push(method);
      await world.hooks.before?.(method, args);
      const result = perform(...args);
      await world.hooks.after?.(method, args);
      return result;
    };

  const textOf = (reference: Reference): string =>
    reference.kind === 'tag' ? reference.tag : reference.digest;

  const readingOf = (repository: string, reference: Reference): ImageReading => {
    const there = world.ecr.get(`${repository} ${textOf(reference)}`);
    if (there === undefined) return { kind: 'missing', reference };
    if (there.kind === 'odd') return { kind: 'mismatch', reference };
    const { digest, mediaType } = there.manifest;
    return { kind: 'found', reference, digest, mediaType, body: bytesOf(digest) };
  };

  const indexed = (repository: string, reference: Reference, now: EpochSeconds): IndexedImage => {
    const there = world.ecr.get(`${repository} ${textOf(reference)}`);
    if (there === undefined) return { kind: 'missing' };
    if (there.kind === 'odd') return there;
    const { manifest } = there;
    const tag = reference.kind === 'tag' && there.tag && { ...there.tag, checkedAt: now };
    world.put(manifest, ...(tag ? [tag] : []));
    const body = bytesOf(manifest.digest);
    return { kind: 'indexed', manifest, body, ...(tag ? { tag } : {}) };
  };

  const listed = <Kind extends ReleaseItem['kind']>(
    kind: Kind,
    repository: string,
  ): Extract<ReleaseItem, { kind: Kind }>[] =>
    [...world.items.entries()]
      .filter(([, item]) => item.kind === kind && item.repository === repository)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item as Extract<ReleaseItem, { kind: Kind }>);

  const deps: PullDeps = {
    pulls: {
      readPull: observed('readPull', ({ customerId, credentialId, key }) => {
        const found = {
          customer: world.customers.get(customerId),
          credential: world.credentials.get(`${customerId} ${credentialId}`),
          item: key && world.items.get(keyText(key)),
        };
        return structuredClone(
          Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
        );
      }),
    },
    releases: {
      readReleases: observed('readReleases', (keys) =>
        keys.flatMap((key) => world.items.get(keyText(key)) ?? []),
      ),
      saveReleases: observed('saveReleases', (items) =>
        items.filter((item) => {
          const isNext = world.items.get(keyText(item))?.revision === item.revision - 1;
          if (isNext) world.put(item);
          return !isNext;
        }),
      ),
      claimRefresh: observed('claimRefresh', (tag, now) => {
        const stored = world.items.get(keyText(tag));
        if (stored?.kind !== 'tag' || stored.checkedAt !== tag.checkedAt) return 'conflict';
        world.put({ ...stored, checkedAt: now });
        return 'saved';
      }),
      findIndexState: observed('findIndexState', (repository) => world.states.get(repository)),
      listTags: observed('listTags', (repository, after, limit) => {
        const rest = listed('tag', repository).filter(({ tag }) => tag > after);
        return { tags: rest.slice(0, limit), isLast: rest.length <= limit };
      }),
      listReferrers: observed('listReferrers', (repository, subject, after, limit) => {
        const rest = listed('referrer', repository).filter(
          (each) => each.subject === subject && each.digest > after,
        );
        return { referrers: rest.slice(0, limit), isLast: rest.length <= limit };
      }),
    },
    images: {
      readImages: observed('readImages', (repository, references) =>
        references.map((reference) => readingOf(repository, reference)),
      ),
      findLayerUrl: observed('findLayerUrl', (repository, digest) =>
        world.layers.get(`${repository} ${digest}`),
      ),
    },
    misses: {
      admitMiss: observed('admitMiss', () => {
        world.missesLeft -= 1;
        return world.missesLeft < 0 ? 'refused' : 'admitted';
      }),
    },
    ledger: {
      notePull: observed('notePull', (entry) => {
        world.entries.push(entry);
      }),
    },
    indexImage: observed('indexImage', indexed),
    // Kept in the process by `currentCatalogs`: no call.
    catalogs: async () => world.catalogs,
    report: world.report,
    clock: () => world.now,
  };

  const answer = () => {
    const { layerOrigin, noticeDays } = world;
    return answerPull(deps, { layerOrigin, noticeDays });
  };
  let process: ReturnType<typeof answer> | undefined;
  return Object.assign(world, {
    deps,
    deployed,
    /** One request of a token that this customer got an hour's half ago. */
    pull: (
      request: PullRequest,
      customerId = 'cus_Nova',
      clientClass: ClientClass = 'd',
    ): Promise<PullAnswer> => {
      process ??= answer();
      const identity = {
        customerId,
        credentialId: 'cred1',
        clientClass,
        expiresAt: NOW + HOUR / 2,
      };
      return process(identity, request, REGISTRY);
    },
    /** The calls of one act. */
    callsOf: async (act: () => Promise<unknown>): Promise<readonly string[]> => {
      world.calls.length = 0;
      await act();
      return [...world.calls];
    },
  });
};
