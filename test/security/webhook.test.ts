import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { webhookSignature } from '../../functions/adapters/webhook-signature.ts';
import { parseCatalog } from '../../functions/core/parse-catalog.ts';
import { parseSubject } from '../../functions/core/parse-message.ts';
import { functionUrl } from '../../functions/http/function-url.ts';
import { webhook } from '../../functions/http/webhook.ts';
import { acceptEvent } from '../../functions/usecases/accept-event.ts';
import { syncSubjects } from '../../functions/usecases/sync-subjects.ts';
import { recordingReport, recordingSubjects } from '../support/recordings.ts';
import { CURRENT, NOW, sign, signatureOf, snapshot } from '../support/signed-event.ts';
import { syncWorld } from '../support/sync-world.ts';

/** The webhook of the live stage `acct_ours`, as Lambda calls it. */
const stage = () => {
  const queue = recordingSubjects();
  const report = recordingReport();
  const time = { now: NOW };
  const counts = { secretReads: 0 };
  const verify = webhookSignature({
    readSecret: async () => {
      counts.secretReads += 1;
      return JSON.stringify({ current: CURRENT });
    },
    clock: () => time.now,
  });
  const accept = acceptEvent({ queue, report }, { livemode: true, account: 'acct_ours' });
  const handler = functionUrl(webhook({ verify, accept, report }));
  const post = async (body: string, header?: string): Promise<number> => {
    const headers = header === undefined ? {} : { 'stripe-signature': header };
    const { statusCode } = await handler({
      version: '2.0',
      rawPath: '/',
      rawQueryString: '',
      headers,
      requestContext: { http: { method: 'POST' } },
      isBase64Encoded: false,
      body,
    } as unknown as LambdaFunctionURLEvent);
    return statusCode;
  };
  return { queue, report, time, counts, post };
};

const BODY = snapshot();
const SIGNATURE = signatureOf(BODY);

describe('T1: a forged event', () => {
  it.each([
    ['without a header', undefined],
    ['with an empty header', ''],
    ['with a signature of zeros', `t=${NOW},v1=${'0'.repeat(64)}`],
    ['with an empty signature', `t=${NOW},v1=`],
    ['with a signature of 64 letters that are no hexadecimal', `t=${NOW},v1=${'é'.repeat(64)}`],
    ['without a time', `v1=${SIGNATURE}`],
    ['with a time that is no number', `t=abc,v1=${SIGNATURE}`],
    ['with another time than was signed', `t=${NOW + 1},v1=${SIGNATURE}`],
    ['signed ten years ahead', sign(BODY, CURRENT, NOW + 315_360_000)],
    ['under the scheme v0 only', `t=${NOW},v0=${SIGNATURE}`],
    ['signed with another secret', sign(BODY, 'whsec_somebody_elses')],
    ['signed for another body', sign(`${BODY} `)],
  ])('T1: %s is a 400, and the queue stays empty', async (_what, header) => {
    const { post, queue } = stage();
    expect(await post(BODY, header)).toBe(400);
    expect(queue.calls).toBe(0);
  });
});

describe('T2: a replayed event', () => {
  it('T2: a thousand times within its 300 seconds makes one transition', async () => {
    const { post, queue } = stage();
    const body = snapshot({
      data: { object: { object: 'subscription', id: 'sub_1', customer: 'cus_Nova' } },
    });
    const header = sign(body);
    for (let time = 0; time < 1_000; time += 1) expect(await post(body, header)).toBe(200);
    const world = syncWorld();
    const sync = syncSubjects(world.deps);
    for (const subject of queue.sent) await sync([subject]);
    expect(queue.sent).toHaveLength(1_000);
    expect(await world.stores.customers.listAudit('cus_Nova')).toHaveLength(1);
    expect((await world.customer()).transition?.sequence).toBe(1);
  });

  it('T2: later than that is a 400', async () => {
    const { post, queue, time } = stage();
    const header = sign(BODY);
    time.now = NOW + 301;
    expect(await post(BODY, header)).toBe(400);
    expect(queue.calls).toBe(0);
  });
});

