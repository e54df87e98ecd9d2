import type { EpochSeconds } from './time.ts';

/** The POLICY item: what was last applied to one repository, and what could not be. */
export type PolicyRecord = {
  readonly revision: number;
  /** Account ids in the policy when it last read back equal. */
  readonly applied: readonly string[];
  readonly appliedAt: EpochSeconds;
  /** Characters of the document that was applied. */
  readonly size: number;
  /** Refused on the probe repository; tried again daily. */
  readonly quarantined: Readonly<
    Record<string, { readonly since: EpochSeconds; readonly triedAt: EpochSeconds }>
  >;
  /** Entitled, and waiting because the policy is full. */
  readonly overflow: readonly string[];
  /** The vendor's own statements, as JSON, when last read. */
  readonly foreign: readonly string[];
  /** Vendor's statements that ECR refuses, as JSON: left out of the policy. */
  readonly dead: readonly string[];
  /** Digest of our own statements as applied, to tell a hand edit from a change of ours. */
  readonly fingerprint: string;
  /** When somebody else's edit of our statements was last found. */
  readonly driftAt?: EpochSeconds;
};
