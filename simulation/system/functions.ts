import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { batchHandler } from '../../functions/adapters/queue-batch.ts';
import { webhookSignature } from '../../functions/adapters/webhook-signature.ts';
import type { Identity } from '../../functions/core/identity.ts';
import { parsePolicyMessage, parseSubject } from '../../functions/core/parse-message.ts';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import type { PullRequest } from '../../functions/core/pull-request.ts';
import { webhook } from '../../functions/http/webhook.ts';
import { acceptEvent } from '../../functions/usecases/accept-event.ts';
import { answerPull } from '../../functions/usecases/answer-pull.ts';
import { applyPolicies } from '../../functions/usecases/apply-policies.ts';
import { indexImage } from '../../functions/usecases/index-image.ts';
import { indexRelease } from '../../functions/usecases/index-release.ts';
import {
  type IssuedToken,
  issueAccessToken,
  type TokenAsk,
} from '../../functions/usecases/issue-access-token.ts';
import { sweep } from '../../functions/usecases/sweep.ts';
import { syncSubjects } from '../../functions/usecases/sync-subjects.ts';
import type { Process } from '../kernel/process.ts';
import {
  type Bundle,
  depsFor,
  type Far,
  gatewayDepsFor,
  portsFor,
  postponementOver,
  reportFor,
  subjectsOver,
} from './deps.ts';

/* One builder for each entry of functions/, wired as there. What differs are the far ends. */

export type Delivery = { readonly body: string; readonly header: string };
export type GatewayAsk =
  | { readonly kind: 'login'; readonly ask: TokenAsk }
  | { readonly kind: 'pull'; readonly token: string; readonly request: PullRequest };
export type GatewayAnswer =
  | { readonly kind: 'token'; readonly issued: IssuedToken }
  | { readonly kind: 'unauthorized' }
  | { readonly kind: 'pull'; readonly answer: PullAnswer; readonly identity: Identity };

type Builder<Event, Result> = (
  far: Far,
  bundle: Bundle,
) => (process: Process) => (event: Event) => Promise<Result>;

export const PROBE_REPOSITORY = 'wharfage/sim/probe';

export const buildWebhook: Builder<Delivery, number> = (far) => (process) => {
  const report = reportFor(far, process);
  const queue = subjectsOver(far, process);
  const accept = acceptEvent({ queue, report }, { livemode: false, account: '' });
  const readSecret = async (): Promise<string> => {
    const { current, previous } = far.stripe.secrets;
    return JSON.stringify({ current, previous });
  };
  const verify = webhookSignature({ readSecret, clock: process.clock });
  const answer = webhook({ verify, accept, report });
  return async ({ body, header }) => {
    const { status } = await answer({
      method: 'POST',
      headers: { get: (name) => (name === 'stripe-signature' ? header : null) },
      arrayBuffer: async () => new TextEncoder().encode(body).buffer,
    });
    return status;
  };
};

export const buildSync: Builder<SQSEvent, SQSBatchResponse> = (far, bundle) => (process) => {
  const sync = syncSubjects(depsFor(far, process, bundle));
  return batchHandler({
    parse: parseSubject,
    handle: async (subjects) => {
      await sync(subjects);
      return { kind: 'done' };
    },
    groupsAtOnce: 1,
    postpone: postponementOver(far, process, far.queues.customers),
    report: reportFor(far, process),
  });
};

export const buildSweep: Builder<undefined, void> = (far, bundle) => (process) => {
  const tick = sweep(depsFor(far, process, bundle), { ...bundle, readsMax: 0 });
  return async () => tick();
};

export const buildApplyPolicy: Builder<SQSEvent, SQSBatchResponse> = (far, bundle) => (process) => {
  const { members, catalogs, report, clock } = depsFor(far, process, bundle);
  const policies = portsFor(far, process)('ecr', far.ecr.policies);
  return batchHandler({
    parse: parsePolicyMessage,
    handle: applyPolicies(
      { members, policies, report, clock },
      { stage: 'sim', partition: 'aws', probeRepository: PROBE_REPOSITORY, catalogs },
    ),
    groupsAtOnce: 3,
    postpone: postponementOver(far, process, far.queues.policies),
    report,
  });
};

export const buildIndexRelease: Builder<unknown, void> = (far, bundle) => (process) => {
  const { releases, images, catalogs, report, clock } = gatewayDepsFor(far, process, bundle);
  const index = indexRelease({ releases, images, catalogs, report, clock });
  return async (event) => index(event);
};

export const buildGateway: Builder<GatewayAsk, GatewayAnswer> = (far, bundle) => (process) => {
  const deps = gatewayDepsFor(far, process, bundle);
  const issue = issueAccessToken(deps);
  const answer = answerPull(
    { ...deps, indexImage: indexImage(deps) },
    { layerOrigin: 'https://*.amazonaws.com', noticeDays: 14 },
  );
  return async (event) => {
    if (event.kind === 'login') return { kind: 'token', issued: await issue(event.ask) };
    const verified = await deps.tokens.verifyToken(event.token, deps.clock());
    if (verified.kind !== 'valid') return { kind: 'unauthorized' };
    const { identity } = verified;
    return {
      kind: 'pull',
      answer: await answer(identity, event.request, 'registry.example'),
      identity,
    };
  };
};
