import type { Identity } from '../core/identity.ts';
import type { Catalogs } from '../core/members-of.ts';
import type { Opening, RepositoryAccess } from '../core/pull-access.ts';
import type { PullAnswer } from '../core/pull-answer.ts';
import type { PullRequest } from '../core/pull-request.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Reference, ReleaseItem, ReleaseManifest, ReleaseTag } from '../core/release.ts';
import type { EpochSeconds } from '../core/time.ts';
import type {
  Clock,
  ImageSource,
  Ledger,
  MissMeter,
  PullStore,
  ReleaseStore,
  Report,
} from '../ports.ts';
import type { Absences } from './absences.ts';
import type { IndexedImage, IndexImage } from './index-image.ts';
import type { SingleFlight } from './single-flight.ts';

export type PullDeps = {
  readonly pulls: PullStore;
  readonly releases: Pick<
    ReleaseStore,
    | 'readReleases'
    | 'saveReleases'
    | 'claimRefresh'
    | 'findIndexState'
    | 'listTags'
    | 'listReferrers'
  >;
  readonly images: Pick<ImageSource, 'readImages' | 'findLayerUrl'>;
  readonly misses: MissMeter;
  readonly ledger: Pick<Ledger, 'notePull'>;
  readonly indexImage: IndexImage;
  /** Both catalogs: read once by a process while they agree, once a minute while they differ. */
  readonly catalogs: () => Promise<Catalogs>;
  readonly report: Report;
  readonly clock: Clock;
};

export type PullSettings = {
  /** Where layers may come from, `https://*.amazonaws.com`. */
  readonly layerOrigin: string;
  /** From so many days before the end manifests carry a notice; 0 for none. */
  readonly noticeDays: number;
};

/** What one process has in common. */
export type PullWorld = {
  readonly deps: PullDeps;
  readonly settings: PullSettings;
  /** What ECR does not have, by `<repository> <reference>`. */
  readonly absent: Absences;
  readonly indexing: SingleFlight<IndexedImage>;
};

/** Every kind of request that names a repository. */
export type RepositoryRequest = Exclude<PullRequest, { kind: 'ping' }>;

/** A request of somebody to whom something in the repository is open. */
export type Ask<Kind extends RepositoryRequest['kind']> = {
  readonly identity: Identity;
  readonly request: Extract<RepositoryRequest, { kind: Kind }>;
  readonly access: RepositoryAccess;
  readonly catalogs: Catalogs;
  /** What the index has under the request's key. */
  readonly item?: ReleaseItem | undefined;
  readonly now: EpochSeconds;
  /** The host that the client speaks to. */
  readonly registryHost: string;
};

/** The answer, and what the log and the ledger want to know of it. */
export type Outcome = {
  readonly answer: PullAnswer;
  readonly opening?: Opening | undefined;
  /** The customer's version that this was decided from. */
  readonly version?: number | undefined;
  /** Of the blob that the client is sent to. */
  readonly sizeBytes?: number;
};

/** What a tag or digest is, or why it is not served. */
export type Found =
  | {
      readonly kind: 'found';
      readonly image: ReleaseTag | ReleaseManifest;
      /** The bytes of what the image points at, when ECR was just asked. */
      readonly body?: Uint8Array;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const refused = (refusal: Refusal): Outcome => ({ answer: { kind: 'refused', refusal } });

export const textOf = (reference: Reference): string =>
  reference.kind === 'tag' ? reference.tag : reference.digest;

/** One reference of one repository, as the memory of what is absent names it. */
export const missKeyOf = ({ repository, reference }: Ask<'manifest'>['request']): string =>
  `${repository} ${textOf(reference)}`;

/** The same for one customer: what is hidden from them may be open to the next. */
export const hiddenKeyOf = ({ request, identity }: Ask<'manifest'>): string =>
  `${missKeyOf(request)} ${identity.customerId}`;
