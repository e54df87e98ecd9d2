import {
  DeleteRepositoryPolicyCommand,
  type ECRClient,
  GetRepositoryPolicyCommand,
  InvalidParameterException,
  RepositoryNotFoundException,
  RepositoryPolicyNotFoundException,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import type { PolicyRefusal, RepositoryPolicies } from '../ports.ts';

/** Repository policies as ECR has them. */
export const ecrPolicies = (client: ECRClient): RepositoryPolicies => ({
  findPolicy: async (repository) => {
    try {
      const { policyText } = await client.send(
        new GetRepositoryPolicyCommand({ repositoryName: repository }),
      );
      if (policyText === undefined) throw new Error('ECR answered without a policy');
      return { kind: 'found', text: policyText };
    } catch (cause) {
      if (cause instanceof RepositoryPolicyNotFoundException) return { kind: 'none' };
      if (cause instanceof RepositoryNotFoundException) return { kind: 'no_repository' };
      throw new Error(`could not read the policy of ${repository}`, { cause });
    }
  },
  setPolicy: async (repository, text) => {
    try {
      await client.send(
        new SetRepositoryPolicyCommand({ repositoryName: repository, policyText: text }),
      );
      return { kind: 'set' };
    } catch (cause) {
      if (cause instanceof RepositoryNotFoundException) return { kind: 'no_repository' };
      const because = refusalOf(cause);
      if (because !== undefined) return { kind: 'refused', because };
      throw new Error(`could not set the policy of ${repository}`, { cause });
    }
  },
  deletePolicy: async (repository) => {
    try {
      await client.send(new DeleteRepositoryPolicyCommand({ repositoryName: repository }));
    } catch (cause) {
      const isGone =
        cause instanceof RepositoryPolicyNotFoundException ||
        cause instanceof RepositoryNotFoundException;
      if (!isGone) throw new Error(`could not delete the policy of ${repository}`, { cause });
    }
  },
});

/** ECR has one exception for both, and tells them apart in its text only. */
const refusalOf = (error: unknown): PolicyRefusal | undefined => {
  if (!(error instanceof InvalidParameterException)) return undefined;
  if (error.message.includes('Principal not found')) return 'principal_not_found';
  if (error.message.includes('Invalid repository policy provided')) return 'invalid_policy';
  return undefined;
};
