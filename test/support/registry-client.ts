import { parseChallenge } from '../../bin/probe/challenge.ts';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
};

type Login = { readonly username: string; readonly secret: string };

export type RegistryClient = {
  ask(method: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
};

/**
 * Gets in as the official conformance tool does: the first challenge only, GET at the realm with
 * service, scope and Basic, `access_token` before `token`. Redirects are not followed.
 */
export const registryClient = (origin: string, login?: Login): RegistryClient => {
  const tokens = new Map<string, string>();
  const send: RegistryClient['ask'] = async (method, path, headers = {}) => {
    const response = await fetch(`${origin}${path}`, { method, headers, redirect: 'manual' });
    return {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
  };
  return {
    ask: async (method, path, headers = {}) => {
      const kept = tokens.get(repositoryOf(path));
      const first = await send(method, path, { ...bearer(kept), ...headers });
      if (first.status !== 401 || login === undefined) return first;
      const token = await fetchToken(first.headers.get('www-authenticate') ?? '', login);
      tokens.set(repositoryOf(path), token);
      return send(method, path, { ...bearer(token), ...headers });
    },
  };
};

const bearer = (token: string | undefined): Readonly<Record<string, string>> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

const repositoryOf = (path: string): string =>
  /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(path)?.[1] ?? '';

const fetchToken = async (challenge: string, { username, secret }: Login): Promise<string> => {
  const { realm = '', service = '', scope } = parseChallenge(challenge) ?? {};
  const query = new URLSearchParams({ service, ...(scope === undefined ? {} : { scope }) });
  const authorization = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
  const response = await fetch(`${realm}?${query}`, { headers: { authorization } });
  if (response.status !== 200) {
    throw new Error(`the token endpoint answered ${response.status}: ${await response.text()}`);
  }
  const body = (await response.json()) as { access_token?: string; token?: string };
  return body.access_token ?? body.token ?? '';
};
