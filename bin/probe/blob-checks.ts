import { type Check, type Gateway, jsonOf, judged, unless } from './check.ts';
import type { Target } from './manifest-checks.ts';
import type { Wire, WireAnswer } from './wire.ts';

const DEPLOY = 'deploy this version again: cdk deploy';

type Named = { readonly digest: string; readonly size: number };
type Manifest = {
  readonly config?: Named;
  readonly layers?: readonly Named[];
  readonly manifests?: readonly Named[];
};

/** HEAD and GET of one blob of the manifest, and the first byte from storage. */
export const checkBlob = async (
  { gateway, wire }: { readonly gateway: Gateway; readonly wire: Wire },
  { repository }: Target,
  token: string,
  manifest: WireAnswer,
): Promise<readonly Check[]> => {
  const headers = { authorization: `Bearer ${token}` };
  const blob = await blobOf(manifest, (digest) =>
    gateway.ask(`/v2/${repository}/manifests/${digest}`, { headers }),
  );
  if (blob === undefined) return [];
  const path = `/v2/${repository}/blobs/${blob.digest}`;
  const head = await gateway.ask(path, { method: 'HEAD', headers });
  const got = await gateway.ask(path, { headers });
  const location = locationOf(got);
  return [
    judgeHead(head, blob),
    judgeRedirect(gateway, got, location),
    ...(location === undefined ? [] : [await fromStorage(wire, location)]),
  ];
};

/** A layer's answer has no body that a front could measure, so it may lose the length that the gateway sets. */
const judgeHead = ({ status, headers }: WireAnswer, { size }: Named): Check => {
  const name = 'HEAD of a blob';
  const length = headers.get('content-length') ?? 'missing';
  return status === 200 && length !== String(size)
    ? {
        name,
        outcome: 'odd',
        what: `200, but Content-Length is ${length}, wanted ${size}`,
        change: 'no client that we ran asks for it in a pull: docs/gateway.md, Limits',
      }
    : judged(name, `200 with its length, ${size}, and no redirect`, [
        unless(status === 200, `it is answered ${status}`, DEPLOY),
      ]);
};

/** The first blob of an image; of an index, that of its first image. */
const blobOf = async (
  manifest: WireAnswer,
  readManifest: (digest: string) => Promise<WireAnswer>,
): Promise<Named | undefined> => {
  const { manifests: [child] = [], ...image } = (jsonOf(manifest) ?? {}) as Manifest;
  if (child === undefined) return image.layers?.[0] ?? image.config;
  const { layers, config } = (jsonOf(await readManifest(child.digest)) ?? {}) as Manifest;
  return layers?.[0] ?? config;
};

const locationOf = ({ headers }: WireAnswer): URL | undefined => {
  const text = headers.get('location');
  return text !== null && URL.canParse(text) ? new URL(text) : undefined;
};

/** Go copies the Authorization header to the same host and to hosts below it; S3 refuses that. */
const judgeRedirect = (
  { origin }: Gateway,
  { status, headers }: WireAnswer,
  location: URL | undefined,
): Check => {
  const registry = new URL(origin).hostname;
  const storage = location?.hostname ?? '';
  return judged('GET of a blob', `307 to ${storage}`, [
    unless(status === 307, `it is answered ${status}`, 'read the log of the gateway function'),
    unless(location !== undefined, 'it names no address of storage', DEPLOY),
    unless(
      storage !== registry && !storage.endsWith(`.${registry}`),
      `storage is ${storage}, under the registry's own name: clients send it their token and are refused`,
      'give the registry a name that storage is not under, such as registry.acme.com',
    ),
    unless(
      (headers.get('cache-control') ?? '').includes('no-store'),
      'the redirect may be cached',
      DEPLOY,
    ),
  ]);
};

const fromStorage = async (wire: Wire, location: URL): Promise<Check> => {
  const { status } = await wire({
    method: 'GET',
    url: location.href,
    headers: { range: 'bytes=0-0' },
  });
  return judged('first byte from storage', '206 without any credential of ours', [
    unless(
      status === 206,
      `storage answers ${status}`,
      'the address that ECR gave does not work from here: is storage reachable from this network?',
    ),
  ]);
};
