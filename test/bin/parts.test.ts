import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deploymentOfOutputs, placeInAws } from '../../bin/deployment.ts';
import { errorText, jsonText, table } from '../../bin/format.ts';
import { deploymentOfLocal, enterLocal, readLocalDeployment } from '../../bin/local-deployment.ts';
import { paced } from '../../bin/pace.ts';
import { progressOn } from '../../bin/progress.ts';
import { userName } from '../../bin/user-name.ts';
import type { Billing } from '../../functions/ports.ts';
import { unavailable } from '../support/sync-world.ts';

const OUTPUTS = {
  Stage: 'live',
  Livemode: 'true',
  TableName: 'wharfage-live',
  CustomersQueueUrl: 'https://sqs/customers.fifo',
  PoliciesQueueUrl: 'https://sqs/policies.fifo',
  StripeKeySecretArn: 'arn:aws:secretsmanager:eu-west-1:999988887777:secret:key',
  WebhookSecretArn: 'arn:aws:secretsmanager:eu-west-1:999988887777:secret:webhook',
  Unrelated: 'x',
};
const listOf = (outputs: object) =>
  Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));

describe('a deployed stack', () => {
  it('tells where its parts are', () => {
    expect(deploymentOfOutputs('wharfage-live', listOf(OUTPUTS))).toStrictEqual({
      stage: 'live',
      livemode: true,
      tableName: 'wharfage-live',
      customersQueueUrl: 'https://sqs/customers.fifo',
      policiesQueueUrl: 'https://sqs/policies.fifo',
      stripeKeySecretArn: OUTPUTS.StripeKeySecretArn,
      webhookSecretArn: OUTPUTS.WebhookSecretArn,
    });
  });

  it('names the host that customers log in to', () => {
    const outputs = listOf({ ...OUTPUTS, RegistryUrl: 'https://registry.acme.com' });
    expect(deploymentOfOutputs('wharfage-live', outputs).registry).toBe('registry.acme.com');
  });

  it('is not Wharfage when outputs are missing', () => {
    const { TableName, Stage, ...others } = OUTPUTS;
    expect(() => deploymentOfOutputs('other', listOf(others))).toThrow(
      'stack other has no output Stage, TableName: it is not a Wharfage stack',
    );
  });

  it.each([
    ['arn:aws:secretsmanager:eu-west-1:9:secret:x', 'aws', '9.dkr.ecr.eu-west-1.amazonaws.com'],
    [
      'arn:aws-cn:secretsmanager:cn-north-1:9:secret:x',
      'aws-cn',
      '9.dkr.ecr.cn-north-1.amazonaws.com.cn',
    ],
  ])('has its ECR where %s is', (arn, partition, ecrHost) => {
    expect(placeInAws(arn)).toStrictEqual({ partition, ecrHost });
  });
});

