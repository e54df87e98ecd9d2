import type { LambdaFunctionURLEvent } from 'aws-lambda';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webhookSignature } from '../../functions/adapters/webhook-signature.ts';
import { functionUrl } from '../../functions/http/function-url.ts';
import { webhook } from '../../functions/http/webhook.ts';
import { acceptEvent } from '../../functions/usecases/accept-event.ts';
import { recordingReport, recordingSubjects } from '../support/recordings.ts';
import { CURRENT, NOW, PREVIOUS, sign, snapshot } from '../support/signed-event.ts';

const CANARY = 'canary@customer.example';

type Delivery = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
};

/** As Lambda hands over a request to a Function URL. */
const delivered = ({
  method = 'POST',
  path = '/',
  headers = {},
  body,
  isBase64Encoded = false,
}: Delivery): LambdaFunctionURLEvent =>
  ({
    version: '2.0',
    rawPath: path,
    rawQueryString: '',
    headers,
    requestContext: { http: { method } },
    isBase64Encoded,
    ...(body === undefined ? {} : { body }),
  }) as LambdaFunctionURLEvent;

const stage = ({ secret = JSON.stringify({ current: CURRENT, previous: PREVIOUS }) } = {}) => {
  const queue = recordingSubjects();
  const report = recordingReport();
  let secretReads = 0;
  const readSecret = async () => {
    secretReads += 1;
    return secret;
  };
  const verify = webhookSignature({ readSecret, clock: () => NOW });
  const accept = acceptEvent({ queue, report }, { livemode: true, account: '' });
  const handler = functionUrl(webhook({ verify, accept, report }));
  return {
    queue,
    report,
    secretReads: () => secretReads,
    deliver: (delivery: Delivery) => handler(delivered(delivery)),
  };
};

const signed = (body: string, secret = CURRENT): Delivery => ({
  body,
  headers: { 'stripe-signature': sign(body, secret) },
});

const REFUSED = { statusCode: 400, body: 'bad request' };

describe('a signed event', () => {
  it('is answered 200 after one send, and nothing else', async () => {
    const { deliver, queue } = stage();
    expect(await deliver(signed(snapshot()))).toMatchObject({ statusCode: 200, body: 'ok' });
    expect(queue.calls).toBe(1);
    expect(queue.sent).toMatchObject([{ id: 'cus_1', occasion: 'evt_1' }]);
  });

  it('is not answered before the queue has it', async () => {
    const { queue, report } = stage();
    const steps: string[] = [];
    const handle = webhook({
      verify: async () => ({ kind: 'verified', event: {}, with: 'current' }),
      accept: async () => {
        await Promise.resolve();
        steps.push('queued');
        return 'accepted';
      },
      report,
    });
    const init = { method: 'POST', body: '{}', headers: { 'stripe-signature': 't=1,v1=a' } };
    await handle(new Request('https://webhook.example/', init));
    steps.push('answered');
    expect(steps).toEqual(['queued', 'answered']);
    expect(queue.calls).toBe(0);
  });

  it('is the same in base64, which is how Lambda hands over what it takes for binary', async () => {
    const { deliver } = stage();
    const body = snapshot({ note: 'grüße' });
    const encoded = {
      ...signed(body),
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    };
    expect(await deliver(encoded)).toMatchObject({ statusCode: 200 });
    expect(await deliver({ ...encoded, isBase64Encoded: false })).toMatchObject(REFUSED);
  });

  it('delivered a thousand times asks for a thousand looks at one occasion', async () => {
    const { deliver, queue } = stage();
    const delivery = signed(snapshot());
    for (let times = 0; times < 1_000; times += 1) await deliver(delivery);
    expect(new Set(queue.sent.map(({ occasion }) => occasion)).size).toBe(1);
  });

  it('signed with the previous secret is accepted and counted', async () => {
    const { deliver, report } = stage();
    expect(await deliver(signed(snapshot(), PREVIOUS))).toMatchObject({ statusCode: 200 });
    expect(report.counted('WebhookPreviousSecret')).toBe(1);
  });

  it.each([
    ['of the other mode', { livemode: false }],
    ['of a foreign account', { account: 'acct_2' }],
    ['of a foreign context', { context: 'acct_2' }],
    ['of an unknown type', { type: 'something.new' }],
    ['of a type that is not needed', { type: 'invoice.created' }],
  ])('%s is answered 200, dropped and counted', async (_what, fields) => {
    const { deliver, queue, report } = stage();
    expect(await deliver(signed(snapshot(fields)))).toMatchObject({ statusCode: 200 });
    expect(queue.calls).toBe(0);
    expect(report.counted('WebhookIgnored')).toBe(1);
  });

  it('in the shape of an older API version names its customer all the same', async () => {
    const { deliver, queue } = stage();
    const object = {
      object: 'subscription',
      id: 'sub_1',
      customer: 'cus_1',
      current_period_end: 1,
    };
    await deliver(signed(snapshot({ api_version: '2022-11-15', data: { object } })));
    expect(queue.sent).toMatchObject([{ id: 'cus_1' }]);
  });

  it.each([
    ['in the shape of EventBridge', { object: undefined, detail: JSON.parse(snapshot()) }],
    ['without livemode', { livemode: undefined }],
    ['without an id', { id: undefined }],
  ])('%s is refused', async (_what, fields) => {
    const { deliver, queue } = stage();
    expect(await deliver(signed(snapshot(fields)))).toMatchObject(REFUSED);
    expect(queue.calls).toBe(0);
  });
});

