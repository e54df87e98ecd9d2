import type { EpochSeconds } from './time.ts';

/**
 * The release index: what a repository in ECR holds, in the shape in which the gateway asks for it.
 * Everything is stamped, so that one read decides about any digest.
 */
export type Stamp = {
  /** The earliest push that we know of. */
  readonly firstPushedAt: EpochSeconds;
  /**
   * By `openKey`, when a tag that this key's rule matches first reached it. Offers without a tag rule
   * are not named: they open the whole repository.
   */
  readonly opens: Readonly<Record<string, EpochSeconds>>;
  /** Which tag rules `opens` was worked out from: `rulesHashOf` of the repository. */
  readonly rulesHash: string;
};

type Stored = Stamp & {
  readonly repository: string;
  /** Every write is conditional on the one that was read; 0: there is no item yet. */
  readonly revision: number;
};

export type ReleaseTag = Stored & {
  readonly kind: 'tag';
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** The manifest's bytes, up to `TAG_BODY_BYTES_MAX`; a longer one is in the manifest's item. */
  readonly body?: Uint8Array;
  readonly isArchived: boolean;
  /**
   * ECR gave nothing for it that can be served when it was last asked. Whether it was deleted or
   * archived shows in the next event or listing; until then it is as if it were not there, but for its
   * history.
   */
  readonly isMissing?: true;
  /** When ECR was last asked what this tag points at. */
  readonly checkedAt: EpochSeconds;
  /** What it pointed at before, newest first, and since when; the present digest is the first entry. */
  readonly history: readonly { readonly digest: string; readonly since: EpochSeconds }[];
};

export type ReleaseManifest = Stored & {
  readonly kind: 'manifest';
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** The manifest's bytes, up to `MANIFEST_BODY_BYTES_MAX`; a longer one is asked of ECR each time. */
  readonly body?: Uint8Array;
  readonly isArchived: boolean;
  /** Tags that point or pointed at it, and since when. */
  readonly tags: Readonly<Record<string, EpochSeconds>>;
  /** Digests of the manifests that an index names. */
  readonly children: readonly string[];
  /** Digests of config and layers. */
  readonly blobs: readonly string[];
  /** The digest that this manifest refers to. */
  readonly subject?: string;
};

export type ReleaseBlob = Stored & {
  readonly kind: 'blob';
  readonly digest: string;
  readonly sizeBytes: number;
};

/** One manifest that points at `subject`. Its stamp is the subject's. */
export type ReleaseReferrer = Stored & {
  readonly kind: 'referrer';
  readonly subject: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
};

export type ReleaseItem = ReleaseTag | ReleaseManifest | ReleaseBlob | ReleaseReferrer;

/** Which item of a repository. */
export type ReleaseKey = { readonly repository: string } & (
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'manifest'; readonly digest: string }
  | { readonly kind: 'blob'; readonly digest: string }
  | { readonly kind: 'referrer'; readonly subject: string; readonly digest: string }
);

/** How far the index of one repository has come. */
export type IndexState = {
  readonly repository: string;
  readonly revision: number;
  /** When the last complete listing began; absent before the first one ended. */
  readonly completeAt?: EpochSeconds;
  /** The rules that every item is stamped with since then. */
  readonly rulesHash?: string;
  /** A listing is under way since; another may begin when this is older than a function can live. */
  readonly startedAt?: EpochSeconds;
};

/** So that HEAD or GET by tag is one read. */
export const TAG_BODY_BYTES_MAX = 32 * 1024;
/** DynamoDB's items end at 400 kB. */
export const MANIFEST_BODY_BYTES_MAX = 350 * 1024;
/** What clients and ECR accept. */
export const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;

/** A tag, or a digest `sha256:<64 hex>`. */
export type Reference =
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'digest'; readonly digest: string };
