/**
 * Amazon ECR's repository policies and images, on loopback. What it imitates, and where that is known from:
 * - a policy text of more than 10,240 characters is InvalidParameterException [V]; characters are counted as sent
 *   (whether ECR counts before or after it expands account ids is unknown)
 * - "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'" for an account or role
 *   that does not exist and for a unique id such as AROA…; it names no principal and nothing is written [V as
 *   reported, ecr-and-aws 1.3]
 * - the same with 'Invalid repository policy provided' for malformed JSON, a principal of a wrong form, and an action
 *   that does not concern a repository, such as ecr:GetAuthorizationToken [3P]; for a Resource element [memory];
 *   for an unknown condition operator or a date that is none [I]
 * - on read-back account ids are root ARNs [V 2023], a list of one is a string, keys and lists may come in another
 *   order, the text is indented [I: compare semantically, as Terraform does]
 * - a deleted role or user stays in the policy as its unique id, which cannot be written back [V 2023]
 * - no version token: the last writer wins [V: absent]; reads may be stale for a while [I]
 * - RepositoryNotFoundException, RepositoryPolicyNotFoundException, RepositoryAlreadyExistsException, name rules,
 *   paging [V]; throttling as ThrottlingException with HTTP 429 by fault [V]
 * - BatchGetImage: at most 100 ids [V]; by digest the stored bytes, by tag Docker's and OCI's types are converted into
 *   each other when `acceptedMediaTypes` lacks the stored one, and to Docker's when it is left out: the bytes then do
 *   not have the digest of the answer [V 2022: ecr-and-aws 3; which digest the answer names: I]; `failures[]` with the
 *   modelled codes [V]; an archived image is not found [V: the registry's 404; the code: I]; no order [I]
 * - DescribeImages: pages of 100, at most 1,000, in the order of digests [V; order I]; archived images only when
 *   `filter.imageStatus` asks for them [V: the model]; ImageNotFoundException for an id that is not there [V]
 * - GetDownloadUrlForLayer: only layers and configs of an image of this repository [V; configs: memory], else
 *   LayersNotFoundException; LayerInaccessibleException when all are archived [I]; a presigned URL of 3,600 s [V]
 * - BatchDeleteImage: by tag the tag, with the last one the image; ImageReferencedByManifestList [V]
 * - PutImage's checks, for what this machine pushes: manifest of at most 4 MiB, its layers and manifests there [V]
 * - EventBridge events, best effort: ecr-events.ts
 * Not imitated: the lock-out guard (`force` is taken and changes nothing), registry policies, schema 1, lifecycle
 * policies, scans, tag immutability, the time that restoring an archived image takes, uploads by HTTP.
 */
import { createHash } from 'node:crypto';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { type Blobs, memoryBlobs } from './blobs.ts';
import type { EcrEvents } from './ecr-events.ts';
import { ecrImageOperations } from './ecr-image-operations.ts';
import { keptImages } from './ecr-image-world.ts';
import { type ImageActs, type ImagesState, imageActs } from './ecr-images.ts';
import {
  createRepository,
  currentPolicy,
  ecrOperations,
  findRepository,
  putPolicy,
  type Registry,
  type Repository,
} from './ecr-operations.ts';
import { acceptPolicy, renderPolicy, withUniqueId } from './ecr-policy.ts';
import { type Running, startJsonService } from './http.ts';
import { ServiceError } from './service-error.ts';

/** Everything in the registry, as plain data. */
export type EcrState = {
  readonly repositories: readonly Repository[];
  readonly dead: readonly string[];
  /** Without the bytes, which are in the blobs. */
  readonly images?: ImagesState;
};

export type EcrStandIn = Running &
  ImageActs & {
    readonly events: EcrEvents;
    /** An account id, or the ARN of a role or user: it no longer exists. */
    markDead(principal: string): void;
    markAlive(principal: string): void;
    /** What somebody does in the console: no call of ours, the same checks. Without a text the policy goes. */
    editByHand(repository: string, text?: string): void;
    /** By repository, as ECR would show each one now; empty when there is none. */
    policies(): Readonly<Record<string, string>>;
    /** Reads answer what was in force this long ago, by the stand-in's clock. */
    setStaleness(seconds: number): void;
    /** By repository, what its tags point at. */
    tags(): Readonly<Record<string, Readonly<Record<string, string>>>>;
    snapshot(): EcrState;
  };

export type EcrOptions = {
  readonly now: () => EpochSeconds;
  readonly port?: number;
  readonly state?: EcrState;
  /** Made at the start unless they are there. */
  readonly repositories?: readonly string[];
  /** Layers and manifests; in memory without it. */
  readonly blobs?: Blobs;
  /** A presigned URL of the storage. */
  readonly layerUrl?: (digest: string) => string;
};

export const startEcr = async ({
  now,
  port = 0,
  state = { repositories: [], dead: [] },
  repositories = [],
  blobs = memoryBlobs(),
  layerUrl = () => {
    throw new Error('this ECR was started without a storage');
  },
}: EcrOptions): Promise<EcrStandIn> => {
  const registry: Registry = {
    repositories: new Map(structuredClone(state.repositories).map((one) => [one.name, one])),
    dead: new Set(state.dead),
    staleSeconds: 0,
    now,
  };
  for (const name of repositories) {
    if (!registry.repositories.has(name)) createRepository(registry, name);
  }
  const images = await keptImages({
    now,
    blobs,
    state: state.images ?? {},
    requireRepository: (name) => findRepository(registry, name),
  });
  const running = await startJsonService(
    {
      name: 'ecr',
      target: 'AmazonEC2ContainerRegistry_V20150921',
      version: '1.1',
      errorPrefix: '',
      missing: (name) =>
        new ServiceError(
          'InvalidParameterException',
          `Invalid parameter at '${name}' failed to satisfy constraint: 'must not be null'`,
        ),
      operations: {
        ...ecrOperations(registry),
        ...ecrImageOperations({ ...images.world, layerUrl }),
      },
      now,
    },
    port,
  );
  return {
    ...running,
    ...imageActs(images.world),
    events: images.world.events,
    tags: () =>
      Object.fromEntries(
        [...registry.repositories.keys()].map((name) => [name, images.tagsIn(name)]),
      ),
    markDead: (principal) => kill(registry, principal),
    markAlive: (principal) => {
      registry.dead.delete(principal);
    },
    editByHand: (name, text) =>
      putPolicy(
        registry,
        findRepository(registry, name),
        text === undefined ? null : acceptPolicy(text, registry.dead),
      ),
    policies: () =>
      Object.fromEntries(
        [...registry.repositories.values()].map((one) => {
          const document = currentPolicy(one);
          return [one.name, document === null ? '' : renderPolicy(document)];
        }),
      ),
    setStaleness: (seconds) => {
      registry.staleSeconds = seconds;
    },
    snapshot: () =>
      structuredClone({
        repositories: [...registry.repositories.values()],
        dead: [...registry.dead],
        images: images.snapshot(),
      }),
  };
};

const kill = (registry: Registry, principal: string): void => {
  registry.dead.add(principal);
  const kind = /:(role|user)\//.exec(principal)?.[1];
  if (kind === undefined) return;
  const digest = createHash('sha256').update(principal).digest('hex').toUpperCase();
  const id = `${kind === 'role' ? 'AROA' : 'AIDA'}${digest.slice(0, 17)}`;
  for (const repository of registry.repositories.values()) {
    repository.versions = repository.versions.map(({ at, document }) => ({
      at,
      document: document === null ? null : withUniqueId(document, principal, id),
    }));
  }
};
