import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { ecrPolicies } from '../../functions/adapters/ecr-policies.ts';
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import { sqsPolicies, sqsSubjects } from '../../functions/adapters/sqs-queues.ts';
import { stripeBilling } from '../../functions/adapters/stripe-billing.ts';
import type { Trigger } from '../../functions/core/customer.ts';
import { DAY, type EpochSeconds, HOUR } from '../../functions/core/time.ts';
import { applyPolicy } from '../../functions/usecases/apply-policy.ts';
import { syncCustomer } from '../../functions/usecases/sync-customer.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/aws/account.ts';
import { startFarEnds } from '../../local/far-ends.ts';
import { PROBE_REPOSITORY, QUEUES, STAGE } from '../../local/names.ts';
import { agreedOn, catalog, NOW } from '../support/builders.ts';
import { dynamoServer } from '../support/dynamo-server.ts';
import { recordingReport } from '../support/recordings.ts';

type Calls = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The real adapters over the stand-ins, and what each service was asked for. */
const countedWorld = async () => {
  const time = { now: NOW };
  const clock = (): EpochSeconds => time.now;
  const sold = catalog();
  const ends = await startFarEnds({
    now: clock,
    catalog: sold,
    state: {},
    realStripe: undefined,
    webhookUrl: () => 'http://127.0.0.1:9/',
  });
  const { stripe, sqs, ecr, secrets } = ends;
  if (stripe === undefined) throw new Error('the stand-in of Stripe did not start');
  for (const name of ['app', 'tools', 'other']) {
    stripe.world.createProduct({ id: `prod_${name}`, name });
  }
  const dynamo = await dynamoServer();
  const stores = await dynamo.stores();
  // One attempt: the SDK repeats a refused call when it finds that its clock and the service's differ.
  const client = { region: LOCAL_REGION, credentials: LOCAL_CREDENTIALS, maxAttempts: 1 };
  const clients = {
    sqs: new SQSClient({ ...client, endpoint: sqs.url }),
    ecr: new ECRClient({ ...client, endpoint: ecr.url }),
    secrets: new SecretsManagerClient({ ...client, endpoint: secrets.url }),
  };
  const report = recordingReport();
  const deps = {
    ...stores,
    billing: stripeBilling({
      readKey: async () => 'rk_test_local',
      livemode: false,
      apiBase: stripe.url,
      catalogs: agreedOn(sold),
      clock,
      report,
    }),
    secrets: sealedSecrets(clients.secrets, STAGE),
    mint: credentialMint,
    subjects: sqsSubjects(clients.sqs, sqs.queueUrl(QUEUES.customers)),
    policies: sqsPolicies(clients.sqs, sqs.queueUrl(QUEUES.policies)),
    catalogs: agreedOn(sold),
    report,
    clock,
  };
  const sync = syncCustomer(deps);
  return {
    time,
    world: stripe.world,
    stores,
    sync: (customerId: string, because: Trigger = 'event') => sync({ customerId, because }),
    apply: applyPolicy(
      { members: stores.members, policies: ecrPolicies(clients.ecr), report, clock },
      {
        stage: STAGE,
        partition: 'aws',
        probeRepository: PROBE_REPOSITORY,
        catalogs: agreedOn(sold),
      },
    ),
    /** What `act` asks of each service; a service that it leaves alone does not appear. */
    callsOf: async (act: () => Promise<unknown>): Promise<Calls> => {
      for (const name of Object.keys(dynamo.calls)) delete dynamo.calls[name];
      for (const service of [stripe, sqs, ecr, secrets]) service.resetCalls();
      await act();
      const counted = {
        dynamo: { ...dynamo.calls },
        stripe: stripe.calls(),
        sqs: sqs.calls(),
        ecr: ecr.calls(),
        secrets: secrets.calls(),
      };
      return Object.fromEntries(
        Object.entries(counted).filter(([, calls]) => Object.keys(calls).length > 0),
      );
    },
    close: async (): Promise<void> => {
      for (const each of Object.values(clients)) each.destroy();
      await dynamo.close();
      await ends.close();
    },
  };
};

let at: Awaited<ReturnType<typeof countedWorld>>;
beforeAll(async () => {
  at = await countedWorld();
});
afterAll(() => at.close());

const ACCOUNT = '111122223333';
const ASKED = { 'GET /v1/customers/:id': 1, 'GET /v1/subscriptions': 1 };

const subscribe = (customer: string, product = 'prod_app'): string => {
  at.world.createCustomer({ id: customer, metadata: { aws_account_ids: ACCOUNT } });
  return at.world.subscribe({ customer, products: [product] });
};

describe('what a sync costs', () => {
  it('of a customer who bought nothing of ours: 1 read of the table, 2 of Stripe, no write', async () => {
    subscribe('cus_Other', 'prod_other');
    expect(await at.callsOf(() => at.sync('cus_Other'))).toEqual({
      dynamo: { GetItemCommand: 1 },
      stripe: ASKED,
    });
  });

  it('that grants for the first time: state, audit, member, hash, secret, one policy message and the mark', async () => {
    subscribe('cus_Nova');
    expect(await at.callsOf(() => at.sync('cus_Nova'))).toEqual({
      dynamo: { GetItemCommand: 1, PutItemCommand: 4, UpdateItemCommand: 1 },
      stripe: ASKED,
      secrets: { CreateSecret: 1 },
      sqs: { SendMessageBatch: 1 },
    });
  });

  it('that finds nothing changed and nothing due: 1 read of the table, 2 of Stripe, no write', async () => {
    expect(await at.callsOf(() => at.sync('cus_Nova'))).toEqual({
      dynamo: { GetItemCommand: 1 },
      stripe: ASKED,
    });
  });

  it('that was due and finds nothing changed: 1 write', async () => {
    at.time.now = (await at.stores.customers.findCustomer('cus_Nova'))?.dueAt ?? 0;
    expect(await at.callsOf(() => at.sync('cus_Nova', 'due'))).toEqual({
      dynamo: { GetItemCommand: 1, UpdateItemCommand: 1 },
      stripe: ASKED,
    });
  });
});

describe('what an apply costs', () => {
  it('of a new account: the trial on the probe repository, 1 set and its read-back, 1 note', async () => {
    expect(await at.callsOf(() => at.apply('acme/app'))).toEqual({
      dynamo: { QueryCommand: 1, PutItemCommand: 1 },
      ecr: { GetRepositoryPolicy: 2, SetRepositoryPolicy: 2 },
    });
  });

  it('with nothing to do: 1 query and 1 look at the policy', async () => {
    at.time.now += HOUR;
    expect(await at.callsOf(() => at.apply('acme/app'))).toEqual({
      dynamo: { QueryCommand: 1 },
      ecr: { GetRepositoryPolicy: 1 },
    });
  });

  it('of a change: 1 set and its read-back more, and 1 note', async () => {
    at.time.now += 8 * DAY;
    expect(await at.callsOf(() => at.apply('acme/app'))).toEqual({
      dynamo: { QueryCommand: 1, PutItemCommand: 1 },
      ecr: { GetRepositoryPolicy: 2, SetRepositoryPolicy: 1 },
    });
  });
});
