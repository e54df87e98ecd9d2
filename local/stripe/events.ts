import { DAY } from './calendar.ts';
import { findObject, type StripeObject } from './objects.ts';
import type { EventRecord, StripeState } from './state.ts';
import { newId } from './state.ts';

export const API_VERSION = '2026-10-28.endive';

/** Stripe lists an event for 30 days. */
export const EVENT_DAYS = 30;

/** An event with the whole object as it is now. It is not listed before `listEvent`. */
export const newEvent = (
  state: StripeState,
  { at, type, objectId }: { readonly at: number; readonly type: string; readonly objectId: string },
): EventRecord => {
  const object = findObject(state, objectId);
  if (object === undefined)
    throw new Error(`event ${type} is about '${objectId}', which is nowhere`);
  return {
    id: newId(state, 'evt'),
    created: at,
    type,
    pendingWebhooks: 0,
    objectText: JSON.stringify(object),
  };
};

/** The event as it is listed. */
export const eventObject = (state: StripeState, record: EventRecord): StripeObject => ({
  ...frameOf(state, record),
  data: { object: JSON.parse(record.objectText) },
});

/** The event as it is delivered. */
export const eventText = (state: StripeState, record: EventRecord): string => {
  const frame = JSON.stringify(frameOf(state, record));
  return `${frame.slice(0, -1)},"data":{"object":${record.objectText}}}`;
};

const frameOf = (state: StripeState, record: EventRecord): StripeObject => ({
  id: record.id,
  object: 'event',
  api_version: API_VERSION,
  created: record.created,
  livemode: state.livemode,
  pending_webhooks: record.pendingWebhooks,
  request: { id: null, idempotency_key: null },
  type: record.type,
});

/** Forgets events that Stripe would no longer show. */
export const forgetOldEvents = (state: StripeState, now: number): void => {
  const since = now - EVENT_DAYS * DAY;
  const kept = state.events.findIndex(({ created }) => created >= since);
  if (kept === 0) return;
  state.events.splice(0, kept === -1 ? state.events.length : kept);
};
