import type { Reference } from '../../functions/core/release.ts';
import type { ImageReading, ImageSource, ListedImage } from '../../functions/ports.ts';
import { digestOf, type ImageRegistry, imageRegistry } from './image-registry.ts';
import type { Hooks } from './memory-stores.ts';

export type MemoryImages = {
  readonly images: ImageSource;
  /** What is in ECR: push, untag, delete, archive and corrupt there. */
  readonly registry: ImageRegistry;
  /** `readImages acme/app` and the like, in order; the ones that a hook refused included. */
  readonly calls: string[];
  /** Set and cleared by the test: a throw is ECR that throttles or cannot be reached. */
  readonly hooks: Hooks;
};

/** ECR's images in memory; the contract is in `test/contracts/image-source.ts`. */
export const memoryImages = (
  registry: ImageRegistry = imageRegistry(),
  pageSize = 100,
): MemoryImages => {
  const calls: string[] = [];
  const hooks: Hooks = {};
  const observed = async <Result>(
    [method, ...args]: readonly [string, ...unknown[]],
    perform: () => Result,
  ): Promise<Result> => {
    calls.push(`${method} ${args[0]}`);
    await hooks.before?.(method, args);
    const result = perform();
    await hooks.after?.(method, args);
    return result;
  };
  return {
    registry,
    calls,
    hooks,
    images: {
      readImages: async (repository, references) =>
        observed(['readImages', repository, references], () =>
          references.map((reference) => readingOf(registry, repository, reference)),
        ),
      listImages: async function* listImages(repository) {
        const all = await observed(['listImages', repository], () => registry.list(repository));
        for (let start = 0; start < all.length; start += pageSize) {
          yield all.slice(start, start + pageSize).map(listedOf);
        }
      },
      findImage: async (repository, reference) =>
        observed(['findImage', repository, reference], () => {
          const image = registry.find(repository, reference);
          return image === undefined ? undefined : listedOf(image);
        }),
      findLayerUrl: async (repository, digest) =>
        observed(['findLayerUrl', repository, digest], () =>
          registry.hasLayer(repository, digest) ? layerUrlOf(repository, digest) : undefined,
        ),
    },
  };
};

/** A host that a gateway with `LAYER_ORIGIN` `https://*.amazonaws.com` may send a client to. */
export const layerUrlOf = (repository: string, digest: string): string =>
  `https://layers.s3.amazonaws.com/${repository}/${digest}?X-Amz-Signature=0123456789abcdef`;

const readingOf = (
  registry: ImageRegistry,
  repository: string,
  reference: Reference,
): ImageReading => {
  const image = registry.find(repository, reference);
  if (image === undefined || image.isArchived) return { kind: 'missing', reference };
  const { digest, mediaType } = image;
  const body = new Uint8Array(image.body);
  if (digestOf(body) !== digest) return { kind: 'mismatch', reference };
  return { kind: 'found', reference, digest, mediaType, body };
};

const listedOf = ({
  digest,
  tags,
  pushedAt,
  isArchived,
}: ReturnType<ImageRegistry['list']>[number]): ListedImage => ({
  digest,
  tags: [...tags].sort(),
  pushedAt,
  isArchived,
});
