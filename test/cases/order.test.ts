import { expect, it } from 'vitest';
import { DAY, MINUTE } from '../../functions/core/time.ts';
import { ORDER } from './order.ts';
import { runCases } from './run-cases.ts';
import { type CaseStage, caseStage, eventsOf, setCursor } from './stage.ts';

runCases(ORDER);

const OPEN = { gateway: 'a', aws: 'a' };
const CLOSED = { gateway: '', aws: '' };

/** Customer C subscribed to `a`; nothing of it was delivered yet. */
const subscribed = async (): Promise<{ readonly stage: CaseStage; readonly id: string }> => {
  const stage = await caseStage();
  stage.world.createCustomer({ id: 'cus_C', metadata: { aws_account_ids: '111122223333' } });
  return { stage, id: stage.world.subscribe({ customer: 'cus_C', products: ['prod_a'] }) };
};

const newest = (stage: CaseStage): object => eventsOf(stage).at(-1) ?? {};

it('case 9: a worker who read active and stalled while another wrote canceled changes nothing', async () => {
  const { stage, id } = await subscribed();
  await stage.deliver(newest(stage));
  await stage.settle();
  stage.world.cancelAtPeriodEnd(id);
  await stage.deliver(newest(stage));
  const meanwhile: string[] = [];
  stage.stores.hooks.before = async (method) => {
    if (method !== 'saveCustomer' || meanwhile.length > 0) return;
    meanwhile.push('stalled');
    // With the answer `active` in hand, while the operator's command does the same at its pace.
    stage.time.now += 30;
    stage.world.cancelNow(id);
    meanwhile.push((await stage.syncNow('cus_C')).kind);
  };
  await stage.settle();
  expect(meanwhile).toEqual(['stalled', 'changed']);
  expect(stage.report.lines.filter(({ message }) => message === 'message failed')).toEqual([]);
  expect(await stage.access('cus_C')).toEqual(CLOSED);
});

it('case 10: a crash before the effects are marked is redelivered, and changes nothing more', async () => {
  const { stage } = await subscribed();
  let crashes = 1;
  stage.stores.hooks.before = (method) => {
    if (method !== 'markEffectsDone' || crashes === 0) return;
    crashes -= 1;
    throw new Error('the process died');
  };
  await stage.deliver(newest(stage));
  await stage.settle();
  expect(crashes).toBe(0);
  expect(stage.report.lines.filter(({ message }) => message === 'message failed')).toHaveLength(1);
  expect(await stage.access('cus_C')).toEqual(OPEN);
  expect(await stage.customer('cus_C')).toMatchObject({ version: 1, effectsDone: 1 });
  expect(await stage.stores.customers.listAudit('cus_C')).toHaveLength(1);
});

it('case 11: the queue is down, so Stripe gets a 500, tries again with a new signature, and it opens', async () => {
  const { stage } = await subscribed();
  const event = newest(stage);
  stage.queue.isDown = true;
  expect((await stage.deliver(event)).status).toBe(500);
  await stage.settle();
  expect(await stage.access('cus_C')).toEqual(CLOSED);
  stage.queue.isDown = false;
  stage.time.now += 5 * MINUTE;
  expect((await stage.deliver(event)).status).toBe(200);
  await stage.settle();
  expect(await stage.access('cus_C')).toEqual(OPEN);
});

it('case 15: four days without an event, canceled meanwhile: the sweep revokes, and counts one drift', async () => {
  const { stage, id } = await subscribed();
  await stage.sweep();
  await stage.deliver(newest(stage));
  await stage.settle();
  stage.stripe.delivery.next(100, 'never_generate');
  stage.time.now += 2 * DAY;
  await stage.sweepDue();
  await stage.settle();
  stage.world.cancelNow(id);
  stage.time.now += 2 * DAY;
  expect(await stage.access('cus_C')).toEqual(OPEN);
  const before = stage.report.counted('DriftFound');
  await setCursor(stage, 'subscriptions', 'due');
  await stage.sweep();
  await stage.settle();
  expect(await stage.access('cus_C')).toEqual(CLOSED);
  expect(stage.report.counted('DriftFound') - before).toBe(1);
});
