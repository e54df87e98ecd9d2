import type { ClientClass } from './client-class.ts';
import type { EpochSeconds } from './time.ts';

/** Who an access token points at. It says nothing about what they may pull: that is decided at each request. */
export type Identity = {
  readonly customerId: string;
  readonly credentialId: string;
  readonly clientClass: ClientClass;
  readonly expiresAt: EpochSeconds;
};

/** Old clients cannot recover from a token that dies in the middle of a pull. */
export const ACCESS_TOKEN_SECONDS = 3_600;
