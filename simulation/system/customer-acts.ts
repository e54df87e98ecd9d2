import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import type { PullRequest } from '../../functions/core/pull-request.ts';
import { MINUTE } from '../../functions/core/time.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { processOf } from '../kernel/lambda.ts';
import type { CustomerAct } from '../plan/plan.ts';
import type { Held, PullNote } from '../world/hands.ts';
import type { World } from '../world/world.ts';
import { depsFor } from './deps.ts';

export const doCustomerAct = (world: World, act: CustomerAct): Promise<void> =>
  act.does === 'claim' ? claim(world, act.customer) : pull(world, act);

/** What the vendor's command showed and the vendor passed on. */
export const giveSecret = ({ hands }: World, customer: string, held: Held): void => {
  const { credentialId, secretText } = held;
  hands.shown.set(secretText, (hands.shown.get(secretText) ?? 0) + 1);
  hands.held.set(customer, [...(hands.held.get(customer) ?? []), { credentialId, secretText }]);
  hands.tokens.delete(customer);
};

const claim = async (world: World, customerId: string): Promise<void> => {
  const { far, plan, system } = world;
  const skewSeconds = plan.skewSeconds.operator ?? 0;
  const process = processOf({ kernel: far.kernel, name: 'operator', skewSeconds });
  const outcome = await claimCredential(depsFor(far, process, system.bundle()))({ customerId });
  if (outcome.kind === 'claimed') giveSecret(world, customerId, outcome);
};

type Pull = Extract<CustomerAct, { readonly does: 'pull' }>;

/** Logs in when the last token is too old, then asks for a tag's manifest and its first layer, as docker does. */
const pull = async (world: World, act: Pull): Promise<void> => {
  const held = world.hands.held.get(act.customer)?.at(-1);
  const token = held === undefined ? undefined : await login(world, act, held);
  if (held === undefined || token === undefined) {
    if (held === undefined)
      note(world, act, {
        request: 'login',
        outcome: { kind: 'nothing', because: 'no credential' },
      });
    return;
  }
  const { repository, tag } = act;
  const reference = { kind: 'tag', tag } as const;
  const asked = { repository, isHead: false } as const;
  const answer = await ask(
    world,
    { act, token, held },
    { ...asked, kind: 'manifest', reference, knownDigests: [] },
  );
  if (answer?.kind !== 'manifest') return;
  const digest = layerIn(answer.body);
  if (digest !== undefined)
    await ask(world, { act, token, held }, { ...asked, kind: 'blob', digest });
};

/** Of the hour that a token lives. */
const TOKEN_SECONDS = 55 * MINUTE;

const login = async (world: World, act: Pull, held: Held): Promise<string | undefined> => {
  const { hands, far, system } = world;
  const known = hands.tokens.get(act.customer);
  if (known !== undefined && far.kernel.now() < known.until) return known.token;
  const sentAt = far.kernel.now();
  const scopes = [`repository:${act.repository}:pull`];
  const asked = {
    username: act.customer,
    secret: held.secretText,
    scopes,
    clientClass: 'd',
  } as const;
  const run = await system.functions.gateway.invoke({ kind: 'login', ask: asked });
  if (run.kind !== 'returned' || run.result.kind !== 'token') {
    note(world, act, { request: 'login', outcome: { kind: 'nothing', because: run.kind }, sentAt });
    return undefined;
  }
  const { issued } = run.result;
  if (issued.kind === 'refused') {
    note(world, act, {
      request: 'login',
      outcome: { kind: 'refused', because: issued.refusal.kind },
      sentAt,
    });
    return undefined;
  }
  hands.tokens.set(act.customer, { token: issued.token, until: sentAt + TOKEN_SECONDS });
  return issued.token;
};

const ask = async (
  world: World,
  { act, token }: { readonly act: Pull; readonly token: string; readonly held: Held },
  request: Extract<PullRequest, { readonly kind: 'manifest' | 'blob' }>,
): Promise<PullAnswer | undefined> => {
  const sentAt = world.far.kernel.now();
  const run = await world.system.functions.gateway.invoke({ kind: 'pull', token, request });
  if (run.kind !== 'returned' || run.result.kind !== 'pull') {
    note(world, act, {
      request: request.kind,
      outcome: { kind: 'nothing', because: run.kind },
      sentAt,
    });
    return undefined;
  }
  const { answer } = run.result;
  const outcome =
    answer.kind === 'refused'
      ? ({ kind: 'refused', because: answer.refusal.kind } as const)
      : ({ kind: 'served', ...('digest' in answer ? { digest: answer.digest } : {}) } as const);
  note(world, act, { request: request.kind, outcome, sentAt });
  return answer;
};

const note = (
  { far, hands }: World,
  { customer, repository, tag }: Pull,
  met: Pick<PullNote, 'request' | 'outcome'> & Partial<Pick<PullNote, 'sentAt'>>,
): void => {
  const at = far.kernel.now();
  const credentialId = hands.held.get(customer)?.at(-1)?.credentialId ?? '';
  hands.pulls.push({ customerId: customer, credentialId, repository, tag, at, sentAt: at, ...met });
};

const layerIn = (body: Uint8Array): string | undefined => {
  const { layers = [] }: { readonly layers?: readonly { readonly digest: string }[] } = JSON.parse(
    new TextDecoder().decode(body),
  );
  return layers[0]?.digest;
};
