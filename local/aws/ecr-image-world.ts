import type { EpochSeconds } from '../../functions/core/time.ts';
import type { Blobs } from './blobs.ts';
import { type EcrEvents, ecrEvents } from './ecr-events.ts';
import type { ImageRepository, ImagesState, ImageWorld } from './ecr-images.ts';

export type KeptImages = {
  readonly world: ImageWorld & { readonly events: EcrEvents };
  snapshot(): ImagesState;
  /** What the tags of one repository point at. */
  tagsIn(repository: string): Readonly<Record<string, string>>;
};

type Options = {
  readonly now: () => EpochSeconds;
  readonly blobs: Blobs;
  readonly state: ImagesState;
  /** Refuses a name that ECR does not know. */
  readonly requireRepository: (name: string) => void;
};

/** The images of all repositories, from where a snapshot was taken. */
export const keptImages = async (options: Options): Promise<KeptImages> => {
  const { now, blobs, state, requireRepository } = options;
  const all = new Map(
    Object.entries(structuredClone(state)).map(([name, { images, tags }]) => [
      name,
      {
        images: new Map(images.map((image) => [image.digest, image])),
        tags: new Map(Object.entries(tags)),
      },
    ]),
  );
  await dropUnreferenced(blobs, [...all.values()]);
  return {
    world: {
      now,
      blobs,
      events: ecrEvents(now),
      imagesOf: (name) => {
        requireRepository(name);
        const entry = all.get(name) ?? { images: new Map(), tags: new Map() };
        all.set(name, entry);
        return entry;
      },
    },
    snapshot: () =>
      Object.fromEntries(
        [...all].map(([name, { images, tags }]) => [
          name,
          { images: [...images.values()], tags: Object.fromEntries(tags) },
        ]),
      ),
    tagsIn: (name) => Object.fromEntries(all.get(name)?.tags ?? []),
  };
};

/** What a run left that was killed between a layer and its manifest, or whose image was deleted since. */
const dropUnreferenced = async (
  blobs: Blobs,
  repositories: readonly ImageRepository[],
): Promise<void> => {
  const needed = new Set(
    repositories.flatMap(({ images }) =>
      [...images.values()].flatMap(({ digest, links }) => [digest, ...links.layers]),
    ),
  );
  for (const digest of await blobs.digests()) {
    if (!needed.has(digest)) await blobs.remove(digest);
  }
};
