import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { StripeServerProps } from '../../../local/stripe/server.ts';
import { DAY, endpoint, HOUR, MINUTE, START, type StandIn, standIn } from './setup.ts';

const OLD = 'whsec_old';
const NEW = 'whsec_new';

const withEndpoint = async (
  secrets: readonly string[] = [NEW],
  props: Partial<Pick<StripeServerProps, 'livemode'>> = {},
) => {
  const hook = await endpoint();
  const stand = await standIn({ ...props, webhook: { url: hook.url, secrets: () => secrets } });
  return { hook, ...stand };
};

const verify = (
  sdk: Stripe,
  message: { readonly body: string; readonly signature: string } | undefined,
  { secret = NEW, at = START } = {},
): Promise<Stripe.Event> =>
  sdk.webhooks.constructEventAsync(
    message?.body ?? '',
    message?.signature ?? '',
    secret,
    300,
    undefined,
    at * 1000,
  );

/** Ids in the order of their creation. */
const customers = ({ world }: Pick<StandIn, 'world'>, count: number) =>
  Array.from({ length: count }, () => world.createCustomer());

const subjects = (hook: Awaited<ReturnType<typeof endpoint>>) =>
  hook.received.map(
    ({ body }) => (JSON.parse(body) as { data: { object: { id: string } } }).data.object.id,
  );

const listed = async ({ sdk }: Pick<StandIn, 'sdk'>, params: Stripe.EventListParams = {}) =>
  (await sdk.events.list(params)).data.map(({ data }) => (data.object as { id: string }).id);

describe('a delivery', () => {
  it('verifies with the SDK and carries the whole object', async () => {
    const { hook, sdk, world, delivery } = await withEndpoint();
    const id = world.createCustomer({ email: 'ada@example.com' });
    await delivery.flush();
    const event = await verify(sdk, hook.received[0]);
    expect(event).toMatchObject({
      object: 'event',
      type: 'customer.created',
      created: START,
      livemode: false,
      api_version: '2026-10-28.endive',
      pending_webhooks: 1,
      data: { object: { id, email: 'ada@example.com' } },
    });
  });

  it('says which mode it is of', async () => {
    const { hook, sdk, world, delivery } = await withEndpoint([NEW], { livemode: true });
    world.createCustomer();
    await delivery.flush();
    const event = await verify(sdk, hook.received[0]);
    expect([event.livemode, (event.data.object as Stripe.Customer).livemode]).toEqual([true, true]);
  });

  it('is signed with every active secret, and no other', async () => {
    const { hook, sdk, world, delivery } = await withEndpoint([OLD, NEW]);
    world.createCustomer();
    await delivery.flush();
    await expect(verify(sdk, hook.received[0], { secret: OLD })).resolves.toBeDefined();
    await expect(verify(sdk, hook.received[0], { secret: NEW })).resolves.toBeDefined();
    await expect(verify(sdk, hook.received[0], { secret: 'whsec_other' })).rejects.toThrow(
      'No signatures found',
    );
  });

  it('starts by itself after an act', async () => {
    const { hook, world } = await withEndpoint();
    const id = world.createCustomer();
    await expect.poll(() => subjects(hook)).toEqual([id]);
  });

  it('keeps the object as it was when the event happened', async () => {
    const { hook, world, delivery } = await withEndpoint();
    const id = world.createCustomer({ email: 'ada@example.com' });
    world.updateCustomer(id, { email: 'grace@example.com' });
    await delivery.flush();
    expect(hook.received.map(({ body }) => JSON.parse(body).data.object.email)).toEqual([
      'ada@example.com',
      'grace@example.com',
    ]);
  });

  it('goes only to an endpoint that subscribes to its type', async () => {
    const hook = await endpoint();
    const types = ['customer.updated'];
    const stand = await standIn({ webhook: { url: hook.url, secrets: () => [NEW], types } });
    stand.delivery.next(1, 'lose');
    const [id = ''] = customers(stand, 1);
    stand.world.updateCustomer(id, { name: 'Ada' });
    stand.world.updateCustomer(id, { name: 'Grace' });
    await stand.delivery.flush();
    expect(hook.received.map(({ body }) => JSON.parse(body).data.object.name)).toEqual(['Grace']);
    expect(await listed(stand)).toEqual([id, id, id]);
  });
});

describe('a retry', () => {
  it.each([500, 400, 302])(
    'after %i has the same event, a new time and signature',
    async (status) => {
      const { hook, sdk, world, delivery, clock } = await withEndpoint();
      hook.answer.status = status;
      world.createCustomer();
      await delivery.flush();
      expect(delivery.pending()).toMatchObject([{ attempts: 1, dueAt: START + 5 * MINUTE }]);
      hook.answer.status = 200;
      clock.now = START + 5 * MINUTE;
      await delivery.flush();
      const [first, second] = hook.received;
      expect(second?.body).toBe(first?.body);
      expect(second?.signature).not.toBe(first?.signature);
      await expect(verify(sdk, second, { at: START + 600 })).resolves.toBeDefined();
      await expect(verify(sdk, first, { at: START + 600 })).rejects.toThrow('tolerance');
      expect(delivery.pending()).toEqual([]);
    },
  );

  it('comes at growing distances, and not after three days', async () => {
    const { hook, world, delivery, clock } = await withEndpoint();
    hook.answer.status = 500;
    world.createCustomer();
    for (let count = 0; count < 200; count += 1) {
      await delivery.flush();
      clock.now += HOUR;
    }
    const hours = delivery.log().map(({ at }) => (at - START) / HOUR);
    expect(hours).toEqual([0, 1, 2, 3, 4, 6, 9, 15, 26, 48]);
    expect(delivery.pending()).toEqual([]);
  });

  it('follows an endpoint that cannot be reached', async () => {
    const stand = await standIn({
      webhook: { url: 'http://127.0.0.1:1/stripe', secrets: () => [NEW] },
    });
    stand.world.createCustomer();
    await stand.delivery.flush();
    expect(stand.delivery.log()).toMatchObject([{ status: 0 }]);
    expect(stand.delivery.pending()).toMatchObject([{ attempts: 1 }]);
  });
});

