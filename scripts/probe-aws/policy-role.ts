import { DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { ecrPolicies } from '../../functions/adapters/ecr-policies.ts';
import { attemptText } from './attempt.ts';
import { policyText, principalsIn, readPolicy, set, withPrincipal } from './policy-texts.ts';
import { notSettled, type Probe, settled } from './probe.ts';
import { DELETED, findStack } from './shelves.ts';
import { lookFor, type World } from './world.ts';

const STACK_LOOKS = { looks: 60, pauseSeconds: 5 };
const LOOKS = { looks: 36, pauseSeconds: 5 };
const UNIQUE_ID = /^A(RO|ID)A/;

export const policyRole: Probe = {
  id: 'policy-deleted-role',
  belief:
    'A role that is deleted stays in the policy as its unique id (AROA…), and that policy is refused with ‘Principal not found’ when it is written back.',
  source: 'IAM’s guide of 2023, for S3; for ECR reported only',
  dependents: 'why nothing is derived from the live policy; how a vendor’s dead statement is found',
  needs: 'iam',
  secondsMax: 900,
  run: async (world) => {
    const repository = await world.make.repository('policy-deleted-role');
    const { stack, role } = await world.make.roleStack('role');
    await untilStack(world, stack, 'CREATE_COMPLETE');
    const arn = `arn:${world.account.partition}:iam::${world.account.id}:role/${role}`;
    // A new role is not known everywhere at once.
    const taken = await lookFor(world, LOOKS, async () => {
      const answer = await set(world, repository, policyText(withPrincipal(world, [arn])));
      return answer.kind === 'done' ? answer : undefined;
    });
    if (taken === undefined) return notSettled('ECR did not take the role while it was there');
    await world.clients.stacks.send(new DeleteStackCommand({ StackName: stack }));
    await untilStack(world, stack, DELETED);
    const seen = await lookFor(world, LOOKS, async () => {
      const [principal = ''] = principalsIn(await readPolicy(world, repository));
      return UNIQUE_ID.test(principal) ? principal : undefined;
    });
    const back = await readPolicy(world, repository);
    const again = await set(world, repository, back);
    const ours = await ecrPolicies(world.clients.ecr).setPolicy(repository, back);
    const isRefused = ours.kind === 'refused' && ours.because === 'principal_not_found';
    return settled(
      seen !== undefined && isRefused,
      `reads back as ${principalsIn(back)[0]}; written back: ${attemptText(again)}`,
    );
  },
};

const untilStack = async (world: World, stack: string, wanted: string): Promise<void> => {
  const seen = await lookFor(world, STACK_LOOKS, async () => {
    const status = (await findStack(world.clients, stack))?.StackStatus ?? DELETED;
    return status.endsWith('_IN_PROGRESS') ? undefined : status;
  });
  if (seen === wanted) return;
  throw new Error(`the stack ${stack} is ${seen ?? 'in progress'}, not ${wanted}`);
};
