import { type Cursor, OVERLAP_SECONDS, READS_PER_SYNC, withReads } from '../core/cursor.ts';
import type { Subject } from '../core/subject.ts';
import { DAY, type EpochSeconds, MINUTE } from '../core/time.ts';
import type { EventPage } from '../ports.ts';
import type { SweepDeps, SweepSettings } from './sweep.ts';
import { withCursor } from './with-cursor.ts';

type Deps = Pick<SweepDeps, 'billing' | 'stage' | 'subjects' | 'report' | 'clock'>;
type ListedEvent = EventPage['events'][number];

const EVERY_SECONDS = 15 * MINUTE;
const PAGES_MAX = 1_000;
/** Beyond this an event is looked at again at the next run: a read too many, nothing lost. */
const SEEN_MAX = 5_000;
/** Younger than this an event is still on its way to the webhook. */
const IN_FLIGHT_SECONDS = 2 * MINUTE;
/** Stripe lists events of the last 30 days. */
const LISTED_DAYS = 30;

/** Events whose delivery may have been lost. They say whom to look at, like those that arrive. */
export const sweepEvents = (deps: Deps, settings: SweepSettings) => async (): Promise<void> =>
  withCursor(deps, settings, { name: 'events', usualPeriod: EVERY_SECONDS }, (cursor) =>
    catchUp(deps, cursor),
  );

const catchUp = async (deps: Deps, cursor: Cursor): Promise<Cursor> => {
  const now = deps.clock();
  const position = cursor.position === 0 ? now : cursor.position;
  const since = Math.max(position - OVERLAP_SECONDS, now - LISTED_DAYS * DAY);
  const { events, pages } = await listEvents(deps, since);
  const arrived = events.filter(({ createdAt }) => createdAt <= now - IN_FLIGHT_SECONDS);
  const seen = new Set(cursor.seen);
  const fresh = arrived.filter(({ eventId }) => !seen.has(eventId));
  const missed = subjectsOf(fresh);
  await deps.subjects.sendSubjects(missed);
  const newest = Math.max(position, ...arrived.map(({ createdAt }) => createdAt));
  // One sync for each event's own delivery, which nobody else counts, and one for each subject sent here.
  const reads = pages + READS_PER_SYNC * (missed.length + fresh.length);
  return withReads({ ...cursor, position: newest, seen: seenOf(arrived, newest) }, reads, now);
};

const listEvents = async (
  { billing }: Deps,
  since: EpochSeconds,
): Promise<{ readonly events: readonly ListedEvent[]; readonly pages: number }> => {
  const events: ListedEvent[] = [];
  let next: string | undefined;
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const answer = await billing.listEvents(since, next);
    if (answer.kind === 'unavailable') {
      throw new Error(`Stripe's event list could not be read: ${answer.because}`);
    }
    events.push(...answer.events);
    next = answer.next;
    if (next === undefined) return { events, pages: page };
  }
  throw new Error(`Stripe's event list did not end within ${PAGES_MAX} pages`);
};

/**
 * The newest event of each subject, under that event's own id: if its delivery was queued in the
 * last minutes, the queue drops this one.
 */
const subjectsOf = (events: readonly ListedEvent[]): readonly Subject[] => {
  const subjects = new Map<string, Subject>();
  for (const { eventId, subject } of events) {
    if (subject === undefined || subjects.has(subject.id)) continue;
    subjects.set(subject.id, { ...subject, because: 'missed_event', occasion: eventId });
  }
  return [...subjects.values()];
};

const seenOf = (events: readonly ListedEvent[], newest: EpochSeconds): Cursor['seen'] =>
  events
    .filter(({ createdAt }) => createdAt >= newest - OVERLAP_SECONDS)
    .map(({ eventId }) => eventId)
    .slice(0, SEEN_MAX);
