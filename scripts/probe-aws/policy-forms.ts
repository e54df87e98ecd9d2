import { DeleteRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { ecrPolicies } from '../../functions/adapters/ecr-policies.ts';
import { attempt, attemptText, isRefused } from './attempt.ts';
import {
  meansTheSame,
  ourStatement,
  policyText,
  principalsIn,
  readPolicy,
  set,
  withPrincipal,
} from './policy-texts.ts';
import { type Probe, settled } from './probe.ts';

const DAYS = ['2031-01-06', '2031-01-07', '2031-01-08'];

export const policyForms: readonly Probe[] = [
  {
    id: 'policy-date-less-than',
    belief: 'DateLessThan aws:CurrentTime is taken, and reads back as it was written.',
    source: 'IAM’s guide (the key is always present); never seen in a repository policy',
    dependents: 'functions/core/policy-statements.ts: access ends even when nothing of ours runs',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-date-less-than');
      const text = policyText(ourStatement(world));
      const answer = await set(world, repository, text);
      const back = await readPolicy(world, repository);
      const isKept = back.includes('DateLessThan') && meansTheSame(text, back);
      return settled(
        answer.kind === 'done' && isKept,
        `${attemptText(answer)}; read back: ${back}`,
      );
    },
  },
  {
    id: 'policy-account-read-back',
    belief: 'An account given by its id reads back as its root ARN.',
    source: 'IAM’s guide of 2023; somebody saw ids stay: modernisation-platform#8909',
    dependents: 'local/aws/ecr-policy.ts (functions/core/policy-compare.ts takes both)',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-account-read-back');
      const text = policyText(withPrincipal(world, [world.account.id]));
      const answer = await set(world, repository, text);
      const [principal = ''] = principalsIn(await readPolicy(world, repository));
      const root = `arn:${world.account.partition}:iam::${world.account.id}:root`;
      return settled(principal === root, `${attemptText(answer)}; read back: ${principal}`);
    },
  },
  {
    id: 'policy-order-read-back',
    belief:
      'Whatever ECR does to order, lists of one and white space, our comparison finds the policy that we wrote.',
    source: 'as Terraform compares; what ECR changes is not documented',
    dependents: 'functions/core/policy-compare.ts: else every sweep would write every policy',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-order-read-back');
      const ours = DAYS.map((day) => ({
        ...ourStatement(world),
        Sid: `WharfageprobeDay${day.replaceAll('-', '')}`,
        Condition: { DateLessThan: { 'aws:CurrentTime': `${day}T00:00:00Z` } },
      }));
      const service = {
        Sid: 'TheVendorsOwn',
        Effect: 'Allow',
        Principal: { Service: ['lambda.amazonaws.com'] },
        Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        Condition: { StringEquals: { 'aws:SourceAccount': [world.account.id] } },
      };
      const text = policyText(service, ...ours);
      const answer = await set(world, repository, text);
      const back = await readPolicy(world, repository);
      const spelled = back === text ? 'to the letter' : `as ${back}`;
      return settled(
        answer.kind === 'done' && meansTheSame(text, back),
        `${attemptText(answer)}; read back ${spelled}`,
      );
    },
  },
  {
    id: 'policy-account-condition',
    belief:
      'Accounts in a condition of Principal "*" are not looked up: one that does not exist is taken.',
    source: 'inferred',
    dependents: 'nothing yet: the way out should ‘Principal not found’ become a burden',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-account-condition');
      const statement = {
        ...withPrincipal(world, '*'),
        Condition: { StringEquals: { 'aws:PrincipalAccount': [world.deadAccount] } },
      };
      const answer = await set(world, repository, policyText(statement));
      return settled(answer.kind === 'done', attemptText(answer));
    },
  },
  {
    id: 'policy-absent',
    belief:
      'A repository without a policy is RepositoryPolicyNotFoundException, one that is not there RepositoryNotFoundException.',
    source: 'ECR’s service model',
    dependents: 'functions/adapters/ecr-policies.ts findPolicy',
    secondsMax: 60,
    run: async (world) => {
      const policies = ecrPolicies(world.clients.ecr);
      const repository = await world.make.repository('policy-absent');
      const none = await attempt(() => policies.findPolicy(repository));
      const nowhere = await attempt(() => policies.findPolicy(`${repository}-not-made`));
      const [first, second] = [none, nowhere].map((one) =>
        one.kind === 'done' ? one.output.kind : attemptText(one),
      );
      return settled(
        first === 'none' && second === 'no_repository',
        `without a policy: ${first}; without a repository: ${second}`,
      );
    },
  },
  {
    id: 'policy-delete-twice',
    belief:
      'Deleting a policy that is gone is RepositoryPolicyNotFoundException, which our adapter takes for success.',
    source: 'ECR’s service model',
    dependents: 'functions/adapters/ecr-policies.ts deletePolicy',
    secondsMax: 60,
    run: async (world) => {
      const repository = await world.make.repository('policy-delete-twice');
      const policies = ecrPolicies(world.clients.ecr);
      await policies.setPolicy(repository, policyText(ourStatement(world)));
      await policies.deletePolicy(repository);
      const again = await attempt(() => policies.deletePolicy(repository));
      const raw = await attempt(() =>
        world.clients.ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName: repository })),
      );
      return settled(
        again.kind === 'done' && isRefused(raw, 'RepositoryPolicyNotFoundException'),
        `again by our adapter: ${attemptText(again)}; as it is: ${attemptText(raw)}`,
      );
    },
  },
];
