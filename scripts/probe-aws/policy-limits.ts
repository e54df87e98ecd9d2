import { ecrPolicies } from '../../functions/adapters/ecr-policies.ts';
import { POLICY_SIZE_MAX } from '../../functions/core/policy-document.ts';
import { attempt, attemptText, isRefused } from './attempt.ts';
import {
  meansTheSame,
  ourStatement,
  policyOfLength,
  policyText,
  principalsIn,
  readPolicy,
  set,
  withPrincipal,
} from './policy-texts.ts';
import { notSettled, type Probe, settled } from './probe.ts';
import type { World } from './world.ts';

const ACCOUNTS = 450;

const sizes: readonly Probe[] = [
  {
    id: 'policy-size-limit',
    belief:
      'A repository policy of 10,240 characters is taken; one more is InvalidParameterException.',
    source: 'ECR’s service model (policyText 0-10,240); the error’s code is inferred',
    dependents: 'functions/core/policy-plan.ts: how many accounts one repository holds',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-size-limit');
      const full = await set(world, repository, policyOfLength(world, POLICY_SIZE_MAX));
      const over = await set(world, repository, policyOfLength(world, POLICY_SIZE_MAX + 1));
      return settled(
        full.kind === 'done' && isRefused(over, 'InvalidParameterException'),
        `10,240 characters: ${attemptText(full)}; 10,241: ${attemptText(over)}`,
      );
    },
  },
  {
    id: 'policy-size-characters',
    belief: 'ECR counts characters, not bytes: 10,240 characters of two bytes each are taken.',
    source: 'inferred from the service model; our code counts bytes, which is never too few',
    dependents: 'functions/core/policy-document.ts sizeOf; local/aws/ecr-policy.ts',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-size-characters');
      const answer = await set(world, repository, policyOfLength(world, POLICY_SIZE_MAX, 'é'));
      return settled(answer.kind === 'done', attemptText(answer));
    },
  },
  {
    id: 'policy-size-as-sent',
    belief: 'The size is counted as the text was sent, before account ids become root ARNs.',
    source: 'unknown; the stand-in counts the text as sent',
    dependents: 'local/aws/ecr.ts; README’s number of accounts (we send root ARNs, so ours holds)',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-size-as-sent');
      const bare = Array.from({ length: ACCOUNTS }, () => world.account.id);
      const text = policyText(withPrincipal(world, bare));
      const answer = await set(world, repository, text);
      const sizeText = `${text.length} characters as sent, ${text.length + ACCOUNTS * 18} with root ARNs`;
      if (answer.kind === 'refused') return settled(false, `${sizeText}: ${attemptText(answer)}`);
      const kept = principalsIn(await readPolicy(world, repository)).length;
      if (kept === ACCOUNTS) return settled(true, `${sizeText}: accepted`);
      return notSettled(
        `${sizeText}: accepted, but of the same account ${ACCOUNTS} times ${kept} stay`,
      );
    },
  },
];

const principalNotFound: Probe = {
  id: 'policy-principal-not-found',
  belief:
    'An account that does not exist is InvalidParameterException with ‘Principal not found’, and nothing is written.',
  source: 'reported with this text: hashicorp/terraform-provider-aws#39064, #39190',
  dependents: 'functions/adapters/ecr-policies.ts; the search on the probe repository; quarantine',
  secondsMax: 60,
  run: async (world) => {
    const repository = await world.make.repository('policy-principal-not-found');
    const before = policyText(ourStatement(world));
    await ecrPolicies(world.clients.ecr).setPolicy(repository, before);
    const both = policyText(ourStatement(world, [world.account.id, world.deadAccount]));
    const raw = await set(world, repository, both);
    const ours = await attempt(() => ecrPolicies(world.clients.ecr).setPolicy(repository, both));
    const isKnown =
      ours.kind === 'done' &&
      ours.output.kind === 'refused' &&
      ours.output.because === 'principal_not_found';
    const isKept = meansTheSame(before, await readPolicy(world, repository));
    return settled(
      isKnown && isKept,
      `with account ${world.deadAccount}: ${attemptText(raw)}; the policy before it ${isKept ? 'stayed' : 'did not stay'}`,
    );
  },
};

type Refused = Pick<Probe, 'id' | 'belief' | 'source' | 'dependents'> & {
  readonly text: (world: World) => string;
};

const refusedAsInvalid = ({ text, ...what }: Refused): Probe => ({
  ...what,
  secondsMax: 60,
  run: async (world) => {
    const repository = await world.make.repository(what.id);
    const raw = await set(world, repository, text(world));
    const ours = await attempt(() =>
      ecrPolicies(world.clients.ecr).setPolicy(repository, text(world)),
    );
    const isInvalid =
      ours.kind === 'done' &&
      ours.output.kind === 'refused' &&
      ours.output.because === 'invalid_policy';
    return settled(isInvalid, attemptText(raw));
  },
});

const INVALID = '‘Invalid repository policy provided’';

const refusals: readonly Probe[] = [
  {
    id: 'policy-get-authorization-token',
    belief: `A statement with ecr:GetAuthorizationToken is refused with ${INVALID}.`,
    source: 'reported: cloudposse/terraform-aws-ecr#67',
    dependents: 'local/aws/ecr-statement.ts; what docs tell vendors about statements of theirs',
    text: (world: World) =>
      policyText({ ...ourStatement(world), Action: ['ecr:GetAuthorizationToken'] }),
  },
  {
    id: 'policy-resource-refused',
    belief: `A statement with a Resource element is refused with ${INVALID}.`,
    source: 'memory',
    dependents: 'local/aws/ecr-statement.ts; how a vendor’s own statement is found to be refused',
    text: (world: World) => policyText({ ...ourStatement(world), Resource: '*' }),
  },
  {
    id: 'policy-unknown-operator',
    belief: `A condition operator that IAM does not know is refused with ${INVALID}.`,
    source: 'inferred',
    dependents: 'local/aws/ecr-statement.ts',
    text: (world: World) =>
      policyText({
        ...ourStatement(world),
        Condition: { DateSoonerThan: { 'aws:CurrentTime': '2030-01-01T00:00:00Z' } },
      }),
  },
  {
    id: 'policy-date-that-is-none',
    belief: `A date that is none, in DateLessThan, is refused with ${INVALID}.`,
    source: 'inferred',
    dependents: 'local/aws/ecr-statement.ts: a wrong date would be seen at the write, not never',
    text: (world: World) =>
      policyText({
        ...ourStatement(world),
        Condition: { DateLessThan: { 'aws:CurrentTime': 'next Monday' } },
      }),
  },
].map(refusedAsInvalid);

export const policyLimits: readonly Probe[] = [...sizes, principalNotFound, ...refusals];