describe('the local system', () => {
  const local = {
    stage: 'local',
    livemode: false,
    tableName: 'wharfage-local',
    customersQueueUrl: 'http://127.0.0.1:1/customers.fifo',
    policiesQueueUrl: 'http://127.0.0.1:1/policies.fifo',
    stripeKeySecretArn: 'arn:key',
    webhookSecretArn: 'arn:webhook',
    probeRepository: 'wharfage-local-probe',
    partition: 'aws',
    clockOffsetSeconds: 0,
    endpoints: {
      dynamodb: 'http://d',
      sqs: 'http://q',
      ecr: 'http://e',
      secretsManager: 'http://s',
      stripe: 'http://b',
    },
  };
  const fileWith = (text: string): string => {
    const file = join(mkdtempSync(join(tmpdir(), 'wharfage-')), 'local.json');
    writeFileSync(file, text);
    return file;
  };

  it('is found by the file that npm start writes', () => {
    const read = readLocalDeployment(fileWith(JSON.stringify(local)));
    expect(read).toStrictEqual(local);
    const env = { AWS_PROFILE: 'production', AWS_SESSION_TOKEN: 'canary', PATH: '/bin' };
    enterLocal(env, read);
    expect(env).toStrictEqual({
      PATH: '/bin',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://d',
      AWS_ENDPOINT_URL_SQS: 'http://q',
      AWS_ENDPOINT_URL_ECR: 'http://e',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://s',
      STRIPE_API_BASE: 'http://b',
    });
    expect(deploymentOfLocal(read)).toMatchObject({ stage: 'local', tableName: 'wharfage-local' });
    expect(deploymentOfLocal(read)).not.toHaveProperty('registry');
    expect(deploymentOfLocal({ ...read, registry: 'r' })).toMatchObject({ registry: 'r' });
  });

  it.each([
    ['not JSON', '{', 'cannot be read: is the local system running (npm start)?'],
    [
      'another version’s',
      '{"stage":"local","endpoints":{"sqs":"http://q"}}',
      'lacks tableName, customersQueueUrl,',
    ],
  ])('is not found by a file that is %s', (_case, text, message) => {
    expect(() => readLocalDeployment(fileWith(text))).toThrow(message);
  });

  it('names every part that is missing', () => {
    const { livemode, clockOffsetSeconds, ...others } = local;
    expect(() => readLocalDeployment(fileWith(JSON.stringify(others)))).toThrow(
      'lacks livemode, clockOffsetSeconds: start the local system again',
    );
  });
});

describe('a paced Stripe', () => {
  it('is asked no more than so many requests a second, a customer counting as two', async () => {
    const timing = { ms: 0 };
    const startedAt: number[] = [];
    const answer = async () => {
      startedAt.push(timing.ms);
      return unavailable('server');
    };
    const billing: Billing = {
      readCustomer: answer,
      resolveSubject: answer,
      listEvents: answer,
      listSubscriptions: answer,
    };
    const slow = paced(billing, 4, {
      nowMs: () => timing.ms,
      sleep: async (milliseconds) => {
        timing.ms += milliseconds;
      },
    });
    await slow.readCustomer('cus_1');
    await slow.readCustomer('cus_2');
    await slow.listSubscriptions();
    await slow.listEvents(0);
    await slow.resolveSubject({ kind: 'charge', id: 'ch_1' });
    expect(startedAt).toStrictEqual([0, 500, 1_000, 1_250, 1_500]);
    timing.ms = 9_000;
    await slow.listEvents(0);
    expect(startedAt.at(-1)).toBe(9_000);
  });
});

describe('progress', () => {
  it('is a plain line now and then where there is no terminal', () => {
    const lines: string[] = [];
    const { show, clear } = progressOn({ write: (text) => lines.push(text) });
    for (let done = 1; done <= 250; done += 1) show('customers', done, 250);
    clear();
    expect(lines).toStrictEqual([
      'customers: 100 of 250\n',
      'customers: 200 of 250\n',
      'customers: 250 of 250\n',
    ]);
  });
});

describe('the user name', () => {
  it('is the login name, or the number of a user who has none', () => {
    expect(userName(() => 'ada')).toBe('ada');
    const nameless = userName(() => {
      throw new Error('uv_os_get_passwd returned ENOENT');
    });
    expect(nameless).toMatch(/^user (\d+|unknown)$/);
  });
});

describe('texts', () => {
  it('keep their columns in line', () => {
    expect(
      table([
        ['a', 'x'],
        ['bcd', ''],
      ]),
    ).toStrictEqual(['a    x', 'bcd']);
  });

  it('name an error and its causes, five at most', () => {
    let error: Error = new TypeError('deep');
    for (const text of ['5', '4', '3', '2', '1']) error = new Error(text, { cause: error });
    expect(errorText(error)).toBe('1: 2: 3: 4: 5');
    expect(errorText(new TypeError('odd'))).toBe('TypeError: odd');
    expect(errorText('plain')).toBe('plain');
    expect(jsonText({ error: new Error('x') })).toBe('{\n  "error": "x"\n}');
  });
});
