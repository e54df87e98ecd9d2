import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../functions/core/api-version.ts';
import { acceptEvent } from '../../functions/usecases/accept-event.ts';
import { recordingReport, recordingSubjects } from '../support/recordings.ts';

const event = (fields: object = {}): unknown => ({
  id: 'evt_1',
  object: 'event',
  type: 'customer.subscription.updated',
  livemode: true,
  api_version: API_VERSION,
  data: { object: { object: 'subscription', id: 'sub_1', customer: 'cus_1' } },
  ...fields,
});

const stage = (account = '') => {
  const queue = recordingSubjects();
  const report = recordingReport();
  return { queue, report, accept: acceptEvent({ queue, report }, { livemode: true, account }) };
};

describe('accepting an event', () => {
  it('queues whom it names, once, for the event’s own occasion', async () => {
    const { accept, queue, report } = stage();
    expect(await accept(event())).toBe('accepted');
    expect(queue.sent).toEqual([
      { kind: 'customer', id: 'cus_1', because: 'event', occasion: 'evt_1' },
    ]);
    expect(queue.calls).toBe(1);
    expect(report.lines).toEqual([
      {
        message: 'WebhookAccepted',
        metric: 'WebhookAccepted',
        value: 1,
        fields: { eventId: 'evt_1', type: 'customer.subscription.updated', subjectId: 'cus_1' },
      },
    ]);
  });

  it('queues the charge of a dispute, which names no customer', async () => {
    const { accept, queue } = stage();
    const object = { object: 'dispute', id: 'du_1', charge: 'ch_1' };
    await accept(event({ type: 'charge.dispute.created', data: { object } }));
    expect(queue.sent).toMatchObject([{ kind: 'charge', id: 'ch_1' }]);
  });

  it.each([
    ['livemode', { livemode: false }],
    ['account', { account: 'acct_other' }],
    ['account', { context: 'acct_other' }],
    ['account', { account: 7 }],
    ['account', { account: {} }],
    ['type', { type: 'customer.created' }],
    ['type', { type: 'invoice.created' }],
    ['type', { type: 'something.stripe.will.add' }],
    ['nobody', { data: { object: { object: 'subscription' } } }],
    ['nobody', { data: null }],
  ])('ignores because of its %s: %j', async (because, fields) => {
    const { accept, queue, report } = stage();
    expect(await accept(event(fields))).toBe('ignored');
    expect(queue.calls).toBe(0);
    expect(report.lines).toMatchObject([{ metric: 'WebhookIgnored', fields: { because } }]);
  });

  it.each([
    ['its own account', { account: 'acct_1' }, 'accepted'],
    ['its own context', { context: 'acct_1' }, 'accepted'],
    ['no account', { account: null, context: null }, 'accepted'],
    ['another account', { account: 'acct_2' }, 'ignored'],
    ['its own account in another context', { account: 'acct_1', context: 'acct_2' }, 'ignored'],
  ])('a stage pinned to one account: %s', async (_whose, fields, outcome) => {
    expect(await stage('acct_1').accept(event(fields))).toBe(outcome);
  });

  it.each([
    ['2024-06-20', '2024-06-20'],
    [null, 'unreadable'],
    ['A canary', 'unreadable'],
  ])('accepts another API version, %j, and logs it', async (version, logged) => {
    const { accept, queue, report } = stage();
    expect(await accept(event({ api_version: version }))).toBe('accepted');
    expect(queue.sent).toHaveLength(1);
    expect(report.lines[0]).toEqual({
      message: 'event of another API version',
      fields: { eventId: 'evt_1', apiVersion: logged },
    });
  });

  it.each([
    undefined,
    null,
    [],
    'text',
    7,
    {},
    event({ object: 'v2.core.event' }),
    event({ object: undefined }),
    event({ id: undefined }),
    event({ id: 7 }),
    event({ id: 'evt 1' }),
    event({ type: undefined }),
    event({ type: 'A type with blanks' }),
    event({ livemode: 'true' }),
    { source: 'aws.partner/stripe.com/1', 'detail-type': 'customer.deleted', detail: event() },
    JSON.parse(
      '{"__proto__":{"object":"event","id":"evt_1","type":"customer.updated","livemode":true}}',
    ),
  ])('%j is no snapshot event', async (value) => {
    const { accept, queue, report } = stage();
    expect(await accept(value)).toBe('malformed');
    expect(queue.calls).toBe(0);
    expect(report.lines).toEqual([]);
  });

  it('fails when the queue does, and counts nothing as accepted', async () => {
    const { accept, queue, report } = stage();
    queue.fail = new Error('throttled');
    await expect(accept(event())).rejects.toThrow('throttled');
    expect(report.counted('WebhookAccepted')).toBe(0);
  });
});
