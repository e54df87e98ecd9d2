import { type Check, errorOf, type Gateway, jsonOf, judged, unless } from './check.ts';
import type { Target } from './manifest-checks.ts';

const DEPLOY = 'deploy this version again: cdk deploy';
const INDEX = 'application/vnd.oci.image.index.v1+json';

/** Lists, and everything that must be refused with a good token in hand. */
export const checkLists = async (
  gateway: Gateway,
  { repository, tag }: Target,
  token: string,
  digest: string,
): Promise<readonly Check[]> => {
  const headers = { authorization: `Bearer ${token}` };
  return [
    judgeTags(await gateway.ask(`/v2/${repository}/tags/list`, { headers }), tag),
    judgeReferrers(await gateway.ask(`/v2/${repository}/referrers/${digest}`, { headers })),
  ];
};

type Answer = Awaited<ReturnType<Gateway['ask']>>;

const judgeTags = (answer: Answer, tag: string): Check => {
  const { tags = [] } = (jsonOf(answer) ?? {}) as { readonly tags?: readonly string[] };
  return judged('tags', `${tags.length} listed, in order`, [
    unless(
      answer.status === 200,
      `the list of tags is answered ${answer.status}`,
      answer.status === 503
        ? 'the first listing of the repository is not complete: wait 5 minutes, then read the log of the index-release function'
        : 'read the log of the gateway function',
    ),
    unless(
      answer.status !== 200 || answer.headers.get('link') !== null || tags.includes(tag),
      `${tag} is not listed`,
      'a signature tag is hidden on purpose; otherwise read the log of the index-release function',
    ),
    unless(
      tags.every((each, index) => index === 0 || (tags[index - 1] ?? '') < each),
      'the tags are not in ASCII order',
      DEPLOY,
    ),
  ]);
};

const judgeReferrers = (answer: Answer): Check =>
  judged('referrers', `200, ${INDEX}`, [
    unless(
      answer.status === 200,
      `they are answered ${answer.status}`,
      'until the first listing is complete it is 404, and clients use the tag schema: wait 5 minutes',
    ),
    unless(
      answer.status !== 200 || answer.headers.get('content-type') === INDEX,
      `Content-Type is ${answer.headers.get('content-type')}`,
      DEPLOY,
    ),
  ]);

export const checkRefusals = async (gateway: Gateway, token: string): Promise<readonly Check[]> => {
  const headers = { authorization: `Bearer ${token}` };
  const [unknown, catalog, ...writes] = await Promise.all([
    gateway.ask('/v2/wharfage-probe/none/manifests/latest', { headers }),
    gateway.ask('/v2/_catalog', { headers }),
    ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) =>
      gateway.ask('/v2/wharfage-probe/none/manifests/latest', { method, headers }),
    ),
  ]);
  return [
    judged('unknown repository', '404 NAME_UNKNOWN', [
      unless(
        unknown.status === 404 && errorOf(unknown)?.code === 'NAME_UNKNOWN',
        `it is answered ${unknown.status} ${errorOf(unknown)?.code ?? ''}`.trim(),
        DEPLOY,
      ),
    ]),
    judged('list of repositories', '404', [
      unless(catalog.status === 404, `_catalog is answered ${catalog.status}`, DEPLOY),
    ]),
    judged('writing', '405 with Allow: GET, HEAD', [
      unless(
        writes.every((each) => each.status === 405 && each.headers.get('allow') === 'GET, HEAD'),
        `POST, PUT, PATCH and DELETE are answered ${writes.map(({ status }) => status).join(', ')}`,
        DEPLOY,
      ),
    ]),
  ];
};
