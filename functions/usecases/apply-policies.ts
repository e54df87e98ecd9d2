import type { PolicyMessage } from '../ports.ts';
import { applyPolicy, type PolicySettings } from './apply-policy.ts';
import type { PolicyDeps } from './policy-run.ts';

/** One queue group: messages that all name the same repository. One apply serves them all. */
export const applyPolicies =
  (deps: PolicyDeps, settings: PolicySettings) =>
  async (
    messages: readonly PolicyMessage[],
  ): Promise<
    { readonly kind: 'done' } | { readonly kind: 'deferred'; readonly seconds: number }
  > => {
    const [message] = messages;
    if (message === undefined) return { kind: 'done' };
    const outcome = await applyPolicy(deps, settings)(message.repository);
    return outcome.kind === 'done'
      ? outcome
      : { kind: 'deferred', seconds: Math.max(1, outcome.untilAt - deps.clock()) };
  };
