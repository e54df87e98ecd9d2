import { accessTokens } from '../../functions/adapters/access-tokens.ts';
import { isHashOf } from '../../functions/adapters/credential-hash.ts';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { frontSecret } from '../../functions/adapters/front-secret.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import { gateway } from '../../functions/http/gateway.ts';
import type { RawRequest } from '../../functions/http/raw.ts';
import type { BillingReading, SealedSecrets } from '../../functions/ports.ts';
import { answerPull } from '../../functions/usecases/answer-pull.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { indexImage } from '../../functions/usecases/index-image.ts';
import { indexRepository } from '../../functions/usecases/index-repository.ts';
import { issueAccessToken } from '../../functions/usecases/issue-access-token.ts';
import { rotateCredential } from '../../functions/usecases/rotate-credential.ts';
import { type SyncRequest, syncCustomer } from '../../functions/usecases/sync-customer.ts';
import { digestOf } from '../../simulation/stores/image-registry.ts';
import { memoryImages } from '../../simulation/stores/memory-images.ts';
import { memoryStores } from '../../simulation/stores/memory-stores.ts';
import { catalog, found, itemOf, NOW, subscription } from '../support/builders.ts';
import { basic, ORIGIN, RENEWAL_URL } from '../support/gateway-world.ts';
import { recordingPolicies, recordingReport, recordingSubjects } from '../support/recordings.ts';

const FRONT = 'secret-of-the-front-0123456789abcdef';
export const TOKEN_SECRET = 'secret-of-the-tokens-0123456789abcdef';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export type Shopper = {
  readonly customerId: string;
  readonly credentialId: string;
  readonly secret: string;
};

/** What was pushed: its own digest, and that of its one layer. */
export type Pushed = { readonly digest: string; readonly layer: string };

/**
 * A vendor with two products and everything between Stripe's answer and the bytes of a manifest: the real
 * sync, credentials, index and gateway, over stores and ECR in memory. Stripe says `truths`.
 */
