import type { Credential } from '../core/credential.ts';
import { isValid } from '../core/credential-state.ts';
import type { Customer } from '../core/customer.ts';
import type { EpochSeconds } from '../core/time.ts';
import { type ClaimOutcome, claimCredential } from './claim-credential.ts';
import { retireFrom } from './retire-credential.ts';
import { runEffects } from './run-effects.ts';
import { type SyncDeps, syncCustomer } from './sync-customer.ts';

export type RotateRequest = {
  readonly customerId: string;
  /** How long the old credentials go on working beside the new one. */
  readonly overlapSeconds: number;
  readonly actor: string;
};

export type RotateOutcome =
  | (Omit<Extract<ClaimOutcome, { kind: 'claimed' }>, 'kind'> & {
      readonly kind: 'rotated';
      /** The old ones, and when each ends. */
      readonly retiring: readonly {
        readonly credentialId: string;
        readonly retiresAt: EpochSeconds;
      }[];
      /** Old ones whose end could not be written: they go on working. */
      readonly notRetired: readonly { readonly credentialId: string; readonly error: unknown }[];
    })
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
    const old = await countedCredentials(deps, customer);
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
  return { ...claim, kind: 'rotated', ...(await retireOld(deps, old, overlapSeconds)) };
};

/** The new secret is in hand and is shown only once: whatever fails from here on must not lose it. */
const retireOld = async (
  deps: SyncDeps,
  old: readonly Credential[],
  overlapSeconds: number,
): Promise<Pick<Extract<RotateOutcome, { kind: 'rotated' }>, 'retiring' | 'notRetired'>> => {
  const now = deps.clock();
  const retiring: { credentialId: string; retiresAt: EpochSeconds }[] = [];
  const notRetired: { credentialId: string; error: unknown }[] = [];
  for (const each of old) {
    const { credentialId, claimedAt, retiresAt: before = Number.POSITIVE_INFINITY } = each;
    // What nobody claimed is in nobody's hands and needs no overlap.
    const retiresAt = claimedAt === undefined ? now : Math.min(before, now + overlapSeconds);
    try {
      await retireFrom(deps, each, retiresAt);
      retiring.push({ credentialId, retiresAt });
    } catch (error) {
      notRetired.push({ credentialId, error });
    }
  }
  return { retiring, notRetired };
};

/** Nobody else can know the id yet, so this is another operator at work, or a retirement of all. */
const lost = ({ kind }: ClaimOutcome, credentialId: string): never => {
  throw new Error(
    `the new credential ${credentialId} could not be claimed (${kind}): look at the customer's status and rotate again`,
  );
};

/** A rotation that was cut off may have one more under way: it counts. */
const countedCredentials = async (
  deps: SyncDeps,
  customer: Customer,
): Promise<readonly Credential[]> => {
  if (customer.effectsDone < customer.version) await runEffects(deps)(customer);
  return validCredentials(deps, customer.customerId);
};

const validCredentials = async (
  { credentials, clock }: SyncDeps,
  customerId: string,
): Promise<readonly Credential[]> =>
  (await credentials.listCredentials(customerId)).filter((each) => isValid(each, clock()));