it.each([
  ['of test mode', { livemode: false }, 'livemode'],
  ['of another account', { account: 'acct_theirs' }, 'account'],
  ['of another organisation’s context', { context: 'acct_theirs' }, 'account'],
])('T3: an event %s is dropped and counted', async (_what, fields, because) => {
  const { post, queue, report } = stage();
  const body = snapshot(fields);
  expect(await post(body, sign(body))).toBe(200);
  expect(queue.calls).toBe(0);
  expect(report.lines).toMatchObject([{ metric: 'WebhookIgnored', fields: { because } }]);
});

describe('T10: fields that somebody adds', () => {
  it('T10: to an event never reach the queue', async () => {
    const { post, queue } = stage();
    const customer = 'cus_1';
    const object = {
      object: 'subscription',
      id: 'sub_1',
      customer,
      plan: 'all',
      because: 'restore',
    };
    const added = { customerId: 'cus_Other', because: 'restore', strays: [], occasion: 'mine' };
    const body = snapshot({ ...added, data: { object, customerId: 'cus_Other' } });
    expect(await post(body, sign(body))).toBe(200);
    expect(queue.sent).toEqual([
      { kind: 'customer', id: 'cus_1', because: 'event', occasion: 'evt_1' },
    ]);
  });

  it('T10: to a message are not taken over', () => {
    const message = { kind: 'customer', id: 'cus_1', because: 'event', occasion: 'evt_1' };
    expect(parseSubject(JSON.stringify({ ...message, plan: 'all', actor: 'ada' }))).toEqual(
      message,
    );
  });

  it('T10: to a catalog are refused by name', () => {
    const offers = { app: { products: ['prod_app'], repositories: ['acme/app'], isFree: true } };
    expect(parseCatalog({ offers })).toMatchObject({
      kind: 'invalid',
      problems: [expect.stringContaining('isFree')],
    });
  });
});

describe('T18: a prototype where a field is expected', () => {
  const named = (text: string): string => text.replaceAll('"proto"', '"__proto__"');

  it.each([
    ['all of the event', JSON.stringify({ proto: JSON.parse(snapshot()) })],
    ['its object', snapshot({ data: { proto: { object: { object: 'customer', id: 'cus_1' } } } })],
    ['its customer', snapshot({ data: { object: { proto: { customer: 'cus_1' } } } })],
  ])('T18: %s names nobody', async (_what, text) => {
    const { post, queue } = stage();
    const body = named(text);
    await post(body, sign(body));
    expect(queue.calls).toBe(0);
    expect(Reflect.get({}, 'customer')).toBeUndefined();
  });

  it('T18: in a message makes it none', () => {
    const text = JSON.stringify({ proto: { kind: 'customer', id: 'cus_1' }, because: 'event' });
    expect(parseSubject(named(text))).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'T18: an offer cannot be called %s and inherit what every object has',
    (name) => {
      const offers = JSON.parse(
        `{"${name}":{"products":["prod_app"],"repositories":["acme/app"]}}`,
      );
      const parsed = parseCatalog({ offers });
      if (parsed.kind === 'catalog') expect(Object.keys(parsed.catalog.offers)).toEqual([name]);
      expect(Reflect.get({}, 'products')).toBeUndefined();
    },
  );
});

describe('T32: a flood of bad requests', () => {
  it.each([
    ['without a header', BODY, undefined],
    ['with 5 kB of header', BODY, `t=${NOW},v1=${'a'.repeat(5_000)}`],
    ['of a megabyte', ' '.repeat(1_000_000), sign(BODY)],
    ['without a time', BODY, `v1=${SIGNATURE}`],
    ['an hour old', BODY, sign(BODY, CURRENT, NOW - 3_600)],
  ])('T32: %s costs no call at all', async (_what, body, header) => {
    const { post, queue, counts } = stage();
    for (let time = 0; time < 20; time += 1) expect(await post(body, header)).toBe(400);
    expect(counts.secretReads + queue.calls).toBe(0);
  });

  it('T32: signed wrongly costs a look at the secret, which the reader keeps for five minutes', async () => {
    const { post, queue, counts } = stage();
    expect(await post(BODY, sign(BODY, 'whsec_somebody_elses'))).toBe(400);
    expect(counts.secretReads).toBe(1);
    expect(queue.calls).toBe(0);
  });
});
