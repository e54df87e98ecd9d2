import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/aws/account.ts';
import { STAGE } from '../../local/names.ts';
import { localStores } from '../../local/stores.ts';
import type { System } from '../../local/system.ts';

type Credentials = { readonly username: string; readonly secret: string };

/** A customer's client, as docker behaves: one token, asked for again only by `login`. */
export type PullClient = Credentials & {
  /** Exchanges the credential for a token, and keeps it for what follows. */
  login(scope?: string): Promise<Response>;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** Follows the redirect without the token, as a client does on another host. */
  pullBlob(repository: string, digest: string): Promise<Buffer>;
};

/** What `wharfage credential claim` does: the secret is shown once. */
const claimedBy = async (system: System, customerId: string): Promise<Credentials> => {
  const stores = localStores(system.farEnds.table);
  const client = new SecretsManagerClient({
    endpoint: system.farEnds.secrets.url,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  const claim = claimCredential({
    credentials: stores.credentials,
    secrets: sealedSecrets(client, STAGE),
    report: { log: () => undefined, count: () => undefined },
    clock: system.clock.now,
  });
  const outcome = await claim({ customerId });
  client.destroy();
  stores.close();
  if (outcome.kind !== 'claimed') throw new Error(`${customerId}: ${outcome.kind}`);
  return { username: customerId, secret: outcome.secretText };
};

export const pullClient = async (system: System, customerId: string): Promise<PullClient> => {
  const { origin } = system.registry;
  const credentials = await claimedBy(system, customerId);
  const { username, secret } = credentials;
  let token = '';
  const login = async (scope?: string): Promise<Response> => {
    const basic = Buffer.from(`${username}:${secret}`).toString('base64');
    const query = new URLSearchParams(scope === undefined ? {} : { scope });
    const response = await fetch(`${origin}/token/d?${query}`, {
      headers: { authorization: `Basic ${basic}` },
    });
    if (response.ok) token = ((await response.clone().json()) as { token: string }).token;
    return response;
  };
  const get: PullClient['get'] = (path, init) =>
    fetch(`${origin}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init?.headers },
    });
  await login();
  return {
    ...credentials,
    login,
    get,
    pullBlob: async (repository, digest) => {
      const response = await get(`/v2/${repository}/blobs/${digest}`);
      const location = response.headers.get('location');
      if (response.status !== 307 || location === null) {
        throw new Error(`a blob was answered with ${response.status}, not sent to the storage`);
      }
      return Buffer.from(await (await fetch(location)).arrayBuffer());
    },
  };
};
