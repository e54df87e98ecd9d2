import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AWS_CONFIG } from '../../functions/adapters/aws-config.ts';
import { dynamoBreaker } from '../../functions/adapters/dynamo-breaker.ts';
import { dynamoTable } from '../../functions/adapters/dynamo-table.ts';
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import { dayOf } from '../../functions/core/calendar.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import { DAY, isOpen } from '../../functions/core/time.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { STAGE } from '../../local/names.ts';
import { imageOf, indexOf, type Piece } from '../../local/samples/image.ts';
import { type Layer, layerOf } from '../../local/samples/layer.ts';
import { localStores } from '../../local/stores.ts';
import { startSystem } from '../../local/system.ts';
import { catalog, offer } from './builders.ts';
import { recordingReport } from './recordings.ts';

/** A customer with a claimed credential, and what becomes of their subscription. */
export type RegistryCustomer = {
  readonly username: string;
  readonly secret: string;
  /** Ends the subscription at once; answers when the gateway knows. */
  lapse(): Promise<void>;
  /** Access ends in two days. */
  endSoon(): Promise<void>;
  /** Subscribes again. */
  pay(): Promise<void>;
};

/** In `acme/big`: two architectures, each with a small and a large layer. */
export const BIG = {
  repository: 'acme/big',
  tag: '2.0.0',
  largeBytes: 3_000_000,
} as const;

const CATALOG: Catalog = catalog({
  offers: {
    app: offer('app', {
      repositories: ['acme/app', 'acme/big', 'acme/charts'],
      awsAccounts: 'none',
    }),
    tools: offer('tools', { awsAccounts: 'none' }),
  },
});

/** The whole system with its registry on loopback, and something to pull. One in a test file. */
export const registryWorld = async () => {
  const failures: string[] = [];
  const system = await startSystem({
    catalog: CATALOG,
    report: (message, error) => failures.push(`${message}: ${String(error)}`),
  });
  const { farEnds, clock } = system;
  const { stripe, ecr, storage } = farEnds;
  if (stripe === undefined) throw new Error('the stand-in of Stripe did not start');
  const stores = localStores(farEnds.table);
  const secretsManager = new SecretsManagerClient(AWS_CONFIG);
  const claim = claimCredential({
    credentials: stores.credentials,
    secrets: sealedSecrets(secretsManager, STAGE),
    report: recordingReport(),
    clock: clock.now,
  });
  const dynamodb = new DynamoDBClient(AWS_CONFIG);
  const breaker = dynamoBreaker(dynamoTable(dynamodb, farEnds.table.tableName));
  const large = await pushBig(ecr);
  await system.settle();
  let customers = 0;
  return {
    system,
    storage,
    ecr,
    clock,
    stores,
    failures,
    /** `http://127.0.0.1:4244` */
    origin: system.registry.origin,
    /** Digest of the large layer of each architecture. */
    large,
    customer: async (product = 'prod_app'): Promise<RegistryCustomer> => {
      customers += 1;
      const username = `cus_Interop${customers}`;
      stripe.world.createCustomer({ id: username });
      let subscription = stripe.world.subscribe({ customer: username, products: [product] });
      await system.settle();
      const claimed = await claim({ customerId: username });
      if (claimed.kind !== 'claimed') throw new Error(`${username} has ${claimed.kind} to claim`);
      return {
        username,
        secret: claimed.secretText,
        lapse: async () => {
          // So many in a day would be held by the breaker, as they should be elsewhere.
          await breaker.liftBreaker(dayOf(clock.now()), clock.now(), 'interop');
          stripe.world.cancelNow(subscription);
          await system.settle();
          const stored = await stores.customers.findCustomer(username);
          if (stored?.windows.some((window) => isOpen(window, clock.now())) !== false) {
            throw new Error(`${username} did not lapse`);
          }
        },
        endSoon: async () => {
          stripe.world.cancelAt(subscription, clock.now() + 2 * DAY);
          await system.settle();
        },
        pay: async () => {
          subscription = stripe.world.subscribe({ customer: username, products: [product] });
          await system.settle();
        },
      };
    },
    /** An image of layers that hardly compress, each from so many characters; answers its size on the wire. */
    pushNoise: async (
      repository: string,
      tag: string,
      characters: readonly number[],
    ): Promise<{ readonly image: Piece; readonly bytes: number }> => {
      const layers: Layer[] = [];
      for (const [index, count] of characters.entries()) {
        layers.push(await layerOf({ [`srv/noise-${index}`]: noise(count) }));
      }
      const image = imageOf('oci', 'amd64', layers, {});
      await ecr.pushImage(repository, { ...image, tags: [tag] });
      await system.settle();
      return { image, bytes: layers.reduce((sum, { bytes }) => sum + bytes.length, 0) };
    },
    /** An access token, as docker would get it. */
    token: async ({ username, secret }: Pick<RegistryCustomer, 'username' | 'secret'>) => {
      const authorization = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
      const answer = await fetch(`${system.registry.origin}/token/d`, {
        headers: { authorization },
      });
      const { token } = (await answer.json()) as { readonly token?: string };
      if (token === undefined) throw new Error(`${username} got no token: ${answer.status}`);
      return token;
    },
    close: async () => {
      secretsManager.destroy();
      dynamodb.destroy();
      stores.close();
      await system.close();
    },
  };
};

export type RegistryWorld = Awaited<ReturnType<typeof registryWorld>>;

type Ecr = Awaited<ReturnType<typeof startSystem>>['farEnds']['ecr'];

/** What does not compress: a layer that breaks off must be large on the wire. */
const noise = (characters: number): string =>
  randomBytes(Math.ceil((characters * 3) / 4))
    .toString('base64')
    .slice(0, characters);

const pushBig = async (ecr: Ecr): Promise<readonly string[]> => {
  const digests: string[] = [];
  const images: Record<string, ReturnType<typeof imageOf>> = {};
  for (const architecture of ['amd64', 'arm64']) {
    const layers: Layer[] = [
      await layerOf({ 'etc/architecture': `${architecture}\n` }),
      await layerOf({ 'srv/noise': noise(BIG.largeBytes) }),
    ];
    const image = imageOf('oci', architecture, layers, {});
    await ecr.pushImage(BIG.repository, image);
    const { layers: named } = JSON.parse(Buffer.from(image.manifest).toString()) as {
      readonly layers: readonly { readonly digest: string }[];
    };
    digests.push(named[1]?.digest ?? '');
    images[architecture] = image;
  }
  await ecr.pushImage(BIG.repository, { ...indexOf('oci', images), tags: [BIG.tag] });
  return digests;
};
