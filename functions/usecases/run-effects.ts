import type { Customer, SealedCredential } from '../core/customer.ts';
import { memberChanges } from '../core/members-of.ts';
import { CLAIM_WITHIN_SECONDS, SEALED_SECONDS } from '../core/next-customer.ts';
import type {
  Clock,
  CredentialStore,
  CustomerStore,
  MemberStore,
  Mint,
  PolicyQueue,
  SealedSecrets,
} from '../ports.ts';

export type EffectsDeps = {
  readonly customers: CustomerStore;
  readonly members: MemberStore;
  readonly credentials: CredentialStore;
  readonly secrets: SealedSecrets;
  readonly mint: Mint;
  readonly policies: PolicyQueue;
  readonly clock: Clock;
};

const MEMBERS_AT_ONCE = 10;

/** `unfinished`: the table has everything, and a queue or Secrets Manager would not take theirs; nothing is marked. */
export type Effects =
  | { readonly kind: 'done' }
  | { readonly kind: 'unfinished'; readonly error: unknown };

/**
 * Makes the world match the stored state, never a difference held in memory: whoever crashes here,
 * the next one finds `effectsDone < version` and does it all again. Each step is repeatable.
 */
export const runEffects =
  (deps: EffectsDeps) =>
  async (customer: Customer): Promise<Effects> => {
    const { customerId, version, transition, mint, sealed } = customer;
    if (transition?.version === version) await deps.customers.putAudit(customerId, transition);
    const repositories = await writeMembers(deps, customer);
    if (customer.isDeleted) await retireAll(deps, customer);
    // Either may be down for long, and keeps nobody from hearing what Stripe says next.
    const telling = await attempt(() => tellPolicies(deps, customer, repositories));
    const minted = sealed.find(({ credentialId }) => credentialId === mint);
    const minting =
      minted === undefined ? DONE : await attempt(() => mintCredential(deps, customerId, minted));
    if (telling.kind === 'unfinished') return telling;
    if (minting.kind === 'unfinished') return minting;
    // A conflict means that somebody else has done these effects and gone on.
    await deps.customers.markEffectsDone(customer);
    return DONE;
  };

const DONE: Effects = { kind: 'done' };

const attempt = async (effect: () => Promise<void>): Promise<Effects> => {
  try {
    await effect();
    return DONE;
  } catch (error) {
    return { kind: 'unfinished', error };
  }
};

const tellPolicies = async (
  { policies }: EffectsDeps,
  { customerId, version }: Customer,
  repositories: readonly string[],
): Promise<void> => {
  if (repositories.length === 0) return;
  await policies.sendPolicies(
    repositories.map((repository) => ({
      repository,
      occasion: `${repository}:${customerId}:${version}`,
    })),
  );
};

const writeMembers = async (
  { members, clock }: EffectsDeps,
  { customerId, version, projected, members: desired }: Customer,
): Promise<readonly string[]> => {
  const changes = memberChanges(projected, desired);
  for (let from = 0; from < changes.length; from += MEMBERS_AT_ONCE) {
    // A conflict means that the same or a later version is there already.
    await Promise.all(
      changes
        .slice(from, from + MEMBERS_AT_ONCE)
        .map((change) => members.saveMember({ ...change, customerId, version }, clock())),
    );
  }
  return [...new Set(changes.map(({ repository }) => repository))];
};

const mintCredential = async (
  { credentials, secrets, mint }: EffectsDeps,
  customerId: string,
  { credentialId, until }: SealedCredential,
): Promise<void> => {
  const createdAt = until - SEALED_SECONDS;
  const text = await secrets.sealSecret(credentialId, mint.secretText(credentialId));
  const hash = mint.hashOf(text);
  const stored = await credentials.putCredential({
    credentialId,
    customerId,
    hash,
    label: `wharfage_pull_${credentialId}`,
    createdAt,
    claimBy: createdAt + CLAIM_WITHIN_SECONDS,
  });
  // Another hash: it was claimed and its secret deleted while we stood still, and ours opens nothing.
  if (stored.hash !== hash) await secrets.destroySecret(credentialId);
};

const retireAll = async (
  { credentials, secrets, clock }: EffectsDeps,
  { customerId, sealed }: Customer,
): Promise<void> => {
  for (const { credentialId } of await credentials.listCredentials(customerId)) {
    await credentials.retireCredential(customerId, credentialId, clock());
  }
  for (const { credentialId } of sealed) await secrets.destroySecret(credentialId);
};
