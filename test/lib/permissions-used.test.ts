import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { probeRepositoryName } from '../../lib/names.ts';
import { movableClock } from '../../local/clock.ts';
import { type FarEnds, startFarEnds } from '../../local/far-ends.ts';
import { setEnvironment } from '../../local/lambdas.ts';
import { STAGE } from '../../local/names.ts';
import { imageOf } from '../../local/samples/image.ts';
import { seedProducts } from '../../local/seed-products.ts';
import { isGranted, type Request, requestOf } from '../support/granted.ts';
import { type Recorder, recordingProxy } from '../support/recording-proxy.ts';
import { sign, snapshot } from '../support/signed-event.ts';
import { CATALOG, resourcesOf, templateOf } from '../support/template.ts';

const catalog = { ...CATALOG, onDispute: 'suspend', onFullRefund: 'revoke' } as const;
const deployed = resourcesOf(templateOf({ stage: STAGE, catalog }));
const clock = movableClock();

let farEnds: FarEnds;
let proxy: Recorder;

/** What each function asked of AWS, once each. */
const asked = new Map<string, readonly Request[]>();

const watch = async (functionName: string, act: () => Promise<unknown>): Promise<void> => {
  proxy.calls.length = 0;
  await act();
  const before = asked.get(functionName) ?? [];
  asked.set(functionName, [...before, ...proxy.calls.flatMap(requestOf)]);
};

/** As Lambda would hand over one message; SQS knows nothing of the receipt, which only fails a postponement. */
const delivered = (body: string, group: string): SQSEvent =>
  ({
    Records: [
      {
        messageId: 'm1',
        receiptHandle: 'r1',
        body,
        attributes: { MessageGroupId: group, ApproximateReceiveCount: '1' },
      },
    ],
  }) as unknown as SQSEvent;

const subject = (kind: string, id: string, occasion: string): SQSEvent =>
  delivered(JSON.stringify({ kind, id, because: 'event', occasion }), id);
const policyOf = (repository: string): SQSEvent =>
  delivered(JSON.stringify({ repository, occasion: 'test' }), repository);

const urlEvent = (method: string, rawPath: string, headers: Readonly<Record<string, string>>) => ({
  rawPath,
  rawQueryString: '',
  headers: {
    ...headers,
    'x-wharfage-front': farEnds.frontSecret,
    'x-wharfage-origin': 'http://127.0.0.1:4244',
  },
  requestContext: { http: { method } },
});

const ecrEvent = (action: string, digest: string) => ({
  source: 'aws.ecr',
  'detail-type': 'ECR Image Action',
  detail: {
    result: 'SUCCESS',
    'repository-name': 'acme/app',
    'image-digest': digest,
    'action-type': action,
  },
});
const TICK = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };

/** The customer's first credential, as it waits to be claimed. */
const passwordOf = (): string => {
  const { secrets } = farEnds.secrets.snapshot();
  const sealed = secrets.find(({ name }) => name.startsWith(`wharfage/${STAGE}/`));
  const text = sealed?.versions.at(-1)?.text ?? '';
  return /wharfage_pull_\w+/.exec(text)?.[0] ?? '';
};

/** Whatever a customer's client asks: first what is not indexed yet, then what is, moved and gone. */
const pull = async (customerId: string): Promise<void> => {
  const [gateway, indexRelease] = await Promise.all([
    import('../../functions/gateway.ts'),
    import('../../functions/index-release.ts'),
  ]);
  const call = async (path: string, authorization: string, status?: string): Promise<string> => {
    const answers: Awaited<ReturnType<typeof gateway.handler>>[] = [];
    await watch('gateway', async () => {
      answers.push(await gateway.handler(urlEvent('GET', path, { authorization }) as never));
    });
    expect(answers.map(({ headers }) => headers['x-wharfage-status'])).toEqual([status]);
    return answers.map(({ body }) => Buffer.from(body, 'base64').toString()).join('');
  };
  const index = (event: object) => watch('index-release', () => indexRelease.handler(event));
  const push = async (version: string): Promise<string> => {
    const layers = [{ bytes: Buffer.from(version), diffId: `sha256:${'0'.repeat(64)}` }];
    const image = imageOf('oci', 'amd64', layers, { version });
    return farEnds.ecr.pushImage('acme/app', { ...image, tags: ['latest'] });
  };
  const basic = Buffer.from(`${customerId}:${passwordOf()}`).toString('base64');

  const first = await push('1');
  const { token } = JSON.parse(await call('/token/d', `Basic ${basic}`));
  const get = (path: string, status?: string) =>
    call(`/v2/acme/app/${path}`, `Bearer ${token}`, status);
  await get('manifests/latest');
  await get(`manifests/${first}`);
  const { layers } = JSON.parse(await get('manifests/latest'));
  await get(`blobs/${layers[0].digest}`);
  await index(ecrEvent('PUSH', first));
  await index(TICK);
  await get('tags/list');
  await get(`referrers/${first}`);
  const second = await push('2');
  clock.advance(61);
  await get('manifests/latest');
  farEnds.ecr.deleteImage('acme/app', first);
  await index(ecrEvent('DELETE', first));
  farEnds.ecr.deleteImage('acme/app', second);
  clock.advance(61);
  await get('manifests/latest', '404');
};

