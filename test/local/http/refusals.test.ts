import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPage, startLocalPage } from '../../support/local-page.ts';

const CUSTOMER = 'cus_W0000000000003';

let page: LocalPage;
beforeAll(async () => {
  page = await startLocalPage();
  expect(await page.act({ act: 'create_customer', name: 'Ada' })).toBe(CUSTOMER);
});
afterAll(() => page.close());

const subscribe = (more: Record<string, unknown>) => ({
  act: 'subscribe',
  customer: CUSTOMER,
  product: 'prod_pro',
  interval: 'month',
  payment: 'ok',
  ...more,
});

describe('bad input', () => {
  it.each([
    [[], 'the body is []: a JSON object is needed'],
    [{ act: 'fly' }, /^act is "fly": allowed are create_customer, set_accounts, /],
    [{ act: 'create_customer' }, 'name is missing: a text of 1 to 80 characters is needed'],
    [{ act: 'create_customer', name: 7 }, 'name is 7: a text of 1 to 80 characters is needed'],
    [
      { act: 'create_customer', name: 'Ada', color: 'red' },
      '"color" is not a field of this request: allowed are act, name, accounts',
    ],
    [
      subscribe({ customer: 'cus_nobody' }),
      `customer is "cus_nobody": a customer of this page is needed, such as ${CUSTOMER}`,
    ],
    [
      subscribe({ product: 'prod_none' }),
      'product is "prod_none": a product is needed, such as prod_pro, prod_starter',
    ],
    [subscribe({ interval: 'week' }), 'interval is "week": allowed are month, year'],
    [
      subscribe({ payment: 'cash' }),
      'payment is "cash": allowed are ok, fails, delayed, delayed_then_fails, none',
    ],
    [subscribe({ trialDays: 1.5 }), 'trialDays is 1.5: a whole number from 1 to 730 is needed'],
    [
      { act: 'pause', subscription: 'sub_x' },
      'subscription is "sub_x": a subscription of this page is needed, and there is none yet',
    ],
    [
      { act: 'dispute', charge: 'ch_x' },
      'charge is "ch_x": a charge of this page is needed, and there is none yet',
    ],
    [
      { act: 'close_dispute', dispute: 'du_x', how: 'won' },
      "the Stripe stand-in has no object 'du_x'",
    ],
    [
      { act: 'edit_policy', repository: 'acme/none', text: '' },
      'repository is "acme/none": a repository is needed, such as wharfage-local-probe, acme/agent, acme/app',
    ],
    [
      { act: 'edit_policy', repository: 'acme/app', text: 'not json' },
      /Invalid repository policy provided/,
    ],
    [
      { act: 'mark_account', account: '12345678901x', state: 'dead' },
      'account is "12345678901x": an AWS account id has 12 digits',
    ],
  ])('%j is answered with a sentence', async (body, sentence) => {
    const answer = await page.post('/api/acts', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(sentence);
  });

  it.each([
    [{ seconds: 0 }, 'seconds is 0: a whole number from 1 to 34560000 is needed'],
    [{ seconds: '60' }, 'seconds is "60": a whole number from 1 to 34560000 is needed'],
    [{ to: 'tomorrow' }, 'to is "tomorrow": allowed are next'],
    [{ to: 'next' }, 'to is "next", and nothing is going to happen by itself: give seconds'],
    [{}, 'to is missing: allowed are next'],
  ])('the clock does not take %j', async (body, sentence) => {
    const answer = await page.post('/api/clock', body);
    expect([answer.status, answer.body.error]).toEqual([400, sentence]);
  });

  it.each([
    [{ act: 'plan', kind: 'eat', count: 1 }, /^kind is "eat": allowed are lose, delay, /],
    [
      { act: 'plan', kind: 'lose', count: 51 },
      'count is 51: a whole number from 1 to 50 is needed',
    ],
    [
      { act: 'resend', event: 'evt_x' },
      'event is "evt_x": an event that was delivered is needed, and there is none yet',
    ],
  ])('deliveries do not take %j', async (body, sentence) => {
    const answer = await page.post('/api/deliveries', body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(sentence);
  });

  it('a long value is cut in the sentence', async () => {
    const { body } = await page.post('/api/acts', { act: 'x'.repeat(5_000) });
    expect(String(body.error).length).toBeLessThan(600);
  });

  it('what Stripe would refuse is refused in its words', async () => {
    const subscription = await page.act(subscribe({ payment: 'fails' }));
    const answer = await page.post('/api/acts', { act: 'resume', subscription });
    expect([answer.status, answer.body.error]).toEqual([400, `${subscription} is not paused`]);
  });
});

describe('whoever is not this page', () => {
  const post = (headers: Record<string, string>, body = '{"act":"calm"}') =>
    page.ask('POST', '/api/deliveries', { headers, body });

  it.each([
    [{ host: 'localhost:4242' }, 200],
    [{ host: 'evil.example' }, 403],
    [{ host: '127.0.0.1.evil.example:4242' }, 403],
    [{ origin: 'http://127.0.0.1:4242' }, 200],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://127.0.0.1:9999' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/json; charset=utf-8' }, 200],
  ])('a change with %j is answered with %i', async (headers, status) => {
    const response = await post(headers);
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error?: string };
    expect(error === undefined).toBe(status === 200);
  });

  it('reads nothing under a name that is not loopback', async () => {
    const response = await page.ask('GET', '/api/state', { headers: { host: 'rebound.example' } });
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({
      error: 'this page answers as 127.0.0.1 or localhost only, not as "rebound.example"',
    });
  });

  it.each([
    ['{"act":', 400, 'the body is not JSON'],
    [`{"act":"${'x'.repeat(70_000)}"}`, 413, 'the body is too large: 65536 bytes are allowed'],
  ])('a body that cannot be read is refused', async (body, status, error) => {
    const response = await page.ask('POST', '/api/acts', {
      body,
      headers: { 'content-length': String(body.length) },
    });
    expect([response.status, await response.json()]).toEqual([status, { error }]);
  });

  it.each([
    ['GET', '/api/none'],
    ['GET', '/../package.json'],
    ['GET', '/page.js/../../../package.json'],
    ['DELETE', '/api/state'],
  ])('%s %s is not there', async (method, path) => {
    const response = await page.ask(method, path);
    expect(response.status).toBe(404);
  });
});

describe('the page', () => {
  it.each([
    ['/', 'text/html; charset=utf-8'],
    ['/page.css', 'text/css; charset=utf-8'],
    ['/page.js', 'text/javascript; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
  ])('%s is served with its type, and lets no other site in', async (path, type) => {
    const response = await page.ask('GET', path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await response.text()).length).toBeGreaterThan(100);
  });

  it('asks only for files that are served', async () => {
    const texts = await Promise.all(
      ['/', '/page.js'].map(async (path) => (await page.ask('GET', path)).text()),
    );
    const names = texts.flatMap(
      (text) => text.match(/(?<=(?:src|href|from) ?=?['"])[^'"]+/g) ?? [],
    );
    const asked = names.map((name) => new URL(name, 'http://127.0.0.1:4242/').pathname);
    expect(asked.length).toBeGreaterThan(5);
    for (const path of new Set(asked)) {
      expect([path, (await page.ask('GET', path)).status]).toEqual([path, 200]);
    }
  });

  it('holds no script or style of its own', async () => {
    const text = await (await page.ask('GET', '/')).text();
    expect(text).not.toMatch(/<script(?![^>]*src=)|<style|\sstyle=|\son\w+=/);
  });
});

describe('while the clock moves', () => {
  it('nothing else is done, the state shows how far it is, and then all goes on', async () => {
    const { now } = await page.state();
    const started = await page.post('/api/clock', { seconds: 86_400 });
    expect(started.status).toBe(200);
    for (const path of ['/api/acts', '/api/clock', '/api/deliveries']) {
      const { status, body } = await page.post(path, { act: 'calm', seconds: 60 });
      expect([status, body.error]).toEqual([409, 'the clock is moving: wait until it has arrived']);
    }
    const { moving } = await page.state();
    expect((moving?.toAt ?? 0) - (moving?.fromAt ?? 0)).toBe(86_400);
    await page.idle();
    const after = await page.state();
    expect(after.moving).toBeNull();
    expect(after.now - now).toBeGreaterThanOrEqual(86_400);
    expect((await page.post('/api/deliveries', { act: 'calm' })).status).toBe(200);
  });
});
