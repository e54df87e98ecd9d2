/** Every physical name carries the stage, so that two stages can live in one account and Region. */
export const nameOf = (stage: string, part: string): string => `wharfage-${stage}-${part}`;

export const probeRepositoryName = (stage: string): string => nameOf(stage, 'probe');

/**
 * Sealed pull credentials are `wharfage/<stage>/<credentialId>`. Stripe's secrets are named with
 * hyphens, so that this pattern never covers them.
 */
export const sealedSecretPattern = (stage: string): string => `wharfage/${stage}/*`;
