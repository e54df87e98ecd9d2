import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { closeServer, listenOn } from '../../local/aws/listen.ts';
import { PROBES } from '../../scripts/probe-aws/all.ts';
import { type FakeAccount, startFakeAccount } from './support/account.ts';
import { done } from './support/front.ts';
import { IMAGES, POLICIES, QUEUES, SECRETS, TABLES } from './support/otherwise.ts';
import { type Ended, runOn } from './support/run-program.ts';

const OTHERWISE = { ...POLICIES, ...IMAGES, ...QUEUES, ...TABLES, ...SECRETS };
const RUN = ['--region', 'us-east-1', '--yes-create-resources', '--with-iam', '--slow'];

/** A few seconds on an idle machine. */
const WHOLE_RUN_MILLISECONDS = 180_000;

/** On this machine layers come from http://localhost, which no client of a deployment is sent to. */
const OTHERWISE_HERE = ['layer-url-form'];

let account: FakeAccount;
/** An address that answers 200 to everybody. */
const obliging = createServer((_, response) => response.end('yes'));
let elsewhere: string;

beforeAll(async () => {
  account = await startFakeAccount();
  for (const [name, value] of Object.entries(account.env)) vi.stubEnv(name, value);
  elsewhere = await listenOn(obliging, 0);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await account.close();
  await closeServer(obliging);
});
afterEach(() => {
  for (const front of Object.values(account.fronts)) front.straighten();
  account.secrets.delayForcedDeletion(0);
});

const nothingIsLeft = () => expect.poll(() => account.resources()).toEqual([]);

describe('all probes, on the stand-ins', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await runOn(account, [...RUN, '--out', 'result.json']);
  }, WHOLE_RUN_MILLISECONDS);

  it.each(PROBES.map(({ id }) => id))('%s: the stand-in does what we believe', (id) => {
    const result = ended.report?.results.find((one) => one.id === id);
    expect(result).toMatchObject({
      outcome: OTHERWISE_HERE.includes(id) ? 'otherwise' : 'as believed',
      how: 'tried',
    });
    expect(result?.observed).not.toBe('');
  });

  it('leave nothing behind, and nothing unsaid', async () => {
    await nothingIsLeft();
    expect(ended.report?.cleanUp.left).toEqual([]);
    expect(ended.report?.cleanUp.deleted.length).toBeGreaterThan(50);
    expect(ended.code).toBe(1);
  });

  it('name the account and the region before anything else', () => {
    expect(ended.lines.split('\n')[0]).toMatch(
      /^Account 000000000000, us-east-1\. Run [0-9a-f]{8}: .* --cleanup [0-9a-f]{8} does it\.$/,
    );
  });

  it('put into the file what the belief was, where it comes from and what depends on it', () => {
    expect(ended.report?.results[0]).toMatchObject({
      id: 'policy-size-limit',
      belief: expect.stringContaining('10,240'),
      source: expect.any(String),
      dependents: expect.any(String),
    });
  });
});

describe('an AWS that behaves otherwise than we believe', () => {
  it('is thought of for every probe', () => {
    expect(Object.keys(OTHERWISE).sort()).toEqual(PROBES.map(({ id }) => id).sort());
  });

  it.each(Object.entries(OTHERWISE))('%s tells', async (id, twist) => {
    twist(account, elsewhere);
    const { code, report, lines } = await runOn(account, [...RUN, '--only', id, '--out', 'f']);
    expect(report?.results).toMatchObject([{ id, outcome: 'otherwise', how: 'tried' }]);
    expect(lines).toContain(`OTHERWISE ${id}: `);
    expect(code).toBe(1);
    for (const front of Object.values(account.fronts)) front.straighten();
    account.advance(120);
    await nothingIsLeft();
  });

  it('is no longer told of when layers come from where AWS’s example has them', async () => {
    account.fronts.ecr.twist('GetDownloadUrlForLayer', () =>
      done({
        downloadUrl:
          'https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/x?X-Amz-Expires=3600',
      }),
    );
    const { code } = await runOn(account, [...RUN, '--only', 'layer-url-form']);
    expect(code).toBe(0);
  });
});