const live = async ({ world }: NonNullable<FarEnds['stripe']>): Promise<void> => {
  const functions = await Promise.all([
    import('../../functions/webhook.ts'),
    import('../../functions/sync.ts'),
    import('../../functions/sweep.ts'),
    import('../../functions/apply-policy.ts'),
  ]);
  const [webhook, sync, sweep, applyPolicy] = functions.map(({ handler }) => handler as Handler);
  if (!(webhook && sync && sweep && applyPolicy)) throw new Error('a function has no handler');

  const [id] = [world.createCustomer({ metadata: { aws_account_ids: '111111111111' } })];
  const subscription = world.subscribe({ customer: id, products: ['prod_app'] });
  world.tick();
  const body = snapshot({ livemode: false });
  const headers = { 'stripe-signature': sign(body, farEnds.snapshot().webhookSecret, clock.now()) };
  const requestContext = { http: { method: 'POST' } };
  const url = { rawPath: '/', rawQueryString: '', headers, requestContext, body };

  await watch('webhook', () => webhook(url));
  await watch('sync', () => sync(subject('customer', id, 'granted')));
  await watch('apply-policy', () => applyPolicy(policyOf('acme/app')));
  await watch('sweep', sweep);
  await pull(id);
  // A policy is written at most once in 30 seconds.
  clock.advance(31);
  world.cancelNow(subscription);
  await watch('sync', () => sync(subject('customer', id, 'revoked')));
  await watch('apply-policy', () => applyPolicy(policyOf('acme/app')));
  await watch('sync', () => sync(subject('charge', world.chargeIds(id)[0] ?? '', 'disputed')));
  world.deleteCustomer(id);
  await watch('sync', () => sync(subject('customer', id, 'deleted')));
  await watch('sync', () => sync(delivered('poison', 'poison')));
  await watch('apply-policy', () => applyPolicy(delivered('poison', 'poison')));
};

type Handler = (event?: unknown) => Promise<unknown>;

beforeAll(async () => {
  clock.install();
  const options = {
    now: clock.now,
    catalog,
    state: {},
    realStripe: undefined,
    webhookUrl: () => '',
  };
  farEnds = await startFarEnds(options);
  const { sqs, ecr, secrets, table, stripe } = farEnds;
  if (stripe === undefined) throw new Error('the stand-in of Stripe did not start');
  proxy = await recordingProxy({
    AmazonSQS: sqs.url,
    AmazonEC2ContainerRegistry_V20150921: ecr.url,
    secretsmanager: secrets.url,
    DynamoDB_20120810: table.url,
  });
  const throughProxy = (url: string): string => `${proxy.url}${new URL(url).pathname}`;
  setEnvironment(farEnds, catalog, 'https://vendor.example/billing');
  for (const service of ['SQS', 'ECR', 'SECRETS_MANAGER', 'DYNAMODB']) {
    vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, proxy.url);
  }
  for (const queue of ['CUSTOMERS_QUEUE_URL', 'POLICIES_QUEUE_URL']) {
    vi.stubEnv(queue, throughProxy(process.env[queue] ?? ''));
  }
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  seedProducts(stripe.world, catalog);
  await live(stripe);
  vi.restoreAllMocks();
});

afterAll(async () => {
  clock.uninstall();
  vi.unstubAllEnvs();
  await proxy.close();
  await farEnds.close();
});

describe('whatever a function asks of AWS, its role grants', () => {
  it.each(['webhook', 'sync', 'sweep', 'apply-policy', 'gateway', 'index-release'])(
    '%s',
    (name) => {
      const requests = asked.get(name) ?? [];
      const refused = requests.filter(
        (request) => !isGranted(deployed, `wharfage-${STAGE}-${name}`, request),
      );
      expect(requests).not.toEqual([]);
      expect(refused).toEqual([]);
    },
  );

  it('and the story reaches what is asked rarely', () => {
    const actions = (name: string): readonly string[] => [
      ...new Set((asked.get(name) ?? []).map(({ action }) => action)),
    ];
    expect(actions('webhook').toSorted()).toEqual([
      'secretsmanager:GetSecretValue',
      'sqs:SendMessage',
    ]);
    expect(actions('sync')).toEqual(
      expect.arrayContaining([
        'dynamodb:BatchGetItem',
        'dynamodb:Query',
        'secretsmanager:DeleteSecret',
        'secretsmanager:TagResource',
        'sqs:ChangeMessageVisibility',
      ]),
    );
    expect(actions('sweep')).toEqual(
      expect.arrayContaining(['dynamodb:Query', 'dynamodb:PutItem']),
    );
    expect(actions('apply-policy')).toEqual(
      expect.arrayContaining(['ecr:DeleteRepositoryPolicy', 'sqs:ChangeMessageVisibility']),
    );
    expect(actions('gateway').toSorted()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'ecr:BatchGetImage',
      'ecr:GetDownloadUrlForLayer',
      'secretsmanager:GetSecretValue',
    ]);
    expect(actions('index-release').toSorted()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'ecr:BatchGetImage',
      'ecr:DescribeImages',
    ]);
    expect((asked.get('apply-policy') ?? []).map(({ resource }) => resource)).toContain(
      probeRepositoryName(STAGE),
    );
  });
});
