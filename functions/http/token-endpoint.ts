import type { ClientClass } from '../core/client-class.ts';
import type { Refusal } from '../core/refusal.ts';
import { repositoriesOf } from '../core/scopes.ts';
import type { Clock, LogFields, Report } from '../ports.ts';
import type { IssuedToken, TokenAsk } from '../usecases/issue-access-token.ts';
import type { RawRequest, RawResponse } from './raw.ts';
import { renderRefusal, statusOf } from './render-refusal.ts';
import { json } from './responses.ts';
import { parseTokenRequest, type TokenRequest } from './token-request.ts';

export type TokenDeps = {
  readonly issue: (ask: TokenAsk) => Promise<IssuedToken>;
  readonly clock: Clock;
  readonly report: Report;
};

type Call = { readonly clientClass: ClientClass; readonly renewalUrl: string };

/**
 * Where a client exchanges its pull credential. Which class it is of was settled by the path that its
 * challenge named: some ask here under another User-Agent than they pull with.
 */
export const tokenEndpoint =
  (deps: TokenDeps) =>
  async (request: RawRequest, call: Call): Promise<RawResponse> => {
    const parsed = parseTokenRequest(request);
    if (parsed.kind === 'refused') return refuse(deps, call, parsed);
    const outcome = await deps.issue({ ...parsed.asked, clientClass: call.clientClass });
    if (outcome.kind === 'refused') return refuse(deps, call, outcome);
    note(deps, call, { decision: 'issued', status: 200, ...idsOf(outcome) });
    return json(200, grantOf(outcome, request.method, parsed.asked));
  };

const refuse = (
  deps: TokenDeps,
  call: Call,
  refused: { readonly refusal: Refusal } & Ids,
): RawResponse => {
  const { refusal } = refused;
  const answer = renderRefusal(refusal, { at: 'token', renewalUrl: call.renewalUrl });
  const lapsed =
    refusal.kind === 'lapsed'
      ? { repository: refusal.repository, because: refusal.lapse.because }
      : {};
  const decision = refusal.kind;
  note(deps, call, { decision, ...lapsed, status: statusOf(answer), ...idsOf(refused) });
  return answer;
};

/** Known once the secret was right. */
type Ids = { readonly customerId?: string; readonly credentialId?: string };

const idsOf = ({ customerId, credentialId }: Ids): LogFields => ({ customerId, credentialId });

const note = ({ report, clock }: TokenDeps, { clientClass }: Call, fields: LogFields): void => {
  report.log('token', { at: clock(), clientClass, ...fields });
};

/**
 * Both names of the token, since clients read the one or the other; no `issued_at`, to which some add
 * `expires_in` by their own clock; no `refresh_token`, which docker would store instead of the secret.
 */
const grantOf = (
  { token, expiresInSeconds }: Extract<IssuedToken, { kind: 'issued' }>,
  method: string,
  { scopes }: TokenRequest,
): unknown => ({
  token,
  access_token: token,
  expires_in: expiresInSeconds,
  ...(method === 'POST' ? { scope: scopeText(scopes) } : {}),
});

/** Required by that protocol. What may be pulled is decided when it is pulled. */
const scopeText = (scopes: readonly string[]): string =>
  repositoriesOf(scopes)
    .map((repository) => `repository:${repository}:pull`)
    .join(' ');
