import type { Refusal } from './refusal.ts';
import type { EpochSeconds } from './time.ts';

/** What the gateway answers, before it is HTTP. */
export type PullAnswer =
  | { readonly kind: 'pong' }
  | {
      readonly kind: 'manifest';
      readonly mediaType: string;
      readonly digest: string;
      readonly body: Uint8Array;
      /** Access ends soon: clients that can show it do. */
      readonly endsAt?: EpochSeconds;
    }
  | { readonly kind: 'not_modified'; readonly digest: string }
  /** HEAD of a blob. */
  | { readonly kind: 'blob'; readonly digest: string; readonly sizeBytes: number }
  | { readonly kind: 'redirect'; readonly digest: string; readonly url: string }
  | {
      readonly kind: 'tags';
      readonly repository: string;
      readonly tags: readonly string[];
      /** The query of the next page. */
      readonly next?: { readonly n: number; readonly last: string };
    }
  | {
      readonly kind: 'referrers';
      readonly repository: string;
      readonly subject: string;
      readonly descriptors: readonly Descriptor[];
      /** The filter that was applied. */
      readonly artifactType?: string;
      readonly next?: { readonly last: string };
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** As in an OCI image index. */
export type Descriptor = {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
};
