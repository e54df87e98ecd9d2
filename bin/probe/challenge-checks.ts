import type { ClientClass } from '../../functions/core/client-class.ts';
import { parseChallenge } from './challenge.ts';
import {
  type Check,
  CLASS_NAMES,
  CLASSES,
  errorOf,
  type Gateway,
  judged,
  type Problem,
  USER_AGENTS,
  unless,
} from './check.ts';
import type { WireAnswer } from './wire.ts';

const EDGE =
  'both CloudFront Functions (lib/edge) must stand at the distribution: cdk deploy, and wait for it to be rolled out';
const DEPLOY = 'deploy this version again: cdk deploy';
const FRONT_SECRET =
  'store the secret that CloudFront sends as current or previous: docs/deploy.md, Its two secrets';

/** What a client without an access token gets: these answers cost a deployment nothing. */
export const checkChallenges = async (gateway: Gateway): Promise<readonly Check[]> => [
  ...(await Promise.all(CLASSES.map((each) => firstRequest(gateway, each)))),
  await scopedRequest(gateway),
  await garbageToken(gateway),
  await basicAtRegistry(gateway),
  await writing(gateway),
  await wrongSecret(gateway),
];

const firstRequest = async (gateway: Gateway, clientClass: ClientClass): Promise<Check> => {
  const userAgent = USER_AGENTS[clientClass];
  const answer = await gateway.ask('/v2/', { userAgent });
  return judged(
    `first request, ${CLASS_NAMES[clientClass]}`,
    `401 with one Bearer challenge, realm /token/${clientClass}`,
    [
      ...challengeProblems(gateway, answer, clientClass),
      unless(
        !('scope' in challengeOf(answer)) && !('error' in challengeOf(answer)),
        'the challenge of /v2/ names a scope or an error',
        DEPLOY,
      ),
    ],
  );
};

const scopedRequest = async (gateway: Gateway): Promise<Check> => {
  const answer = await gateway.ask('/v2/wharfage-probe/none/manifests/latest', { method: 'HEAD' });
  const { scope } = challengeOf(answer);
  return judged('scope of a challenge', `the path's repository, for pull`, [
    unless(answer.status === 401, `a manifest without a token is answered ${answer.status}`, EDGE),
    unless(
      scope === 'repository:wharfage-probe/none:pull',
      `the scope is ${JSON.stringify(scope ?? 'none')}`,
      DEPLOY,
    ),
  ]);
};

const garbageToken = async (gateway: Gateway): Promise<Check> => {
  const answer = await gateway.ask('/v2/', { headers: { authorization: 'Bearer garbage' } });
  const { error } = challengeOf(answer);
  return judged('garbage token', '401 with error="invalid_token", so that clients fetch another', [
    ...challengeProblems(gateway, answer, 'd'),
    unless(
      error === 'invalid_token' || isTurnedAway(answer),
      `the challenge says error=${JSON.stringify(error ?? 'nothing')}`,
      DEPLOY,
    ),
  ]);
};

const basicAtRegistry = async (gateway: Gateway): Promise<Check> => {
  const answer = await gateway.ask('/v2/', { headers: { authorization: basicOf('cus_probe') } });
  return judged('Basic at /v2/', '401 with the same challenge', [
    ...challengeProblems(gateway, answer, 'd'),
  ]);
};

const writing = async (gateway: Gateway): Promise<Check> => {
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE'];
  const answers = await Promise.all(
    methods.map((method) => gateway.ask('/v2/wharfage-probe/none/blobs/uploads/', { method })),
  );
  return judged(
    'writing without a token',
    '401 with the challenge, whatever the method',
    answers.map(({ status }, index) =>
      unless(
        status === 401,
        `${methods[index]} is answered ${status}`,
        'let the distribution pass all methods',
      ),
    ),
  );
};

/** containerd tries POST first, and gives up unless a refusal is one of these. */
const wrongSecret = async (gateway: Gateway): Promise<Check> => {
  const byGet = await gateway.ask(`/token/d?service=${gateway.host}`, {
    headers: { authorization: basicOf('cus_probe') },
  });
  const byPost = await gateway.ask('/token/d', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `grant_type=password&service=${gateway.host}&client_id=wharfage-probe&username=cus_probe&password=wrong`,
  });
  const code = errorOf(byGet)?.code;
  return judged('wrong secret', '401 UNAUTHORIZED by GET and by POST', [
    unless(byGet.status === 401, `GET /token/d is answered ${byGet.status}`, EDGE),
    unless(
      code === 'UNAUTHORIZED',
      `the body's code is ${JSON.stringify(code ?? 'none')}`,
      'only an answer of the gateway itself can be shown by clients: look at the log of the gateway function',
    ),
    unless(
      byPost.status === 401,
      `POST /token/d is answered ${byPost.status}: containerd tries it first and gives up`,
      'let the distribution pass POST to /token/*',
    ),
  ]);
};

const basicOf = (username: string): string =>
  `Basic ${Buffer.from(`${username}:wrong`).toString('base64')}`;

const challengeOf = ({ headers }: WireAnswer): Readonly<Record<string, string>> =>
  parseChallenge(headers.get('www-authenticate') ?? '') ?? {};

/** What the gateway answers whoever does not know the secret of the front. */
const isTurnedAway = ({ status, body }: WireAnswer): boolean =>
  status === 403 && Buffer.from(body).toString('utf8') === 'forbidden';

const challengeProblems = (
  { origin, host }: Gateway,
  answer: WireAnswer,
  clientClass: ClientClass,
): readonly (Problem | undefined)[] => {
  if (isTurnedAway(answer)) {
    return [unless(false, 'the gateway turns away what comes from its own front', FRONT_SECRET)];
  }
  const { headers, status } = answer;
  const renamed =
    headers.get('x-amzn-remapped-www-authenticate') ?? headers.get('x-wharfage-status');
  const { realm, service } = challengeOf(answer);
  const wanted = `${origin}/token/${clientClass}`;
  return [
    unless(status === 401, `it is answered ${status}`, EDGE),
    unless(renamed === null, 'an internal header reaches the client', EDGE),
    unless(realm !== undefined, 'there is no Bearer challenge', EDGE),
    unless(
      realm === undefined || realm === wanted,
      `the realm is ${realm}, wanted ${wanted}`,
      'probe the name under which customers log in, or set registry.domainName to it and deploy',
    ),
    unless(
      realm === undefined || service === host,
      `the service is ${JSON.stringify(service ?? 'none')}, wanted ${host}`,
      DEPLOY,
    ),
    unless(
      headers.get('docker-distribution-api-version') === 'registry/2.0',
      'Docker-Distribution-Api-Version is missing',
      DEPLOY,
    ),
    unless(
      (headers.get('cache-control') ?? '').includes('no-store'),
      'the answer may be cached',
      DEPLOY,
    ),
    unless(errorOf(answer)?.code === 'UNAUTHORIZED', 'the body is no UNAUTHORIZED in JSON', EDGE),
  ];
};
