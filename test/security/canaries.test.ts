import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { accessTokens } from '../../functions/adapters/access-tokens.ts';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { dynamoCustomers } from '../../functions/adapters/dynamo-customers.ts';
import { dynamoTable } from '../../functions/adapters/dynamo-table.ts';
import { emfReport } from '../../functions/adapters/emf-report.ts';
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import { parseSecretPair } from '../../functions/adapters/secret-pair.ts';
import { secretReader } from '../../functions/adapters/secret-reader.ts';
import { sqsSubjects } from '../../functions/adapters/sqs-queues.ts';
import { memoryStores } from '../../simulation/stores/memory-stores.ts';
import { customer, NOW } from '../support/builders.ts';
import { secretsIn, takeLeaks } from '../support/canaries.ts';
import { basic } from '../support/gateway-world.ts';
import { recordingReport, recordingSubjects } from '../support/recordings.ts';
import { type ScriptedAws, scriptedAws } from '../support/scripted-aws.ts';
import { shop, TOKEN_SECRET } from './shop.ts';

const SECRET = credentialMint.secretText(credentialMint.credentialId());
const EMAIL = 'ada@customer.example';
const HIDDEN = 'f3b0c44298fc1c149afbf4c8996fb924';

let aws: ScriptedAws;
beforeAll(async () => {
  aws = await scriptedAws(({ operation }) =>
    operation === 'GetSecretValue'
      ? { body: { SecretString: JSON.stringify({ current: HIDDEN }) } }
      : { body: {} },
  );
});
afterAll(async () => aws.close());
afterEach(() => vi.restoreAllMocks());

/** Where something leaked since the last call. */
const leaked = (): readonly string[] => takeLeaks().map(({ sink, what }) => `${sink}: ${what}`);

