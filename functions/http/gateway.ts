import { classOf, parseClass } from '../core/client-class.ts';
import { errorFields } from '../core/error-fields.ts';
import type { Identity } from '../core/identity.ts';
import { parsePull } from '../core/parse-pull.ts';
import type { PullAnswer } from '../core/pull-answer.ts';
import type { PullRequest } from '../core/pull-request.ts';
import type { Refusal } from '../core/refusal.ts';
import type { AccessTokens } from '../ports.ts';
import { challengeOf, hostOf } from './challenge.ts';
import { namesOrigin, notThroughFront, originOf } from './front.ts';
import type { RawRequest, RawResponse } from './raw.ts';
import { renderServed } from './render.ts';
import { renderRefusal, statusOf } from './render-refusal.ts';
import { type TokenDeps, tokenEndpoint } from './token-endpoint.ts';

export type GatewayDeps = TokenDeps & {
  readonly isFront: (secret: string) => Promise<boolean>;
  readonly tokens: Pick<AccessTokens, 'verifyToken'>;
  /** Logs its own answers. */
  readonly answer: (
    identity: Identity,
    request: PullRequest,
    registryHost: string,
  ) => Promise<PullAnswer>;
};

export type GatewaySettings = {
  /** Where a customer puts a lapsed subscription right. */
  readonly renewalUrl: string;
  /** `refuse` when the front cannot pass on the length of a HEAD. */
  readonly manifestHead: 'full' | 'refuse';
};

/**
 * The registry's front door: cheapest refusals first, and never an answer that a client takes for a
 * decision when none could be made.
 */
export const gateway =
  (deps: GatewayDeps, settings: GatewaySettings) =>
  async (request: RawRequest): Promise<RawResponse> => {
    try {
      const origin = await originOf(request, deps.isFront);
      if (origin !== undefined)
        return await answerThroughFront(deps, settings, { request, origin });
      // A stranger who found the Function URL names no origin; the front always does.
      if (namesOrigin(request))
        deps.report.count('FrontRefused', { at: deps.clock(), status: 403 });
      else deps.report.log('not through the front', { at: deps.clock(), status: 403 });
      return notThroughFront;
    } catch (error) {
      deps.report.count('GatewayUnavailable', { at: deps.clock(), ...errorFields(error) });
      const { renewalUrl } = settings;
      return renderRefusal({ kind: 'unavailable' }, { at: 'token', renewalUrl });
    }
  };

type Call = { readonly request: RawRequest; readonly origin: string };

const TOKEN_PATH = '/token/';

const answerThroughFront = async (
  deps: GatewayDeps,
  settings: GatewaySettings,
  call: Call,
): Promise<RawResponse> => {
  const { rawPath } = call.request;
  if (rawPath === '/v2' || rawPath.startsWith('/v2/')) return answerV2(deps, settings, call);
  const clientClass = rawPath.startsWith(TOKEN_PATH)
    ? parseClass(rawPath.slice(TOKEN_PATH.length))
    : undefined;
  if (clientClass === undefined) {
    return refuse(deps, settings, { ...call, refusal: { kind: 'no_such_route' } });
  }
  const { renewalUrl } = settings;
  return tokenEndpoint(deps)(call.request, { clientClass, renewalUrl });
};

const answerV2 = async (
  deps: GatewayDeps,
  settings: GatewaySettings,
  call: Call,
): Promise<RawResponse> => {
  const entry = await identify(deps, call.request);
  if (entry.kind === 'refused') return refuse(deps, settings, { ...call, ...entry });
  const { identity } = entry;
  const host = hostOf(call.origin);
  const parsed = parsePull(call.request, host);
  if (parsed.kind === 'refused') return refuse(deps, settings, { ...call, ...parsed, identity });
  const { request } = parsed;
  if (settings.manifestHead === 'refuse' && request.kind === 'manifest' && request.isHead) {
    return refuse(deps, settings, { ...call, identity, refusal: { kind: 'head_refused' } });
  }
  const answer = await deps.answer(identity, request, host);
  return answer.kind === 'refused'
    ? render(settings, { ...call, identity, refusal: answer.refusal })
    : renderServed(answer, settings.renewalUrl);
};

type Entry =
  | { readonly kind: 'admitted'; readonly identity: Identity }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const BEARER = /^bearer(?: +(.*))?$/i;

/** A pull credential opens nothing here: whoever sends one is told where to exchange it. */
const identify = async (
  { tokens, clock }: GatewayDeps,
  { headers }: RawRequest,
): Promise<Entry> => {
  const bearer = BEARER.exec(headers.authorization ?? '');
  if (bearer === null) return { kind: 'refused', refusal: { kind: 'no_credential' } };
  const verified = await tokens.verifyToken(bearer[1] ?? '', clock());
  if (verified.kind === 'valid') return { kind: 'admitted', identity: verified.identity };
  const kind = verified.kind === 'expired' ? 'expired_token' : 'invalid_token';
  return { kind: 'refused', refusal: { kind } };
};

type Refused = Call & { readonly refusal: Refusal; readonly identity?: Identity };

/** For what never reached the use case, which logs its own answers. */
const refuse = (
  { report, clock }: GatewayDeps,
  settings: GatewaySettings,
  refused: Refused,
): RawResponse => {
  const { refusal, identity } = refused;
  const answer = render(settings, refused);
  report.log('pull', {
    at: clock(),
    customerId: identity?.customerId,
    credentialId: identity?.credentialId,
    clientClass: clientClassOf(refused),
    decision: refusal.kind,
    status: statusOf(answer),
  });
  return answer;
};

const render = ({ renewalUrl }: GatewaySettings, refused: Refused): RawResponse => {
  const { origin, request, refusal } = refused;
  const clientClass = clientClassOf(refused);
  const challenge = (error: string | undefined) =>
    challengeOf({
      origin,
      rawPath: request.rawPath,
      clientClass,
      ...(error === undefined ? {} : { error }),
    });
  return renderRefusal(refusal, { at: 'registry', renewalUrl, clientClass, challenge });
};

/** The token keeps the class of the request that was challenged for it. */
const clientClassOf = ({ identity, request }: Refused) =>
  identity?.clientClass ?? classOf(request.headers['user-agent'] ?? '');