export const shop = async (given: Partial<Catalog> = {}) => {
  const deployed = catalog(given);
  const stores = memoryStores();
  const ecr = memoryImages();
  const report = recordingReport();
  const sealed = new Map<string, string>();
  const counts = { hashes: 0 };
  const world = { now: NOW, truths: new Map<string, BillingReading>() };
  const clock = () => world.now;
  const catalogs = async () => ({ deployed, accepted: deployed });
  const secrets: SealedSecrets = {
    sealSecret: async (credentialId, text) => {
      sealed.set(credentialId, sealed.get(credentialId) ?? text);
      return sealed.get(credentialId) ?? text;
    },
    findSecret: async (credentialId) => sealed.get(credentialId),
    destroySecret: async (credentialId) => {
      sealed.delete(credentialId);
    },
  };
  const subjects = recordingSubjects();
  const policies = recordingPolicies();
  const shared = { ...stores, clock, report, catalogs };
  const deps = {
    ...shared,
    secrets,
    subjects,
    policies,
    mint: credentialMint,
    billing: {
      readCustomer: async (customerId: string): Promise<BillingReading> =>
        world.truths.get(customerId) ?? { kind: 'unavailable', because: 'missing' },
      resolveSubject: async () => ({ kind: 'none' }) as const,
    },
  };
  const index = { ...shared, images: ecr.images };
  const tokens = accessTokens({
    readSecret: async () => JSON.stringify({ current: TOKEN_SECRET }),
  });
  const handle = gateway(
    {
      clock,
      report,
      tokens,
      isFront: frontSecret({ readSecret: async () => JSON.stringify({ current: FRONT }) }),
      issue: issueAccessToken({
        ...shared,
        tokens,
        isHashOf: (hash, text) => {
          counts.hashes += 1;
          return isHashOf(hash, text);
        },
      }),
      answer: answerPull(
        { ...index, indexImage: indexImage(index) },
        { layerOrigin: 'https://*.amazonaws.com', noticeDays: 0 },
      ),
    },
    { renewalUrl: RENEWAL_URL, manifestHead: 'full' },
  );
  const ask = async (rawPath: string, asked: Partial<RawRequest> = {}): Promise<Answer> => {
    const { method = 'GET', rawQuery = '', body = new Uint8Array() } = asked;
    const front = { 'x-wharfage-front': FRONT, 'x-wharfage-origin': ORIGIN };
    const headers = { ...asked.headers, ...front };
    const answer = await handle({ method, rawPath, rawQuery, headers, body });
    const {
      'x-wharfage-status': real,
      'x-wharfage-challenge': challenge,
      ...rest
    } = answer.headers;
    return {
      status: Number(real ?? answer.status),
      headers: challenge === undefined ? rest : { ...rest, 'www-authenticate': challenge },
      text: Buffer.from(answer.body).toString(),
    };
  };
  const login = (username: string, secret: string, path = '/token/k'): Promise<Answer> =>
    ask(path, { headers: { authorization: basic(username, secret) } });
  const tokenOf = async ({ customerId, secret }: Shopper): Promise<string> => {
    const { text } = await login(customerId, secret);
    return (JSON.parse(text) as { readonly token?: string }).token ?? '';
  };
  const sync = (customerId: string, asked: Partial<SyncRequest> = {}) =>
    syncCustomer(deps)({ customerId, because: 'event', ...asked });
  return Object.assign(world, {
    deps,
    stores,
    ecr,
    report,
    sealed,
    counts,
    subjects,
    policies,
    ask,
    login,
    tokenOf,
    sync,
    tokens,
    rotate: (customerId: string) =>
      rotateCredential(deps)({ customerId, overlapSeconds: 3_600, actor: 'ada' }),
    /** Subscribes, is synced and claims its first credential. */
    join: async (customerId: string, product: string): Promise<Shopper> => {
      world.truths.set(customerId, paying(product));
      await sync(customerId);
      const claimed = await claimCredential(deps)({ customerId });
      if (claimed.kind !== 'claimed') throw new Error(`${customerId} has nothing to claim`);
      return { customerId, credentialId: claimed.credentialId, secret: claimed.secretText };
    },
    /** Stripe says that the subscription has ended, and the sync has seen it. */
    lapse: async (customerId: string, product: string): Promise<void> => {
      const canceled = subscription({
        subscriptionId: `sub_${product}`,
        status: 'canceled',
        items: [itemOf(product)],
      });
      world.truths.set(customerId, found([canceled]));
      await sync(customerId);
    },
    /** An image with one layer, and the index knows it. */
    push: async (
      repository: string,
      tag: string,
      content = `${repository}:${tag}`,
      moreTags: readonly string[] = [],
    ) => {
      const layer = digestOf(content);
      const manifest = {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: {
          mediaType: 'application/vnd.oci.image.config.v1+json',
          digest: digestOf(`config of ${content}`),
          size: 2,
        },
        layers: [
          {
            mediaType: 'application/vnd.oci.image.layer.v1.tar',
            digest: layer,
            size: content.length,
          },
        ],
      };
      const digest = ecr.registry.push(repository, {
        manifest,
        tags: [tag, ...moreTags],
        pushedAt: world.now,
      });
      await indexRepository(index)(repository);
      return { digest, layer } satisfies Pushed;
    },
    /** With a token that this shopper gets now. */
    pull: async (
      shopper: Shopper,
      path: string,
      asked: Partial<RawRequest> = {},
    ): Promise<Answer> => {
      const authorization = `Bearer ${await tokenOf(shopper)}`;
      return ask(path, { ...asked, headers: { authorization, ...asked.headers } });
    },
    /** How often each port was called by what `act` does, ECR's calls among them. */
    callsOf: async (act: () => Promise<unknown>): Promise<Record<string, number>> => {
      for (const method of Object.keys(stores.calls)) delete stores.calls[method];
      const before = ecr.calls.length;
      await act();
      const images = ecr.calls.length - before;
      return { ...stores.calls, ...(images === 0 ? {} : { ecr: images }) };
    },
  });
};

export type Shop = Awaited<ReturnType<typeof shop>>;

const paying = (product: string): BillingReading =>
  found([subscription({ subscriptionId: `sub_${product}`, items: [itemOf(product)] })], {
    email: `${product}@customer.example`,
  });

export const bearer = (token: string): Partial<RawRequest> => ({
  headers: { authorization: `Bearer ${token}` },
});

/** The code and sentence of a refusal. */
export const errorOf = ({ text }: Answer): { readonly code: string; readonly message: string } => {
  const { errors } = JSON.parse(text) as {
    readonly errors: readonly { readonly code: string; readonly message: string }[];
  };
  const [error] = errors;
  if (error === undefined) throw new Error(`no error in ${text}`);
  return error;
};