describe('T23: the search for secrets', () => {
  const token = () =>
    accessTokens({ readSecret: async () => JSON.stringify({ current: TOKEN_SECRET }) }).issueToken({
      customerId: 'cus_Ada',
      credentialId: 'Cred00000001',
      clientClass: 'd',
      expiresAt: NOW,
    });

  it.each<[string, () => string | Promise<string>]>([
    ['a pull secret', () => SECRET],
    ['a pull secret in base64', () => basic('cus_Ada', SECRET)],
    ['a pull secret in base64', () => basic('cus_Adam', SECRET)],
    ['a pull secret in base64', () => basic('cus_Adams', SECRET)],
    ['an access token', token],
    ['an access token', () => 'Bearer 0123456789abcdef0123456789'],
    ['a Stripe key', () => 'rk_test_0000000000000000'],
    ['a Stripe key', () => 'sk_live_0000000000000000'],
    ['a webhook secret', () => 'whsec_0123456789abcdef'],
    ['a secret of the front', () => 'secret-of-the-front-0123456789abcdef'],
    ['a secret of tokens', () => TOKEN_SECRET],
    ['a signed address', () => 'https://s3.example/a?X-Amz-Signature=0123'],
    ['an e-mail address', () => EMAIL],
  ])('T23: finds %s, and nothing in what merely resembles it', async (what, text) => {
    expect(secretsIn(`{"field":"${await text()}"}`)).toContain(what);
    const harmless = [
      'wharfage_pull_',
      'sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0',
      'Bearer realm="https://registry.vendor.com/token/d",service="registry.vendor.com"',
      'the webhook secret must be {"current":"whsec_…"}',
      'rk_live_***4444',
      'https://ada:b@vendor.example',
    ];
    expect(harmless.flatMap(secretsIn)).toEqual([]);
  });

  it('T23: sees a line that a test records', () => {
    recordingReport().count('LedgerFailed', { customerId: 'cus_Ada', reason: SECRET });
    expect(leaked()).toEqual(['log: a pull secret']);
  });

  it('T23: sees a line that a function prints, though a test took its output', () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    emfReport('live', () => NOW).log('synced', { email: EMAIL });
    expect(leaked()).toEqual(['log: an e-mail address']);
  });

  it('T23: sees what is queued in memory and what is sent to SQS', async () => {
    const subject = { kind: 'customer', id: EMAIL, because: 'event', occasion: 'evt_1' } as const;
    await recordingSubjects().sendSubjects([subject]);
    expect(leaked()).toEqual(['message: an e-mail address']);
    await sqsSubjects(new SQSClient(aws.config), `${aws.config.endpoint}/1/a.fifo`).sendSubjects([
      subject,
    ]);
    expect(leaked()).toEqual(['message: an e-mail address']);
  });

  it.each([
    ['in memory', () => memoryStores().customers],
    ['on the wire', () => dynamoCustomers(dynamoTable(new DynamoDBClient(aws.config), 'table'))],
  ])(
    'T23: sees items %s, and lets the customer item have its address only',
    async (_where, stores) => {
      const customers = stores();
      await customers.saveCustomer(customer({ version: 1, email: EMAIL }), 0);
      expect(leaked()).toEqual([]);
      await customers.saveCustomer(
        customer({ customerId: 'cus_B', version: 1, email: EMAIL, malformedAccounts: [EMAIL] }),
        0,
      );
      expect(leaked()).toEqual(['table: an e-mail address']);
      const access = { windows: [], withheld: [], accounts: [] };
      await customers.putAudit('cus_Nova', {
        sequence: 1,
        version: 1,
        at: NOW,
        because: 'event',
        before: access,
        after: access,
        evidence: [EMAIL],
      });
      expect(leaked()).toEqual(['table: an e-mail address']);
    },
  );

  it('T23: sees an error that our code makes, its fields and its causes, though it is caught', () => {
    const form = { pattern: /^a$/, example: 'a' };
    expect(() => parseSecretPair('{}', { ...form, name: SECRET })).toThrow();
    expect(leaked()).toEqual(['error: a pull secret']);
    expect(() => parseSecretPair('{}', { ...form, name: 'it' })).toThrow(
      expect.toSatisfy((error: Error) => {
        Object.assign(error, { request: { headers: [SECRET] } });
        return true;
      }),
    );
    expect(leaked()).toEqual(['error: a pull secret']);
  });

  it('T23: leaves alone what a test makes up, which our code may only not pass on', () => {
    expect(() => {
      throw new Error(SECRET);
    }).toThrow();
    expect(leaked()).toEqual([]);
  });

  it('T23: knows a stage’s secrets that have no form, once Secrets Manager has had them in hand', async () => {
    const client = new SecretsManagerClient(aws.config);
    const report = recordingReport();
    await secretReader({ client, clock: () => NOW, report }, 'arn:of:the:front')();
    await sealedSecrets(client, 'test').sealSecret('Cred00000001', 'a-text-of-no-form-0123456789');
    expect(leaked()).toEqual([]);
    report.log('front', { tried: HIDDEN });
    report.log('sealed', { text: 'a-text-of-no-form-0123456789' });
    expect(leaked()).toEqual(['log: a secret of a stage', 'log: a secret of a stage']);
  });
});

it('T23: the whole life of a credential leaves no secret and no address but in the customer item', async () => {
  const its = await shop();
  const ada = await its.join('cus_Ada', 'app');
  const { digest } = await its.push('acme/app', '1.0.0');
  expect((await its.pull(ada, `/v2/acme/app/manifests/${digest}`)).status).toBe(200);
  await its.rotate('cus_Ada');
  const withEmail = [...its.stores.table].filter(([, text]) => text.includes('@customer.example'));
  expect(withEmail.map(([key]) => key)).toEqual(['CUSTOMER#cus_Ada CUSTOMER']);
  await its.lapse('cus_Ada', 'app');
  expect((await its.pull(ada, `/v2/acme/app/manifests/${digest}`)).status).toBe(401);
  expect(leaked()).toEqual([]);
});
