import type { Catalog } from '../../functions/core/catalog.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import type { Reference, ReleaseItem } from '../../functions/core/release.ts';
import { keyTextOf } from '../../functions/core/release-keys.ts';
import { indexImage } from '../../functions/usecases/index-image.ts';
import { indexRelease } from '../../functions/usecases/index-release.ts';
import { indexRepository } from '../../functions/usecases/index-repository.ts';
import { lookAtImage } from '../../functions/usecases/look-at-image.ts';
import { digestOf, type Push } from '../../simulation/stores/image-registry.ts';
import { memoryImages } from '../../simulation/stores/memory-images.ts';
import { memoryStores } from '../../simulation/stores/memory-stores.ts';
import { catalog, NOW, offer } from './builders.ts';
import { recordingReport } from './recordings.ts';

export const REPOSITORY = 'acme/app';
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** Versions 1 in offer `app`, whatever begins with `lts` in offer `lts`. */
export const VERSION_ONE: Catalog = catalog({
  offers: {
    app: offer('app', { awsAccounts: 'none', tags: [{ semver: '1.x' }] }),
    lts: offer('lts', {
      awsAccounts: 'none',
      repositories: [REPOSITORY],
      tags: [{ glob: 'lts*' }],
    }),
  },
});

export const VERSION_TWO: Catalog = catalog({
  offers: { app: offer('app', { awsAccounts: 'none', tags: [{ semver: '2.x' }] }) },
});

export const digestFor = (name: string): string => digestOf(name);

const descriptor = (name: string, mediaType: string) => ({
  mediaType,
  digest: digestOf(name),
  size: name.length,
});

/** An image of these layers, by name; the same names are the same image. */
export const imageOf = (
  layers: readonly string[],
  given: Readonly<Record<string, unknown>> = {},
): Push['manifest'] => ({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: descriptor(`config of ${layers.join()}`, 'application/vnd.oci.image.config.v1+json'),
  layers: layers.map((name) => descriptor(name, 'application/vnd.oci.image.layer.v1.tar+gzip')),
  ...given,
});

const indexOf = (children: readonly string[]): Push['manifest'] => ({
  schemaVersion: 2,
  mediaType: OCI_INDEX,
  manifests: children.map((digest) => ({ mediaType: OCI_MANIFEST, digest, size: 100 })),
});

export const subjectOf = (digest: string) => ({
  subject: { mediaType: OCI_MANIFEST, digest, size: 100 },
  artifactType: 'application/vnd.example.sbom',
});

export type IndexWorld = ReturnType<typeof indexWorld>;

/** The index and ECR in memory, with everything that keeps the one like the other. */
export const indexWorld = (sold: Catalog = VERSION_ONE) => {
  const stores = memoryStores();
  const ecr = memoryImages();
  const report = recordingReport();
  const world = {
    stores,
    ecr,
    report,
    now: NOW,
    catalogs: { deployed: sold, accepted: sold } as Catalogs,
    push: (manifest: Push['manifest'], given: Partial<Push> = {}): string =>
      ecr.registry.push(REPOSITORY, { manifest, pushedAt: world.now, ...given }),
    pushIndex: (children: readonly string[], given: Partial<Push> = {}): string =>
      world.push(indexOf(children), { mediaType: OCI_INDEX, ...given }),
    index: (reference: Reference) => indexImage(deps)(REPOSITORY, reference, world.now),
    indexTag: (tag: string) => world.index({ kind: 'tag', tag }),
    lookAt: (reference: Reference) => lookAtImage(deps)(REPOSITORY, reference, world.now),
    list: () => indexRepository(deps)(REPOSITORY),
    handle: (event: unknown) => indexRelease(deps)(event),
    items: async (): Promise<ReadonlyMap<string, ReleaseItem>> => {
      const items = new Map<string, ReleaseItem>();
      for await (const item of stores.releases.listReleases(REPOSITORY)) {
        items.set(keyTextOf(item), item);
      }
      return items;
    },
    opensOf: async (key: string) => (await world.items()).get(key)?.opens,
    body: async (tag: string): Promise<Uint8Array | undefined> => {
      const [item] = await stores.releases.readReleases([
        { repository: REPOSITORY, kind: 'tag', tag },
      ]);
      return item?.kind === 'tag' ? item.body : undefined;
    },
  };
  const deps = {
    releases: stores.releases,
    images: ecr.images,
    catalogs: async () => world.catalogs,
    report,
    clock: () => world.now,
  };
  return world;
};
