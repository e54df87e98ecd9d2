import { performance } from 'node:perf_hooks';

export type WireRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type WireAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly milliseconds: number;
};

/** One request and its answer; redirects are not followed, and nothing is decoded. */
export type Wire = (request: WireRequest) => Promise<WireAnswer>;

const TIMEOUT_MS = 20_000;
/** Manifests end at 4 MiB. */
const BODY_BYTES_MAX = 5 * 1024 * 1024;

export const httpWire: Wire = async ({ method, url, headers, body }) => {
  const begin = performance.now();
  const response = await fetch(url, {
    method,
    // As container clients do: a body that arrives compressed has another length than its descriptor.
    headers: { 'accept-encoding': 'gzip', ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: await limited(response, url),
    milliseconds: performance.now() - begin,
  };
};

const limited = async (response: Response, url: string): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) {
      // Without its query: an address of storage is a secret.
      throw new Error(`${url.split('?')[0]} answered more than ${BODY_BYTES_MAX} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
