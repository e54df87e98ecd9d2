import { checkBlob } from './blob-checks.ts';
import { checkChallenges } from './challenge-checks.ts';
import { type Check, CLASSES, type Gateway, gatewayAt, unchecked } from './check.ts';
import { checkLapsed } from './lapsed-checks.ts';
import { type Latency, measure } from './latency.ts';
import { checkLists, checkRefusals } from './list-checks.ts';
import { checkManifest, type Target } from './manifest-checks.ts';
import { checkOldToken, checkToken, fetchToken, type Login, refusalOf } from './token-checks.ts';
import type { Wire } from './wire.ts';

export type ProbeRequest = {
  readonly origin: string;
  readonly login?: Login;
  readonly target?: Target;
  /** An access token of an earlier probe. */
  readonly oldToken?: string;
};

export type ProbeReport = {
  readonly origin: string;
  readonly checks: readonly Check[];
  readonly latencies: readonly Latency[];
  /** Of a customer who may pull: an hour later it is an expired one. */
  readonly token?: string;
};

type Progress = (what: string, done: number, total?: number) => void;

const PARTS = 4;

/** Asks a gateway everything that a client may ask it. Nothing is changed but what the ledger counts. */
export const runProbe =
  (wire: Wire, progress: Progress) =>
  async (request: ProbeRequest): Promise<ProbeReport> => {
    const gateway = gatewayAt(wire, request.origin);
    progress('parts', 0, PARTS);
    const challenges = await checkChallenges(gateway);
    progress('parts', 1, PARTS);
    const edge = await measure('401 at the edge', () => gateway.ask('/v2/'));
    progress('parts', 2, PARTS);
    const inside = await checkInside({ gateway, wire }, request);
    progress('parts', 3, PARTS);
    const old = await checkExpired(gateway, request.oldToken);
    progress('parts', PARTS, PARTS);
    return {
      origin: request.origin,
      checks: [...challenges, old, ...inside.checks],
      latencies: [edge, ...inside.latencies],
      ...(inside.token === undefined ? {} : { token: inside.token }),
    };
  };

const checkExpired = async (gateway: Gateway, oldToken: string | undefined): Promise<Check> =>
  oldToken === undefined
    ? unchecked(
        'expired token',
        'only the gateway makes tokens, and they live an hour',
        'keep one with --keep-token FILE, and in an hour give it with --old-token-file FILE',
      )
    : checkOldToken(gateway, oldToken);

type Inside = Pick<ProbeReport, 'checks' | 'latencies' | 'token'>;
type Ways = { readonly gateway: Gateway; readonly wire: Wire };

const checkInside = async (
  ways: Ways,
  { login, target }: Pick<ProbeRequest, 'login' | 'target'>,
): Promise<Inside> => {
  if (login === undefined) {
    const change = 'give --user, --secret-file, --repository and --tag of a customer';
    const check = unchecked('everything behind the login', 'no credential was given', change);
    return { checks: [check], latencies: [] };
  }
  const scope = target === undefined ? '' : `repository:${target.repository}:pull`;
  const first = await fetchToken(ways.gateway, 'd', login, scope);
  if (first.kind === 'token') return checkPaying(ways, login, target);
  if (first.answer.status === 403) {
    return { checks: await checkLapsed(ways.gateway, login, target), latencies: [] };
  }
  const what = `the token endpoint answers ${refusalOf(first.answer)}`;
  const change = 'is it the secret that was claimed? wharfage status cus_…';
  return {
    checks: [{ name: 'login', outcome: 'wrong', what, change }],
    latencies: [],
  };
};

const checkPaying = async (
  ways: Ways,
  login: Login,
  target: Target | undefined,
): Promise<Inside> => {
  const { gateway } = ways;
  const outcomes = await Promise.all(
    CLASSES.map(async (each) => ({ each, outcome: await fetchToken(gateway, each, login, '') })),
  );
  const tokens = outcomes.map(({ each, outcome }) => checkToken(each, outcome.answer));
  const [token] = outcomes.flatMap(({ outcome }) =>
    outcome.kind === 'token' ? [outcome.text] : [],
  );
  if (token === undefined) return { checks: tokens, latencies: [] };
  const lapsed = unchecked(
    'the sentence that a lapsed customer sees',
    'this customer may pull',
    'probe again with the credential of a customer whose subscription has ended',
  );
  const refusals = await checkRefusals(gateway, token);
  const pull =
    target === undefined
      ? {
          checks: [unchecked('a pull', 'nothing to pull was named', 'give --repository and --tag')],
          latencies: [],
        }
      : await checkPull(ways, target, token);
  return {
    checks: [...tokens, ...refusals, ...pull.checks, lapsed],
    latencies: pull.latencies,
    token,
  };
};

const checkPull = async (ways: Ways, target: Target, token: string): Promise<Inside> => {
  const { gateway } = ways;
  const { checks, manifest } = await checkManifest(gateway, target, token);
  if (manifest.status !== 200) return { checks, latencies: [] };
  const digest = manifest.headers.get('docker-content-digest') ?? '';
  const blob = await checkBlob(ways, target, token, manifest);
  const lists = await checkLists(gateway, target, token, digest);
  const path = `/v2/${target.repository}/manifests/${target.tag}`;
  const headers = { authorization: `Bearer ${token}` };
  const check = await measure('update check (GET of a known manifest)', () =>
    gateway.ask(path, { headers: { ...headers, 'if-none-match': `"${digest}"` } }),
  );
  return { checks: [...checks, ...blob, ...lists], latencies: [check] };
};
