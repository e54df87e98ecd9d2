import type { EpochSeconds } from './time.ts';

/** A pull credential as the table knows it: never the secret, only its hash. */
export type Credential = {
  readonly credentialId: string;
  readonly customerId: string;
  /** `sha256:<64 hex>` of the whole secret text. */
  readonly hash: string;
  readonly label: string;
  readonly createdAt: EpochSeconds;
  /** Unclaimed at this time: retired. */
  readonly claimBy: EpochSeconds;
  readonly claimedAt?: EpochSeconds;
  /** From then on it opens nothing: set at once, or ahead for a rotation's overlap. */
  readonly retiresAt?: EpochSeconds;
};
