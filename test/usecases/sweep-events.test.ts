import { describe, expect, it } from 'vitest';
import { sweepEvents } from '../../functions/usecases/sweep-events.ts';
import { type ListedEvent, NOON, sweepWorld } from '../support/sweep-world.ts';

const MINUTES = 60;
const SETTINGS = { catalog: undefined as never, catalogHash: 'h', readsMax: 0 };

const event = (eventId: string, createdAt: number, customerId = 'cus_a'): ListedEvent => ({
  eventId,
  createdAt,
  subject: { kind: 'customer', id: customerId },
});

describe('the sweep over Stripe events', () => {
  it('queues the customer of an event that was listed and not delivered', async () => {
    const world = sweepWorld();
    world.billing.events = [event('evt_1', NOON - 10 * MINUTES)];
    await sweepEvents(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([
      { kind: 'customer', id: 'cus_a', because: 'missed_event', occasion: 'evt_1' },
    ]);
  });

  it('names the message after the newest event of a customer and sends one for all of them', async () => {
    const world = sweepWorld();
    world.billing.events = [
      event('evt_3', NOON - 5 * MINUTES),
      event('evt_2', NOON - 6 * MINUTES, 'cus_b'),
      event('evt_1', NOON - 7 * MINUTES),
    ];
    await sweepEvents(world, SETTINGS)();
    expect(world.subjects.sent.map(({ id, occasion }) => [id, occasion])).toEqual([
      ['cus_a', 'evt_3'],
      ['cus_b', 'evt_2'],
    ]);
  });

  it('leaves an event of the last two minutes to its delivery, and takes it up at the next run', async () => {
    const world = sweepWorld();
    world.billing.events = [event('evt_1', NOON - 119)];
    await sweepEvents(world, SETTINGS)();
    expect(world.subjects.sent).toEqual([]);
    world.time.now = NOON + 15 * MINUTES;
    await sweepEvents(world, SETTINGS)();
    expect(world.subjects.sent.map(({ occasion }) => occasion)).toEqual(['evt_1']);
  });

  it('looks at an event once, although each run lists the last hour again', async () => {
    const world = sweepWorld();
    world.billing.events = [event('evt_1', NOON - 3 * MINUTES)];
    for (const minutes of [0, 15, 30, 45, 60, 75]) {
      world.time.now = NOON + minutes * MINUTES;
      await sweepEvents(world, SETTINGS)();
    }
    expect(world.billing.calls).toBe(6);
    expect(world.subjects.sent).toHaveLength(1);
  });

  it('finds an event that Stripe lists late, within the hour', async () => {
    const world = sweepWorld();
    world.billing.events = [event('evt_2', NOON - 3 * MINUTES)];
    await sweepEvents(world, SETTINGS)();
    world.billing.events.push(event('evt_1', NOON - 50 * MINUTES, 'cus_late'));
    world.time.now = NOON + 15 * MINUTES;
    await sweepEvents(world, SETTINGS)();
    expect(world.subjects.sent.map(({ id }) => id)).toEqual(['cus_a', 'cus_late']);
  });

  it('asks for an hour before the newest event it saw, even after a long quiet', async () => {
    const world = sweepWorld();
    world.billing.events = [event('evt_1', NOON - 10 * MINUTES)];
    await sweepEvents(world, SETTINGS)();
    world.time.now = NOON + 3 * 3_600;
    await sweepEvents(world, SETTINGS)();
    world.time.now = NOON + 6 * 3_600;
    await sweepEvents(world, SETTINGS)();
    expect(world.billing.since).toEqual([NOON - 3_600, NOON - 3_600, NOON - 3_600]);
  });

  it('goes back 30 days at most, where Stripe stops listing', async () => {
    const world = sweepWorld();
    await sweepEvents(world, SETTINGS)();
    world.time.now = NOON + 40 * 86_400;
    await sweepEvents(world, SETTINGS)();
    expect(world.billing.since).toEqual([NOON - 3_600, NOON + 10 * 86_400]);
  });

  it('does not run again within 15 minutes', async () => {
    const world = sweepWorld();
    await sweepEvents(world, SETTINGS)();
    world.time.now = NOON + 15 * MINUTES - 1;
    await sweepEvents(world, SETTINGS)();
    expect(world.billing.calls).toBe(1);
  });

  it('reads every page and leaves out events that concern nobody', async () => {
    const world = sweepWorld();
    world.billing.events = Array.from({ length: 201 }, (_, index) =>
      event(`evt_${index}`, NOON - 300 - index, `cus_${index}`),
    );
    world.billing.events.push({ eventId: 'evt_none', createdAt: NOON - 999, subject: undefined });
    await sweepEvents(world, SETTINGS)();
    expect(world.billing.calls).toBe(3);
    expect(world.subjects.sent).toHaveLength(201);
  });

  it('keeps its place when Stripe does not answer, and catches up when it does', async () => {
    const world = sweepWorld();
    await sweepEvents(world, SETTINGS)();
    world.billing.events = [event('evt_1', NOON + 5 * MINUTES)];
    world.billing.unavailable = 'server';
    world.time.now = NOON + 15 * MINUTES;
    await expect(sweepEvents(world, SETTINGS)()).rejects.toThrow(
      "Stripe's event list could not be read: server",
    );
    expect(world.subjects.sent).toEqual([]);
    world.billing.unavailable = undefined;
    world.time.now = NOON + 20 * MINUTES;
    await sweepEvents(world, SETTINGS)();
    expect(world.subjects.sent.map(({ occasion }) => occasion)).toEqual(['evt_1']);
  });

  it('keeps its place when the queue refuses', async () => {
    const world = sweepWorld();
    world.billing.events = [event('evt_1', NOON - 300)];
    world.subjects.fail = new Error('queue down');
    await expect(sweepEvents(world, SETTINGS)()).rejects.toThrow('queue down');
    world.subjects.fail = undefined;
    await sweepEvents(world, SETTINGS)();
    expect(world.subjects.sent).toHaveLength(1);
  });

  it('gives up on a list that does not end', async () => {
    const world = sweepWorld();
    world.billing.endless = true;
    await expect(sweepEvents(world, SETTINGS)()).rejects.toThrow('did not end within 1000 pages');
  });

  it('stays away while another run is at it, and takes over from one that died', async () => {
    const world = sweepWorld();
    const cursor = {
      name: 'events' as const,
      doneAt: 0,
      startedAt: NOON - 60,
      position: NOON - 7_200,
      seen: [],
      customersWithAccess: 0,
      reads: 0,
      month: '',
      revision: 1,
    };
    await world.stage.saveCursor(cursor);
    await sweepEvents(world, SETTINGS)();
    expect(world.billing.calls).toBe(0);
    world.time.now = NOON + 20 * MINUTES;
    await sweepEvents(world, SETTINGS)();
    expect(world.billing.calls).toBe(1);
  });

  it('leaves the work to the other one when both start at once', async () => {
    const world = sweepWorld();
    await Promise.all([sweepEvents(world, SETTINGS)(), sweepEvents(world, SETTINGS)()]);
    expect(world.billing.calls).toBe(1);
  });

  it('asks a quarter as often once 80 % of the reads of the month are used', async () => {
    const world = sweepWorld();
    const settings = { ...SETTINGS, readsMax: 10 };
    world.billing.events = Array.from({ length: 2 }, (_, index) =>
      event(`evt_${index}`, NOON - 300, `cus_${index}`),
    );
    await sweepEvents(world, settings)();
    world.time.now = NOON + 59 * MINUTES;
    await sweepEvents(world, settings)();
    expect(world.billing.calls).toBe(1);
    expect(world.report.lines.at(-1)).toMatchObject({ metric: 'StripeReadsPercent', value: 90 });
    world.time.now = NOON + 60 * MINUTES;
    await sweepEvents(world, settings)();
    expect(world.billing.calls).toBe(2);
  });

  it('starts counting anew in a new month', async () => {
    const world = sweepWorld();
    const settings = { ...SETTINGS, readsMax: 10 };
    world.billing.events = [event('evt_1', NOON - 300), event('evt_2', NOON - 300, 'cus_b')];
    await sweepEvents(world, settings)();
    world.time.now = NOON + 10 * 86_400;
    await sweepEvents(world, settings)();
    expect(world.report.lines.at(-1)).toMatchObject({ metric: 'StripeReadsPercent', value: 0 });
  });
});
