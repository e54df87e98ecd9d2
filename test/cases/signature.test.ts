import { expect, it } from 'vitest';
import { accessUntilOf } from '../../functions/core/listing.ts';
import { MINUTE } from '../../functions/core/time.ts';
import { CURRENT, PREVIOUS, sign, signatureOf } from '../support/signed-event.ts';
import { ACCOUNT, type CaseStage, caseStage, type Event, eventsOf, START } from './stage.ts';

const OPEN = { gateway: 'a', aws: 'a' };
const CLOSED = { gateway: '', aws: '' };

/** Customer C subscribed to `a`, and this event tells it. */
const told = async (): Promise<{
  readonly stage: CaseStage;
  readonly id: string;
  readonly event: Event;
  readonly payload: string;
}> => {
  const stage = await caseStage();
  stage.world.createCustomer({ id: 'cus_C', metadata: { aws_account_ids: ACCOUNT } });
  const id = stage.world.subscribe({ customer: 'cus_C', products: ['prod_a'] });
  const event = eventsOf(stage).at(-1);
  if (event === undefined) throw new Error('no event was made');
  return { stage, id, event, payload: JSON.stringify(event) };
};

/** The answer's status, and how many messages it made. */
const posted = async (
  stage: CaseStage,
  payload: string,
  header: string,
): Promise<readonly [number, number]> => {
  const before = stage.queue.sends();
  const { status } = await stage.post(payload, header);
  return [status, stage.queue.sends() - before];
};

it('case 17: during a rotation old, new and both are accepted; after it the old secret is not', async () => {
  const { stage, payload } = await told();
  const both = `t=${START},v1=${signatureOf(payload, PREVIOUS, START)},v1=${signatureOf(payload, CURRENT, START)}`;
  stage.webhookSecrets.previous = PREVIOUS;
  expect((await stage.post(payload, both)).status).toBe(200);
  expect((await stage.post(payload, sign(payload, CURRENT, START))).status).toBe(200);
  expect(stage.report.counted('WebhookPreviousSecret')).toBe(0);
  expect((await stage.post(payload, sign(payload, PREVIOUS, START))).status).toBe(200);
  expect(stage.report.counted('WebhookPreviousSecret')).toBe(1);
  await stage.settle();
  expect(await stage.access('cus_C')).toEqual(OPEN);
  delete stage.webhookSecrets.previous;
  expect(await posted(stage, payload, sign(payload, PREVIOUS, START))).toEqual([400, 0]);
});

it('case 18: serialised anew, base64, with a BOM, without a header or with v0 only: 400 and nothing queued', async () => {
  const { stage, payload } = await told();
  const header = sign(payload, CURRENT, START);
  const deliveries: readonly (readonly [string, string])[] = [
    [JSON.stringify(JSON.parse(payload), null, 2), header],
    [Buffer.from(payload).toString('base64'), header],
    [`\uFEFF${payload}`, header],
    [payload, ''],
    [payload, header.replace('v1=', 'v0=')],
  ];
  for (const [body, signature] of deliveries) {
    expect(await posted(stage, body, signature)).toEqual([400, 0]);
  }
  expect(await posted(stage, payload, header)).toEqual([200, 1]);
});

it('case 19: signed 301 seconds ago is a 400; the retry, signed anew, is accepted', async () => {
  const { stage, event, payload } = await told();
  expect(await posted(stage, payload, sign(payload, CURRENT, START - 301))).toEqual([400, 0]);
  await stage.settle();
  expect(await stage.access('cus_C')).toEqual(CLOSED);
  expect((await stage.deliver(event)).status).toBe(200);
  await stage.settle();
  expect(await stage.access('cus_C')).toEqual(OPEN);
});

it('case 20: an event of the other mode is answered 200, dropped and counted', async () => {
  const { stage, event } = await told();
  const payload = JSON.stringify({ ...event, livemode: true });
  expect(await posted(stage, payload, sign(payload, CURRENT, START))).toEqual([200, 0]);
  expect(stage.report.counted('WebhookIgnored')).toBe(1);
});

it('case 22: a body in EventBridge’s shape is a 400, unsigned and signed', async () => {
  const { stage, event } = await told();
  const payload = JSON.stringify({
    source: 'aws.partner/stripe.com/1',
    'detail-type': event.type,
    detail: event,
  });
  expect(await posted(stage, payload, '')).toEqual([400, 0]);
  expect(await posted(stage, payload, sign(payload, CURRENT, START))).toEqual([400, 0]);
});

it('case 23: an event and a subscription in the shape before basil give the same access', async () => {
  const current = await told();
  await current.stage.deliver(current.event);
  await current.stage.settle();
  const old = await told();
  const item = old.stage.stripe.snapshot().subscriptions[old.id]?.items[0];
  old.stage.world.patch(item?.id ?? '', { current_period_end: null, current_period_start: null });
  old.stage.world.patch(old.id, { current_period_end: item?.periodEnd });
  const object = old.stage.world.find(old.id);
  expect(object).toMatchObject({ items: { data: [{ current_period_end: null }] } });
  await old.stage.deliver({ ...old.event, api_version: '2024-06-20', data: { object } });
  await old.stage.settle();
  expect(await old.stage.access('cus_C')).toEqual(OPEN);
  const [expected, until] = await Promise.all(
    [current, old].map(async ({ stage }) =>
      accessUntilOf((await stage.customer('cus_C')) ?? { windows: [] }),
    ),
  );
  expect(until).toBe(expected);
});

it('case 25: an event of an unknown type is answered 200 and dropped', async () => {
  const { stage, event } = await told();
  const payload = JSON.stringify({ ...event, type: 'customer.subscription.frozen_solid' });
  expect(await posted(stage, payload, sign(payload, CURRENT, START))).toEqual([200, 0]);
});

it('case 95: with our clock ten minutes off every signature is refused, and each refusal is counted', async () => {
  const { stage, payload } = await told();
  for (const skew of [-10 * MINUTE, 10 * MINUTE]) {
    expect(await posted(stage, payload, sign(payload, CURRENT, START + skew))).toEqual([400, 0]);
  }
  expect(stage.report.lines.filter(({ metric }) => metric === 'WebhookRefused')).toMatchObject([
    { fields: { because: 'time' } },
    { fields: { because: 'time' } },
  ]);
});
