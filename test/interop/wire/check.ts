import { isDeepStrictEqual } from 'node:util';
import { credentialMint } from '../../../functions/adapters/credential-mint.ts';
import type { Customer, Transition } from '../../../functions/core/customer.ts';
import { isOpen } from '../../../functions/core/time.ts';
import type { EcrStandIn } from '../../../local/aws/ecr.ts';
import type { SecretsStandIn } from '../../../local/aws/secrets-manager.ts';
import type { SqsStandIn } from '../../../local/aws/sqs.ts';
import type { MovableClock } from '../../../local/clock.ts';
import { QUEUES, STAGE } from '../../../local/names.ts';
import type { StripeServer } from '../../../local/stripe/server.ts';
import type { Stores } from '../../../simulation/stores/stores.ts';
import { allowedBy } from './policy-guard.ts';
import { admittedTo, REPOSITORIES, type Truth, truthOf } from './truth.ts';

type Ends = {
  readonly clock: Pick<MovableClock, 'now'>;
  readonly sqs: SqsStandIn;
  readonly ecr: EcrStandIn;
  readonly secrets: SecretsStandIn;
  readonly stripe: StripeServer;
};

/** Everything that is not as Stripe's truth wants it: the whole table, every policy, secret and queue. Empty when all is well. */
export const problemsOf = async (ends: Ends, stores: Stores): Promise<readonly string[]> => {
  const truths = truthOf(ends.stripe.snapshot());
  const secrets = secretTextsOf(ends.secrets);
  const problems = await Promise.all([
    ...truths.map((truth) => customerProblems(ends, stores, { truth, secrets })),
    ...REPOSITORIES.map((repository) => repositoryProblems(ends, stores, { repository, truths })),
  ]);
  return [...problems.flat(), ...queueProblems(ends)];
};

const queueProblems = ({ sqs }: Ends): readonly string[] =>
  sqs
    .inspect()
    .filter(({ name, messages }) => Object.values(QUEUES).includes(name) && messages.length > 0)
    .map(({ name, messages }) => `${name} still holds ${messages.length}`);

/** By name, what waits to be claimed. */
const secretTextsOf = ({ snapshot }: SecretsStandIn): ReadonlyMap<string, string> =>
  new Map(
    snapshot()
      .secrets.filter(({ name, deletion }) => name.startsWith(SEALED) && deletion.kind === 'none')
      .map(({ name, versions }) => [name, versions.at(-1)?.text ?? '']),
  );

const SEALED = `wharfage/${STAGE}/`;

type About = { readonly truth: Truth; readonly secrets: ReadonlyMap<string, string> };

const customerProblems = async (
  ends: Ends,
  stores: Stores,
  { truth, secrets }: About,
): Promise<readonly string[]> => {
  const { customerId } = truth;
  const customer = await stores.customers.findCustomer(customerId);
  const isPaying = Object.keys(truth.untils).length > 0;
  // Whoever came and went unseen never had anything, and needs nothing written.
  if (customer === undefined) return isPaying ? [`${customerId} pays and is not stored`] : [];
  const untils: Record<string, number> = {};
  for (const window of customer.windows.filter((each) => isOpen(each, ends.clock.now()))) {
    untils[window.offerId] = Math.max(window.endsAt, untils[window.offerId] ?? 0);
  }
  return [
    ...differences(`${customerId} may pull`, sorted(untils), sorted(truth.untils)),
    ...differences(
      `${customerId}'s accounts are`,
      [...customer.accounts],
      [...truth.accounts].sort(),
    ),
    ...differences(`${customerId}'s effects are done at`, customer.effectsDone, customer.version),
    ...differences(`${customerId} projects`, customer.projected, customer.members),
    ...auditProblems(customer, await stores.customers.listAudit(customerId)),
    ...(await credentialProblems(ends, stores, { customer, isPaying, secrets })),
  ];
};

const sorted = (untils: Readonly<Record<string, number>>) => Object.entries(untils).sort();

const differences = (what: string, actual: unknown, wanted: unknown): readonly string[] =>
  isDeepStrictEqual(actual, wanted)
    ? []
    : [`${what} ${JSON.stringify(actual)}, wanted ${JSON.stringify(wanted)}`];

/** One entry for each transition: no gap, no copy, each going on where the one before it ended. */
const auditProblems = (
  { customerId, transition }: Customer,
  audit: readonly Transition[],
): readonly string[] => {
  const problems: string[] = [];
  for (const [index, entry] of audit.entries()) {
    const name = `${customerId}'s audit ${index + 1}`;
    const before = audit[index - 1];
    problems.push(...differences(`${name} is numbered`, entry.sequence, index + 1));
    if (isDeepStrictEqual(entry.before, entry.after)) problems.push(`${name} changes nothing`);
    if (before === undefined) continue;
    if (entry.version <= before.version) problems.push(`${name} is of an older version`);
    problems.push(...differences(`${name} starts from`, entry.before, before.after));
  }
  return [...problems, ...differences(`${customerId}'s last audit is`, audit.at(-1), transition)];
};

type Keys = {
  readonly customer: Customer;
  readonly isPaying: boolean;
  readonly secrets: ReadonlyMap<string, string>;
};

/** One credential in all; what waits for it opens it, and nothing else waits. */
const credentialProblems = async (
  { clock }: Ends,
  { credentials }: Stores,
  { customer, isPaying, secrets }: Keys,
): Promise<readonly string[]> => {
  const { customerId, isDeleted, hasCredential } = customer;
  const stored = await credentials.listCredentials(customerId);
  const problems = [
    ...differences(`${customerId} has credentials`, stored.length, hasCredential ? 1 : 0),
    ...(isPaying && !hasCredential ? [`${customerId} pays and has no credential`] : []),
  ];
  for (const { credentialId, hash, claimedAt, claimBy, retiresAt } of stored) {
    const text = secrets.get(`${SEALED}${credentialId}`);
    const isWaiting = claimedAt === undefined && !isDeleted && claimBy > clock.now();
    if (isDeleted && retiresAt === undefined) problems.push(`${credentialId} is not retired`);
    if ((claimedAt !== undefined || isDeleted) && text !== undefined)
      problems.push(`${credentialId} still has a secret`);
    if (isWaiting && (text === undefined || credentialMint.hashOf(text) !== hash)) {
      problems.push(`${credentialId} waits for a claim without the secret that opens it`);
    }
  }
  return problems;
};

const repositoryProblems = async (
  { clock, ecr }: Ends,
  { members: store }: Stores,
  { repository, truths }: { readonly repository: string; readonly truths: readonly Truth[] },
): Promise<readonly string[]> => {
  const wanted = admittedTo(repository, truths);
  const { members, policy } = await store.readRepository(repository);
  const living = members.filter(({ until }) => until !== 0);
  const accounts = [...new Set([...wanted.keys()].map((key) => key.split(' ')[0] ?? ''))].sort();
  return [
    ...differences(
      `members of ${repository} are`,
      living.map(({ account, customerId, until }) => [`${account} ${customerId}`, until]).sort(),
      [...wanted].sort(),
    ),
    ...differences(
      `the policy of ${repository} lets in`,
      allowedBy(ecr.policies()[repository] ?? '', clock.now()),
      accounts,
    ),
    ...differences(`${repository} noted`, [...(policy?.applied ?? [])].sort(), accounts),
  ];
};
