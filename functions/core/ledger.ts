import type { EpochSeconds } from './time.ts';

/** One thing that the gateway did for or refused to a customer. */
export type LedgerEntry = {
  readonly customerId: string;
  readonly credentialId: string;
  readonly repository: string;
  readonly at: EpochSeconds;
  readonly what: /** HEAD of a manifest, or a GET that the client's copy answered. */
    | { readonly kind: 'version_check' }
    /** GET of an image manifest; counted once for a credential and digest in 10 minutes. */
    | { readonly kind: 'pull'; readonly digest: string }
    /** GET of a blob: what the client may now fetch from storage. */
    | { readonly kind: 'bytes'; readonly digest: string; readonly bytes: number }
    | { readonly kind: 'denial'; readonly because: string };
};

/** One customer, repository and UTC day. */
export type PullDay = {
  readonly day: string;
  readonly repository: string;
  readonly versionChecks: number;
  readonly pulls: number;
  readonly bytes: number;
  readonly denials: Readonly<Record<string, number>>;
  readonly firstAt: EpochSeconds;
  readonly lastAt: EpochSeconds;
};

export const COUNT_ONCE_SECONDS = 600;
