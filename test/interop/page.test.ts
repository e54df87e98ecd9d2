import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AWS_CONFIG } from '../../functions/adapters/aws-config.ts';
import { dynamoCredentials } from '../../functions/adapters/dynamo-credentials.ts';
import { dynamoTable } from '../../functions/adapters/dynamo-table.ts';
import { sealedSecrets } from '../../functions/adapters/sealed-secrets.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { STAGE, TABLE_NAME } from '../../local/names.ts';
import { type BrowserPage, openBrowserPage } from '../support/browser-page.ts';
import { recordingReport } from '../support/recordings.ts';

let folder: string;
let open: BrowserPage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wharfage-page-'));
  open = await openBrowserPage(folder, { width: 1_280, height: 900 });
});
afterAll(async () => {
  await open.close();
  await rm(folder, { recursive: true, force: true });
});

/** As `wharfage credential claim` does. The system runs in this process, and with it where its parts are. */
const claim = async (): Promise<{ username: string; secret: string }> => {
  const text = (await open.page.locator('#credentials').textContent()) ?? '';
  const username = /cus_\w+/.exec(text)?.[0] ?? '';
  const claimed = await claimCredential({
    credentials: dynamoCredentials(dynamoTable(new DynamoDBClient(AWS_CONFIG), TABLE_NAME)),
    secrets: sealedSecrets(new SecretsManagerClient(AWS_CONFIG), STAGE),
    report: recordingReport(),
    clock: () => Math.floor(Date.now() / 1_000),
  })({ customerId: username });
  if (claimed.kind !== 'claimed') throw new Error(`${username} has ${claimed.kind} to claim`);
  return { username, secret: claimed.secretText };
};

const tokenFor = async (username: string, secret: string): Promise<string> => {
  const authorization = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
  const answer = await fetch(`${open.running.registryUrl}/token/d`, { headers: { authorization } });
  const { token } = (await answer.json()) as { token: string };
  return token;
};

describe('the page in a browser', () => {
  it('says at first what to do', async () => {
    await open.sees('#customers', 'Nobody yet. Create a customer');
    await open.sees('#repositories', 'nobody outside the vendor’s account may pull here');
    expect(await open.page.locator('#subscribe').isVisible()).toBe(false);
  });

  it('a subscription shows as an entitlement, a policy, a waiting credential and an audit line', async () => {
    await open.createCustomer('Northwind Labs', '111122223333');
    await open.subscribe('Pro', { trialDays: '7 days' });
    await open.sees('#rights', /pro\s*open\s*on trial/);
    await open.sees('#repositories article:nth-child(2)', 'arn:aws:iam::111122223333:root');
    await open.sees('#credentials', /waiting.*npx wharfage credential claim cus_/s);
    await open.sees('#audit', 'pro opened until');
    await open.sees('#customers', /Northwind Labs\s*until/);
    await open.sees('#events', 'customer.subscription.created');
  });

  it('says how to pull, and shows what the gateway answers as it happens', async () => {
    const pulls = open.page.locator('#pulls');
    await open.sees('#pulls', /docker pull 127\.0\.0\.1:\d+\/acme\/app:latest/);
    expect(await pulls.textContent()).toMatch(/Nobody has asked the gateway yet\.$/);
    const { username, secret } = await claim();
    const token = await tokenFor(username, secret);
    const answer = await fetch(`${open.running.registryUrl}/v2/acme/app/manifests/latest`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    await open.sees('#answers', /manifest acme\/app latest\s*allow/);
  });

  it('a change lights up for a moment', async () => {
    await open.page.locator('#stripe select').first().selectOption({ label: 'card fails' });
    await open.page.locator('#events .changed').first().waitFor();
  });

  it('a payment that fails leaves the days of grace', async () => {
    await open.move('1 week');
    await open.move('1 day');
    await open.sees('#stripe .sub', 'past due');
    await open.sees('#rights', /open, in grace\s*payment is past due/);
  });

  it('focus and half-typed text stay while the page goes on', async () => {
    const name = open.page.locator('#create [name=name]');
    await name.fill('Half a na');
    const row = open.page.getByRole('button', { name: /^Northwind Labs/ });
    await row.focus();
    await open.page.locator('#account [name=account]').fill('999988887777');
    await open.page.getByRole('button', { name: 'Close it' }).click();
    await row.focus();
    await open.sees('#dead', '999988887777');
    await open.page.waitForTimeout(1_200);
    expect(await open.page.locator(':focus').textContent()).toContain('Northwind Labs');
    expect(await name.inputValue()).toBe('Half a na');
  });

  it('shows the sentence of what was refused', async () => {
    const first = open.page.locator('#repositories article').first();
    await first.getByText('Edit by hand').click();
    await first.locator('textarea').fill('this is no policy');
    await first.getByRole('button', { name: 'Save' }).click();
    await open.sees('#notice', 'Invalid repository policy provided');
    // The browser notes every refused request by itself.
    expect(open.complaints.splice(0)).toEqual([expect.stringContaining('400')]);
  });

  it('access closes when the grace is over', async () => {
    await open.move('30 days');
    await open.sees('#rights', /pro\s*closed/);
    await open.sees('#audit li:first-child', 'pro closed:');
    await open.sees('#customers', /Northwind Labs\s*no access/);
    await open.sees('#repositories article:nth-child(2)', 'No policy');
  });

  it('can be used with the keyboard alone', async () => {
    const name = open.page.locator('#create [name=name]');
    await name.fill('Juniper Health');
    await name.press('Enter');
    await open.sees('#stripe .who', 'Juniper Health');
    const button = open.page.getByRole('button', { name: 'Subscribe' });
    await button.focus();
    await open.page.keyboard.press('Enter');
    await open.sees('#rights', /starter\s*open/);
  });

  it.each([1_440, 1_280, 800, 420])('fits a width of %i', async (width) => {
    await open.page.setViewportSize({ width, height: 900 });
    const overflow = await open.page
      .locator('html')
      .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it('the browser has nothing to complain about', () => {
    expect(open.complaints).toEqual([]);
  });

  it('says so when the system has ended', async () => {
    await open.running.close();
    await open.sees('#offline', 'The local system does not answer.');
  });
});
