import { createHash } from 'node:crypto';
import type { Reference } from '../../functions/core/release.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';

type Image = {
  readonly digest: string;
  readonly mediaType: string;
  body: Uint8Array;
  readonly pushedAt: EpochSeconds;
  readonly tags: Set<string>;
  isArchived: boolean;
};

export type Push = {
  /** Text, or an object that becomes JSON: the bytes that the digest is of. */
  readonly manifest: string | object;
  readonly mediaType?: string;
  readonly tags?: readonly string[];
  readonly pushedAt?: EpochSeconds;
};

/**
 * What a vendor's repositories hold: pushed, moved, deleted and archived by the test. Behind the fake
 * ImageSource, and behind a server that speaks ECR's protocol, so that one contract holds for both.
 */
export type ImageRegistry = ReturnType<typeof imageRegistry>;

export const imageRegistry = () => {
  const repositories = new Map<string, Map<string, Image>>();
  const imagesOf = (repository: string): Image[] => [
    ...(repositories.get(repository)?.values() ?? []),
  ];
  const find = (repository: string, reference: Reference): Image | undefined =>
    reference.kind === 'digest'
      ? repositories.get(repository)?.get(reference.digest)
      : imagesOf(repository).find(({ tags }) => tags.has(reference.tag));
  const mustFind = (repository: string, digest: string): Image => {
    const image = find(repository, { kind: 'digest', digest });
    if (image === undefined) throw new Error(`nothing with digest ${digest} in ${repository}`);
    return image;
  };
  const untag = (repository: string, tag: string): void => {
    for (const { tags } of imagesOf(repository)) tags.delete(tag);
  };
  return {
    createRepository: (repository: string): void => {
      if (!repositories.has(repository)) repositories.set(repository, new Map());
    },
    deleteRepository: (repository: string): void => {
      repositories.delete(repository);
    },
    hasRepository: (repository: string): boolean => repositories.has(repository),
    /** Answers the digest. A tag that pointed elsewhere moves. */
    push: (
      repository: string,
      { manifest, mediaType = OCI_MANIFEST, tags = [], pushedAt = 1_780_000_000 }: Push,
    ): string => {
      const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
      const body = new TextEncoder().encode(text);
      const digest = digestOf(body);
      const images = repositories.get(repository) ?? new Map<string, Image>();
      repositories.set(repository, images);
      for (const tag of tags) untag(repository, tag);
      const before = images.get(digest) ?? { tags: [] };
      const all = new Set([...before.tags, ...tags]);
      images.set(digest, {
        pushedAt,
        ...before,
        digest,
        mediaType,
        body,
        tags: all,
        isArchived: false,
      });
      return digest;
    },
    untag,
    delete: (repository: string, digest: string): void => {
      repositories.get(repository)?.delete(digest);
    },
    archive: (repository: string, digest: string): void => {
      mustFind(repository, digest).isArchived = true;
    },
    restore: (repository: string, digest: string): void => {
      mustFind(repository, digest).isArchived = false;
    },
    /** From now on other bytes come than the digest is of. */
    corrupt: (repository: string, digest: string): void => {
      mustFind(repository, digest).body = new TextEncoder().encode('{"schemaVersion":2}');
    },
    find,
    list: imagesOf,
    /** Config and layers of images that can be pulled; no other blob is given out. */
    hasLayer: (repository: string, digest: string): boolean =>
      imagesOf(repository).some(
        ({ body, isArchived }) => !isArchived && layersIn(body).includes(digest),
      ),
  };
};

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export const digestOf = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

type Described = { readonly digest?: string };

const layersIn = (body: Uint8Array): readonly (string | undefined)[] => {
  const manifest = JSON.parse(new TextDecoder().decode(body)) as {
    readonly config?: Described;
    readonly layers?: readonly Described[];
  };
  return [manifest.config, ...(manifest.layers ?? [])].map((described) => described?.digest);
};
