import { createHash } from 'node:crypto';
import { type Check, type Gateway, judged, unchecked, unless } from './check.ts';
import type { WireAnswer } from './wire.ts';

export type Target = { readonly repository: string; readonly tag: string };

const DEPLOY = 'deploy this version again: cdk deploy';
const NO_TRANSFORM = 'switch compression off for /v2/* at the distribution, and for its policies';
const REFUSE_HEAD =
  "set registry.manifestHead to 'refuse' and deploy: clients then fall back to GET, all but oras resolve";

/** GET, HEAD and a conditional GET of one manifest by its tag. */
export const checkManifest = async (
  gateway: Gateway,
  { repository, tag }: Target,
  token: string,
): Promise<{ readonly checks: readonly Check[]; readonly manifest: WireAnswer }> => {
  const path = `/v2/${repository}/manifests/${tag}`;
  const authorization = `Bearer ${token}`;
  const got = await gateway.ask(path, { headers: { authorization } });
  const checks = [judgeGet(path, got)];
  if (got.status !== 200) return { checks, manifest: got };
  const head = await gateway.ask(path, { method: 'HEAD', headers: { authorization } });
  const known = await gateway.ask(path, {
    headers: { authorization, 'if-none-match': got.headers.get('etag') ?? '' },
  });
  return {
    checks: [...checks, judgeHead(got, head), judgeKnown(known), judgeNotice(got)],
    manifest: got,
  };
};

const judgeGet = (path: string, { status, headers, body }: WireAnswer): Check => {
  const name = 'GET of a manifest';
  if (status !== 200) {
    return judged(name, '', [
      unless(
        false,
        `${path} is answered ${status}`,
        'give a repository and a tag that this customer may pull: wharfage status cus_…',
      ),
    ]);
  }
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  return judged(name, `200, ${body.length} bytes, ${digest}`, [
    unless(
      headers.get('docker-content-digest') === digest,
      `Docker-Content-Digest is ${headers.get('docker-content-digest')}, the bytes are ${digest}`,
      DEPLOY,
    ),
    unless(headers.get('etag') === `"${digest}"`, `ETag is ${headers.get('etag')}`, NO_TRANSFORM),
    unless(
      headers.get('content-encoding') === null,
      `the bytes come as ${headers.get('content-encoding')}`,
      NO_TRANSFORM,
    ),
    unless(
      (headers.get('content-type') ?? ';').search(/[;,]/) === -1,
      `Content-Type is ${headers.get('content-type')}`,
      DEPLOY,
    ),
    unless(
      headers.get('content-length') === String(body.length),
      `Content-Length is ${headers.get('content-length')}, the body has ${body.length}`,
      NO_TRANSFORM,
    ),
  ]);
};

const judgeHead = (got: WireAnswer, head: WireAnswer): Check => {
  const name = 'HEAD of a manifest';
  if (head.status === 405) {
    return {
      name,
      outcome: 'fine',
      what: '405 as set: clients fall back to GET, all but oras resolve',
    };
  }
  const length = head.headers.get('content-length');
  return judged(name, `200 with the length that GET has, ${length}`, [
    unless(head.status === 200, `it is answered ${head.status}`, REFUSE_HEAD),
    unless(
      length === String(got.body.length),
      `Content-Length is ${length ?? 'missing'}, wanted ${got.body.length}: containerd fails with a zero, docker without one`,
      REFUSE_HEAD,
    ),
    unless(
      head.headers.get('docker-content-digest') === got.headers.get('docker-content-digest'),
      'Docker-Content-Digest differs from that of GET',
      DEPLOY,
    ),
  ]);
};

const judgeKnown = ({ status }: WireAnswer): Check =>
  judged('If-None-Match', '304', [
    unless(status === 304, `a known digest is answered ${status}`, DEPLOY),
  ]);

/** Whether the front lets `Warning` through shows only while access ends soon. */
const judgeNotice = ({ headers }: WireAnswer): Check => {
  const name = 'notice before the end';
  const warning = headers.get('warning');
  if (warning === null) {
    return unchecked(
      name,
      'no Warning header: either none is due, or the front takes it away',
      'probe with a customer whose access ends within registry.noticeDays: a manual grant until tomorrow will do',
    );
  }
  return judged(name, `shown: ${warning}`, [
    unless(/^299 - "[\x20-\x7e]+"$/.test(warning), `Warning is ${warning}`, DEPLOY),
  ]);
};