describe('the list of events', () => {
  it('is newest first, and is filtered by type and time', async () => {
    const stand = await standIn();
    const [first = '', second = ''] = customers(stand, 2);
    stand.move(HOUR);
    stand.world.updateCustomer(first, { name: 'Ada' });
    expect(await listed(stand)).toEqual([first, second, first]);
    expect(await listed(stand, { types: ['customer.created', 'customer.deleted'] })).toEqual([
      second,
      first,
    ]);
    expect(await listed(stand, { type: 'customer.*', created: { gte: START + HOUR } })).toEqual([
      first,
    ]);
    expect(await listed(stand, { created: { lt: START + HOUR }, limit: 1 })).toEqual([second]);
  });

  it('forgets after 30 days', async () => {
    const stand = await standIn();
    customers(stand, 1);
    stand.move(30 * DAY);
    expect(await listed(stand)).toHaveLength(1);
    stand.move(1);
    expect(await listed(stand)).toEqual([]);
  });

  it('tells what was delivered from what is pending or has failed', async () => {
    const { hook, ...stand } = await withEndpoint();
    const [delivered = ''] = customers(stand, 1);
    await stand.delivery.flush();
    hook.answer.status = 500;
    const [failed = ''] = customers(stand, 1);
    await stand.delivery.flush();
    expect(await listed(stand, { delivery_success: true })).toEqual([delivered]);
    expect(await listed(stand, { delivery_success: false })).toEqual([failed]);
  });
});

it('a cursor still works when its event was delivered meanwhile', async () => {
  const { hook, ...stand } = await withEndpoint();
  hook.answer.status = 500;
  const ids = customers(stand, 2);
  await stand.delivery.flush();
  const [newest] = (await stand.sdk.events.list({ delivery_success: false, limit: 1 })).data;
  hook.answer.status = 200;
  stand.delivery.resend(String(newest?.id));
  await stand.delivery.flush();
  const starting_after = String(newest?.id);
  expect(await listed(stand, { delivery_success: false, starting_after })).toEqual([ids[0]]);
});

describe('mishaps', () => {
  it('lose events that are listed all the same', async () => {
    const { hook, ...stand } = await withEndpoint();
    stand.delivery.next(2, 'lose');
    const ids = customers(stand, 3);
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[2]]);
    expect(await listed(stand)).toEqual([...ids].reverse());
    expect(await listed(stand, { delivery_success: false })).toEqual([ids[1], ids[0]]);
    stand.move(10 * DAY);
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[2]]);
  });

  it('never generate an event at all', async () => {
    const { hook, ...stand } = await withEndpoint();
    stand.delivery.next(1, 'never_generate');
    const ids = customers(stand, 2);
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[1]]);
    expect(await listed(stand)).toEqual([ids[1]]);
  });

  it('deliver an event twice, with one id', async () => {
    const { hook, ...stand } = await withEndpoint();
    stand.delivery.next(1, 'double');
    const ids = customers(stand, 2);
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[0], ids[0], ids[1]]);
    expect(new Set(hook.ids()).size).toBe(2);
  });

  it('deliver an event late', async () => {
    const { hook, ...stand } = await withEndpoint();
    stand.delivery.next(1, 'delay', 2 * DAY);
    const ids = customers(stand, 2);
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[1]]);
    stand.move(2 * DAY);
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[1], ids[0]]);
  });

  it('hold events and send them in reverse', async () => {
    const { hook, ...stand } = await withEndpoint();
    stand.delivery.next(3, 'reorder');
    const ids = customers(stand, 2);
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([]);
    expect(stand.delivery.pending()).toHaveLength(2);
    ids.push(...customers(stand, 2));
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[2], ids[1], ids[0], ids[3]]);
  });

  it('are called off, and what is held goes out', async () => {
    const { hook, ...stand } = await withEndpoint();
    stand.delivery.next(5, 'reorder');
    const ids = customers(stand, 2);
    stand.delivery.calm();
    ids.push(...customers(stand, 1));
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual([ids[1], ids[0], ids[2]]);
  });

  it('do not keep an event from being sent again by hand', async () => {
    const { hook, ...stand } = await withEndpoint();
    stand.delivery.next(1, 'lose');
    const ids = customers(stand, 1);
    const [event] = (await stand.sdk.events.list()).data;
    stand.move(29 * DAY);
    stand.delivery.resend(String(event?.id));
    await stand.delivery.flush();
    expect(subjects(hook)).toEqual(ids);
  });
});
