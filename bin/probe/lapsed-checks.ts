import { parseChallenge } from './challenge.ts';
import { type Check, errorOf, type Gateway, judged, unchecked, unless } from './check.ts';
import type { Target } from './manifest-checks.ts';
import { fetchToken, type Login } from './token-checks.ts';
import type { WireAnswer } from './wire.ts';

const DEPLOY = 'deploy this version again: cdk deploy';
const EDGE = 'the viewer-response function (lib/edge) must stand at the distribution: cdk deploy';

/**
 * A lapsed customer is told why, at the place where each class of client shows it. `oci-pull.md`,
 * rule 27.
 */
export const checkLapsed = async (
  gateway: Gateway,
  login: Login,
  target: Target | undefined,
): Promise<readonly Check[]> => {
  const scope = target === undefined ? '' : `repository:${target.repository}:pull`;
  const atToken = await fetchToken(gateway, 'd', login, scope);
  const c = await fetchToken(gateway, 'c', login, scope);
  const k = await fetchToken(gateway, 'k', login, scope);
  return [
    judgeDenied('lapsed, docker and most others: at the token endpoint', atToken.answer),
    c.kind === 'refused'
      ? tokenRefused('c', c.answer)
      : judgeDenied(
          'lapsed, podman, skopeo, buildah: at /v2/',
          await gateway.ask('/v2/', { headers: { authorization: `Bearer ${c.text}` } }),
        ),
    k.kind === 'refused'
      ? tokenRefused('k', k.answer)
      : await atContainerd(gateway, target, k.text),
  ];
};

const tokenRefused = (clientClass: 'c' | 'k', { status }: WireAnswer): Check =>
  judged(`lapsed, token of class ${clientClass}`, '', [
    unless(
      false,
      `/token/${clientClass} is answered ${status}, where only the registry may refuse`,
      DEPLOY,
    ),
  ]);

const judgeDenied = (name: string, answer: WireAnswer): Check => {
  const { code = 'none', message = '' } = errorOf(answer) ?? {};
  return judged(name, `403 DENIED: ${message}`, [
    unless(answer.status === 403, `it is answered ${answer.status}`, EDGE),
    unless(code === 'DENIED', `the code is ${code}`, DEPLOY),
    unless(hasAddress(message), `the sentence has no address: ${JSON.stringify(message)}`, RENEWAL),
  ]);
};

const RENEWAL = 'set renewalUrl in bin/app.ts and deploy';

const hasAddress = (sentence: string): boolean => /https?:\/\/\S+$/.test(sentence);

const atContainerd = async (
  gateway: Gateway,
  target: Target | undefined,
  token: string,
): Promise<Check> => {
  const name = 'lapsed, containerd and Kubernetes: in the challenge of a manifest';
  if (target === undefined) {
    return unchecked(name, 'it shows at a manifest only', 'give --repository and --tag as well');
  }
  const answer = await gateway.ask(`/v2/${target.repository}/manifests/${target.tag}`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${token}` },
  });
  const { error = '' } = parseChallenge(answer.headers.get('www-authenticate') ?? '') ?? {};
  return judged(name, `401 with error="${error}"`, [
    unless(answer.status === 401, `it is answered ${answer.status}`, EDGE),
    unless(hasAddress(error), `the sentence has no address: ${JSON.stringify(error)}`, RENEWAL),
  ]);
};
