import type { Credential } from '../core/credential.ts';
import { isValid } from '../core/credential-state.ts';
import type { EpochSeconds } from '../core/time.ts';
import { type ClaimOutcome, claimCredential } from './claim-credential.ts';
import { retireFrom } from './retire-credential.ts';
import { type SyncDeps, syncCustomer } from './sync-customer.ts';

export type RotateRequest = {
  readonly customerId: string;
  /** How long the old credentials go on working beside the new one. */
  readonly overlapSeconds: number;
  readonly actor: string;
};

export type RotateOutcome =
  | {
      readonly kind: 'rotated';
      readonly credentialId: string;
      readonly secretText: string;
      readonly retiring: readonly string[];
      readonly retiresAt: EpochSeconds;
    }
  | { readonly kind: 'unknown_customer' }
  | { readonly kind: 'deleted_customer' }
  /** Two are valid already: one of them has to go first. */
  | { readonly kind: 'too_many'; readonly credentials: readonly Credential[] }
  /** Somebody else rotates at this moment; what was minted here is retired again. */
  | { readonly kind: 'overtaken' };

const VALID_MAX = 2;

/**
 * A second credential, and an end for the first. Two that rotate at once never leave more than two
 * valid: whoever finds a third withdraws its own. Both may withdraw, and the old one still works.
 */
export const rotateCredential =
  (deps: SyncDeps) =>
  async (request: RotateRequest): Promise<RotateOutcome> => {
    const { customerId, actor } = request;
    const customer = await deps.customers.findCustomer(customerId);
    if (customer === undefined) return { kind: 'unknown_customer' };
    if (customer.isDeleted) return { kind: 'deleted_customer' };
    const old = await validCredentials(deps, customerId);
    if (old.length >= VALID_MAX) return { kind: 'too_many', credentials: old };
    const synced = await syncCustomer(deps)({
      customerId,
      because: 'operator',
      actor,
      isCredentialWanted: true,
    });
    const credentialId = synced.customer?.mint;
    // Stripe has told us meanwhile: the sync has retired everything.
    if (credentialId === undefined || synced.customer?.isDeleted)
      return { kind: 'deleted_customer' };
    return handOver(deps, request, credentialId, old);
  };

const handOver = async (
  deps: SyncDeps,
  { customerId, overlapSeconds }: RotateRequest,
  credentialId: string,
  old: readonly Credential[],
): Promise<RotateOutcome> => {
  const valid = await validCredentials(deps, customerId);
  if (valid.length > VALID_MAX) {
    await retireFrom(deps, { customerId, credentialId }, deps.clock());
    return { kind: 'overtaken' };
  }
  const claim = await claimCredential(deps)({ customerId, credentialId });
  if (claim.kind !== 'claimed') return lost(claim, credentialId);
  const now = deps.clock();
  const retiresAt = now + overlapSeconds;
  // What nobody claimed is in nobody's hands and needs no overlap.
  for (const each of old) {
    await retireFrom(deps, each, each.claimedAt === undefined ? now : retiresAt);
  }
  return {
    kind: 'rotated',
    credentialId,
    secretText: claim.secretText,
    retiring: old.map((each) => each.credentialId),
    retiresAt,
  };
};

/** Nobody else can know the id yet, so this is another operator at work, or a retirement of all. */
const lost = ({ kind }: ClaimOutcome, credentialId: string): never => {
  throw new Error(
    `the new credential ${credentialId} could not be claimed (${kind}): look at the customer's status and rotate again`,
  );
};

const validCredentials = async (
  { credentials, clock }: SyncDeps,
  customerId: string,
): Promise<readonly Credential[]> =>
  (await credentials.listCredentials(customerId)).filter((each) => isValid(each, clock()));