describe('a forged or broken delivery is a 400 with a constant body', () => {
  const eventBridge = JSON.stringify({
    source: 'aws.partner/stripe.com/1',
    'detail-type': 'customer.subscription.updated',
    detail: JSON.parse(snapshot()),
  });
  const good = sign(snapshot());

  it.each<[string, Delivery]>([
    ['without a header', { body: snapshot() }],
    ['with an empty header', { body: snapshot(), headers: { 'stripe-signature': '' } }],
    [
      'with two header lines',
      { body: snapshot(), headers: { 'stripe-signature': `${good},${good}` } },
    ],
    [
      'with a header that is not ASCII',
      { body: snapshot(), headers: { 'stripe-signature': 'ключ' } },
    ],
    [
      'with an empty signature',
      { body: snapshot(), headers: { 'stripe-signature': `t=${NOW},v1=` } },
    ],
    ['with another secret', signed(snapshot(), 'whsec_other')],
    ['without a body', { headers: { 'stripe-signature': good } }],
    ['like EventBridge, unsigned', { body: eventBridge }],
    [
      'like EventBridge, with a foreign signature',
      { body: eventBridge, headers: { 'stripe-signature': good } },
    ],
    [
      'of the right length and wrong content',
      { ...signed(snapshot()), body: snapshot({ id: 'evt_2' }) },
    ],
    [
      'compressed',
      { ...signed(snapshot()), body: 'H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==', isBase64Encoded: true },
    ],
    ['a list', signed('[]')],
    ['a text', signed('"event"')],
    ['null', signed('null')],
    ['with a prototype', signed(`{"__proto__":${snapshot()}}`)],
    ['nested ten thousand deep', signed('['.repeat(10_000))],
    ['with an impossible header name', { ...signed(snapshot()), headers: { 'a b': 'c' } }],
    ['with a method that Fetch forbids', { ...signed(snapshot()), method: 'TRACE' }],
  ])('%s', async (_what, delivery) => {
    const { deliver, queue } = stage();
    expect(await deliver(delivery)).toMatchObject(REFUSED);
    expect(queue.calls).toBe(0);
  });

  it('counts each with its reason', async () => {
    const { deliver, report } = stage();
    await deliver({ body: snapshot() });
    await deliver(signed(snapshot(), 'whsec_other'));
    await deliver(signed('[]'));
    expect(report.lines.map(({ message, fields }) => [message, fields.because])).toEqual([
      ['WebhookRefused', 'header'],
      ['WebhookRefused', 'signature'],
      ['WebhookRefused', 'event'],
    ]);
  });
});

describe('what is too large is refused before anything is hashed', () => {
  const padded = (length: number): string => {
    const empty = snapshot({ pad: '' });
    return snapshot({ pad: 'x'.repeat(length - empty.length) });
  };

  it('a body of 256 KiB is accepted, one byte more is not, though it is signed', async () => {
    const { deliver, secretReads } = stage();
    expect(await deliver(signed(padded(262_144)))).toMatchObject({ statusCode: 200 });
    expect(await deliver(signed(padded(262_145)))).toMatchObject(REFUSED);
    expect(secretReads()).toBe(1);
  });

  it('a header of 4 KiB is accepted, one byte more is not', async () => {
    const { deliver, secretReads } = stage();
    const header = sign(snapshot());
    const withHeader = (length: number) => ({
      body: snapshot(),
      headers: { 'stripe-signature': `${header},v0=${'0'.repeat(length - header.length - 4)}` },
    });
    expect(await deliver(withHeader(4_096))).toMatchObject({ statusCode: 200 });
    expect(await deliver(withHeader(4_097))).toMatchObject(REFUSED);
    expect(secretReads()).toBe(1);
  });
});

describe('another method', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s is a 405', async (method) => {
    const { deliver } = stage();
    const answer = await deliver({ ...signed(snapshot()), method });
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
  });
});

