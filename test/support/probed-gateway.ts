import { createHash } from 'node:crypto';
import type { Wire, WireAnswer, WireRequest } from '../../bin/probe/wire.ts';
import { classOf } from '../../functions/core/client-class.ts';

type Faked = { status: number; headers: Record<string, string>; body: string };

export type Probed = {
  readonly wire: Wire;
  readonly asked: WireRequest[];
  /** `paying` or `lapsed`. */
  standing: 'paying' | 'lapsed';
  /** Changes an answer before it is sent. */
  spoil: (request: WireRequest, answer: Faked) => void;
};

export const PROBED = {
  origin: 'https://registry.acme.example',
  username: 'cus_Nova',
  secret: 'wharfage_pull_canary',
  repository: 'acme/app',
  tag: '1.0.0',
  sentence: 'Access to acme/app ended on 2026-11-20. https://acme.example/renew',
};

const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;

const LAYER = 'a layer';
const IMAGE = JSON.stringify({ layers: [{ digest: digestOf(LAYER), size: LAYER.length }] });
const INDEX = JSON.stringify({ manifests: [{ digest: digestOf(IMAGE), size: IMAGE.length }] });
const MANIFESTS: Readonly<Record<string, string>> = {
  [PROBED.tag]: INDEX,
  [digestOf(INDEX)]: INDEX,
  [digestOf(IMAGE)]: IMAGE,
};
const STORAGE = 'https://layers.s3.amazonaws.com/layer?X-Amz-Signature=canary';
const HOST = 'registry.acme.example';

const refused = (status: number, code: string, message: string): Faked => ({
  status,
  headers: {},
  body: JSON.stringify({ errors: [{ code, message }] }),
});

const challenged = (clientClass: string, more: string): Faked => ({
  ...refused(401, 'UNAUTHORIZED', 'log in'),
  headers: {
    'www-authenticate': `Bearer realm="${PROBED.origin}/token/${clientClass}",service="${HOST}"${more}`,
  },
});

const tokenAnswer = (probed: Probed, path: string, { headers }: WireRequest): Faked => {
  const given = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
  const clientClass = path.slice('/token/'.length);
  if (given !== `${PROBED.username}:${PROBED.secret}`) {
    return refused(401, 'UNAUTHORIZED', 'wrong user name or secret');
  }
  if (probed.standing === 'lapsed' && clientClass === 'd') {
    return refused(403, 'DENIED', PROBED.sentence);
  }
  const token = `token-${clientClass}`;
  return {
    status: 200,
    headers: {},
    body: JSON.stringify({ token, access_token: token, expires_in: 3_600 }),
  };
};

const lapsedAnswer = (clientClass: string, path: string): Faked => {
  if (clientClass !== 'k') return refused(403, 'DENIED', PROBED.sentence);
  return path === '/v2/'
    ? { status: 200, headers: {}, body: '{}' }
    : challenged('k', `,error="${PROBED.sentence}"`);
};

const manifestAnswer = (reference: string, { method, headers }: WireRequest): Faked => {
  const body = MANIFESTS[reference];
  if (body === undefined) return refused(404, 'MANIFEST_UNKNOWN', 'unknown');
  const digest = digestOf(body);
  const known = {
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'content-type': 'application/vnd.oci.image.index.v1+json',
  };
  if (headers['if-none-match'] === `"${digest}"`) return { status: 304, headers: known, body: '' };
  return {
    status: 200,
    headers: { ...known, 'content-length': String(body.length) },
    body: method === 'HEAD' ? '' : body,
  };
};

const blobAnswer = ({ method }: WireRequest): Faked =>
  method === 'HEAD'
    ? { status: 200, headers: { 'content-length': String(LAYER.length) }, body: '' }
    : { status: 307, headers: { location: STORAGE }, body: '' };

const servedAnswer = (path: string, request: WireRequest): Faked => {
  if (path === '/v2/') return { status: 200, headers: {}, body: '{}' };
  if (!['GET', 'HEAD'].includes(request.method)) {
    return { ...refused(405, 'UNSUPPORTED', 'no'), headers: { allow: 'GET, HEAD' } };
  }
  if (path === '/v2/_catalog') return refused(404, 'UNSUPPORTED', 'nothing there');
  const [, kind, reference = ''] =
    new RegExp(`^/v2/${PROBED.repository}/(manifests|blobs|tags|referrers)/(.+)$`).exec(path) ?? [];
  switch (kind) {
    case 'manifests':
      return manifestAnswer(reference, request);
    case 'blobs':
      return blobAnswer(request);
    case 'tags':
      return { status: 200, headers: {}, body: JSON.stringify({ tags: ['0.9.0', PROBED.tag] }) };
    case 'referrers':
      return {
        status: 200,
        headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' },
        body: JSON.stringify({ schemaVersion: 2, manifests: [] }),
      };
    default:
      return refused(404, 'NAME_UNKNOWN', 'unknown');
  }
};

const registryAnswer = (probed: Probed, path: string, request: WireRequest): Faked => {
  const { headers } = request;
  const clientClass = classOf(headers['user-agent'] ?? '');
  const [, name] = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(path) ?? [];
  const scope = name === undefined ? '' : `,scope="repository:${name}:pull"`;
  if (headers.authorization === undefined) return challenged(clientClass, scope);
  const [, held] = /^Bearer token-([dkc])$/.exec(headers.authorization) ?? [];
  if (held === undefined) {
    const isBearer = headers.authorization.startsWith('Bearer ');
    return challenged(clientClass, isBearer ? ',error="invalid_token"' : '');
  }
  return probed.standing === 'lapsed' ? lapsedAnswer(held, path) : servedAnswer(path, request);
};

const answerTo = (probed: Probed, request: WireRequest): Faked => {
  const { origin, pathname } = new URL(request.url);
  if (origin !== PROBED.origin) {
    const isClean = request.headers.authorization === undefined;
    return { status: isClean ? 206 : 400, headers: {}, body: 'a' };
  }
  const answer = pathname.startsWith('/token/')
    ? tokenAnswer(probed, pathname, request)
    : registryAnswer(probed, pathname, request);
  answer.headers['cache-control'] = 'private, no-store';
  answer.headers['docker-distribution-api-version'] = 'registry/2.0';
  return answer;
};

/** A gateway that does everything as it should, until a test spoils an answer. */
export const probedGateway = (): Probed => {
  const asked: WireRequest[] = [];
  const probed: Probed = {
    asked,
    standing: 'paying',
    spoil: () => {},
    wire: async (request): Promise<WireAnswer> => {
      asked.push(request);
      const answer = answerTo(probed, request);
      probed.spoil(request, answer);
      return {
        status: answer.status,
        headers: new Headers(answer.headers),
        body: Buffer.from(answer.body),
        milliseconds: asked.length,
      };
    },
  };
  return probed;
};
