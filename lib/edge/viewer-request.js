// CloudFront Functions, runtime 2.0: no import, no fetch, at most 10 kB, and of newer syntax only
// const, let, arrow functions and templates.

// Filled in where the vendor has a domain of its own; otherwise the distribution's own name counts.
// Never the Host header: what a client may choose must not say where passwords are sent.
const FIXED_ORIGIN = '';

// Greedy: a component of a repository's name may be called `blobs`, so the last such word counts.
const SCOPED = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//;
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const NAME_LENGTH_MAX = 255;

const CONTAINERS_IMAGE = ['containers/', 'skopeo/', 'Buildah/', 'libpod/', 'podman', 'cri-o/'];

const BODY =
  '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required: log in with your pull credential"}]}';

// A first request carries no credential and is told here how to get in, in the words of the origin
// (functions/http/challenge.ts, core/refusal-table.ts; a test holds them together). Everything else
// is the origin's.
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const request = event.request;
  const headers = request.headers;
  const origin = FIXED_ORIGIN || `https://${event.context.distributionDomainName}`;
  const isRegistry = request.uri === '/v2' || request.uri.indexOf('/v2/') === 0;
  if (isRegistry && headers.authorization === undefined) {
    return unauthorized(challengeOf(origin, request.uri, headers['user-agent']));
  }
  Object.keys(headers).forEach((name) => {
    if (name.indexOf('x-wharfage-') === 0) delete headers[name];
  });
  headers['x-wharfage-origin'] = { value: origin };
  return request;
}

const unauthorized = (challenge) => ({
  statusCode: 401,
  statusDescription: 'Unauthorized',
  headers: {
    'www-authenticate': { value: challenge },
    'docker-distribution-api-version': { value: 'registry/2.0' },
    'content-type': { value: 'application/json' },
    'cache-control': { value: 'private, no-store' },
  },
  body: { encoding: 'text', data: BODY },
});

const challengeOf = (origin, uri, userAgent) => {
  const realm = `${origin}/token/${classOf(userAgent === undefined ? '' : userAgent.value)}`;
  const service = origin.slice(origin.indexOf('//') + 2);
  return `Bearer realm="${realm}",service="${service}"${scopeOf(uri)}`;
};

const scopeOf = (uri) => {
  const found = SCOPED.exec(uri);
  const isName = found !== null && found[1].length <= NAME_LENGTH_MAX && NAME.test(found[1]);
  return isName ? `,scope="repository:${found[1]}:pull"` : '';
};

// As functions/core/client-class.ts.
const classOf = (userAgent) => {
  if (userAgent.indexOf('containerd/') === 0) return 'k';
  return CONTAINERS_IMAGE.some((prefix) => userAgent.indexOf(prefix) === 0) ? 'c' : 'd';
};