describe('a fault of ours is a 500, so that Stripe sends the event again', () => {
  it('when the queue refuses it', async () => {
    const { deliver, queue, report } = stage();
    queue.fail = new TypeError(`queue refused ${CANARY}`);
    expect(await deliver(signed(snapshot()))).toMatchObject({ statusCode: 500, body: 'try again' });
    expect(report.counted('WebhookRefused')).toBe(1);
    expect(report.lines[0]?.fields).toEqual({ because: 'fault', errors: ['TypeError'] });
    queue.fail = undefined;
    expect(await deliver(signed(snapshot()))).toMatchObject({ statusCode: 200 });
    expect(queue.sent).toHaveLength(1);
  });

  it('when the secret is none, which is counted and said, since no delivery will ever succeed', async () => {
    const { deliver, queue, report } = stage({ secret: 'whsec_plain' });
    expect(await deliver(signed(snapshot()))).toMatchObject({ statusCode: 500 });
    expect(queue.calls).toBe(0);
    expect(report.counted('WebhookRefused')).toBe(1);
    expect(report.lines[0]?.fields.reason).toMatch(/^the webhook secret must be JSON of the form/);
  });

  it('when something throws what is no error', async () => {
    const report = recordingReport();
    const verify = () => Promise.reject(CANARY);
    const handle = webhook({ verify, accept: async () => 'accepted', report });
    const init = { method: 'POST', body: '{}', headers: { 'stripe-signature': 't=1,v1=a' } };
    const response = await handle(new Request('https://webhook.example/', init));
    expect(response.status).toBe(500);
    expect(report.lines[0]?.fields).toEqual({ because: 'fault', errors: ['string'] });
  });
});

describe('whatever arrives', () => {
  const method = fc.oneof(
    { weight: 4, arbitrary: fc.constant('POST') },
    fc.constantFrom('GET', 'HEAD', 'TRACE', 'CONNECT', 'post', ''),
    fc.string(),
  );
  const header = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => `t=${NOW},v1=${text}`),
    fc
      .array(fc.constantFrom('t=', 't', 'v1=', 'v0=', ',', '=', String(NOW), 'a', '\u0000', 'é'))
      .map((parts) => parts.join('')),
  );
  const headers = fc
    .tuple(
      fc.dictionary(fc.string(), fc.option(fc.string(), { nil: undefined })),
      fc.option(header),
    )
    .map(([others, value]) => (value === null ? others : { ...others, 'stripe-signature': value }));
  const delivery = fc.record({
    method,
    headers,
    path: fc.oneof(fc.constant('/'), fc.webPath(), fc.string({ unit: 'binary' })),
    body: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.base64String()),
    isBase64Encoded: fc.boolean(),
  });

  it('unsigned, it is a 400 or a 405 and never reaches the queue', async () => {
    await fc.assert(
      fc.asyncProperty(delivery, async (each) => {
        const { deliver, queue } = stage();
        const { statusCode } = await deliver(each);
        expect([400, 405]).toContain(statusCode);
        expect(queue.calls).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('signed, it is a 200 or a 400', async () => {
    const event = fc.record(
      {
        id: fc.oneof(fc.constant('evt_1'), fc.jsonValue()),
        object: fc.oneof(fc.constant('event'), fc.jsonValue()),
        type: fc.oneof(fc.constant('customer.updated'), fc.jsonValue()),
        livemode: fc.oneof(fc.boolean(), fc.jsonValue()),
        account: fc.jsonValue(),
        data: fc.oneof(fc.jsonValue(), fc.record({ object: fc.jsonValue() })),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      event.map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string({ minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const { statusCode } = await stage().deliver(signed(text));
        expect([200, 400]).toContain(statusCode);
      }),
      { numRuns: 500 },
    );
  });
});

it('no log line holds a secret, an e-mail address, a payload or a header', async () => {
  const { deliver, queue, report } = stage();
  const object = { object: 'customer', id: 'cus_1', email: CANARY, metadata: { note: CANARY } };
  const body = snapshot({ type: 'customer.updated', data: { object }, api_version: CANARY });
  await deliver(signed(body));
  await deliver(signed(body, PREVIOUS));
  await deliver(signed(body, `whsec_${CANARY}`));
  await deliver(signed(body.slice(1)));
  await deliver(signed(snapshot({ data: { object }, type: CANARY })));
  await deliver(signed(snapshot({ data: { object }, account: CANARY })));
  await deliver({ body, headers: { 'stripe-signature': `t=${NOW},v1=${CANARY}` } });
  await deliver({ body, headers: { 'stripe-signature': CANARY, cookie: CANARY } });
  const cause = Object.assign(new TypeError(CANARY), { payload: CANARY, header: CANARY });
  queue.fail = new Error('could not send 1 messages to SQS', { cause });
  await deliver(signed(body));
  const text = JSON.stringify(report.lines);
  expect(report.lines.length).toBeGreaterThanOrEqual(9);
  for (const secret of ['canary', 'whsec_', 'v1=', PREVIOUS, CURRENT]) {
    expect(text).not.toContain(secret);
  }
});
