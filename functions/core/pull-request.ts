import type { Reference } from './release.ts';

/** What a client asks of `/v2/`, parsed once: the name that is authorised is the name that is served. */
export type PullRequest =
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'manifest';
      readonly repository: string;
      readonly reference: Reference;
      readonly isHead: boolean;
      /** Digests of `If-None-Match`, without quotes; `*` as itself. */
      readonly knownDigests: readonly string[];
    }
  | {
      readonly kind: 'blob';
      readonly repository: string;
      readonly digest: string;
      readonly isHead: boolean;
      /** First and last byte asked for by a simple `Range`, for the ledger; absent: all. */
      readonly range?: { readonly first: number; readonly last?: number };
    }
  | {
      readonly kind: 'tags';
      readonly repository: string;
      readonly n?: number;
      readonly last?: string;
    }
  | {
      readonly kind: 'referrers';
      readonly repository: string;
      readonly subject: string;
      readonly artifactType?: string;
      readonly last?: string;
    };
