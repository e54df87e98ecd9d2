import { API_VERSION } from '../core/api-version.ts';
import { isEventType, subjectOf } from '../core/event-types.ts';
import { fieldOf } from '../core/field.ts';
import type { Report, SubjectQueue } from '../ports.ts';

type Deps = { readonly queue: SubjectQueue; readonly report: Report };

/** Which Stripe account and mode this stage belongs to. An empty account: its own, whatever its id. */
type Pin = { readonly livemode: boolean; readonly account: string };

type Snapshot = {
  readonly eventId: string;
  readonly type: string;
  readonly livemode: boolean;
  /** The account and the context it comes from; null or undefined for the stage's own. */
  readonly origins: readonly unknown[];
  readonly apiVersion: unknown;
};

/**
 * Queues whom a verified event names, and resolves when the queue has it. What the event says of
 * them is not looked at: Stripe delivers late, twice and out of order.
 */
export const acceptEvent =
  ({ queue, report }: Deps, pin: Pin) =>
  async (event: unknown): Promise<'accepted' | 'ignored' | 'malformed'> => {
    const snapshot = parseSnapshot(event);
    if (snapshot === undefined) return 'malformed';
    const { eventId, type } = snapshot;
    const because = ignoredBecause(snapshot, pin);
    const subject = subjectOf(event);
    if (because !== undefined || subject === undefined) {
      report.count('WebhookIgnored', { because: because ?? 'nobody', eventId, type });
      return 'ignored';
    }
    if (snapshot.apiVersion !== API_VERSION) {
      report.log('event of another API version', { eventId, apiVersion: versionText(snapshot) });
    }
    await queue.sendSubjects([{ ...subject, because: 'event', occasion: eventId }]);
    report.count('WebhookAccepted', { eventId, type, subjectId: subject.id });
    return 'accepted';
  };

const EVENT_ID = /^[A-Za-z0-9_-]{1,255}$/;
const TYPE = /^[a-z0-9_.]{1,100}$/;
const VERSION = /^[a-z0-9.-]{1,40}$/;

const parseSnapshot = (event: unknown): Snapshot | undefined => {
  const eventId = fieldOf(event, 'id');
  const type = fieldOf(event, 'type');
  const livemode = fieldOf(event, 'livemode');
  if (fieldOf(event, 'object') !== 'event' || typeof livemode !== 'boolean') return undefined;
  if (typeof eventId !== 'string' || !EVENT_ID.test(eventId)) return undefined;
  if (typeof type !== 'string' || !TYPE.test(type)) return undefined;
  const origins = [fieldOf(event, 'account'), fieldOf(event, 'context')];
  return { eventId, type, livemode, origins, apiVersion: fieldOf(event, 'api_version') };
};

/** Connect and organisations send other accounts' events to the same address, live and test mixed. */
const ignoredBecause = (
  { type, livemode, origins }: Snapshot,
  pin: Pin,
): 'livemode' | 'account' | 'type' | undefined => {
  if (livemode !== pin.livemode) return 'livemode';
  if (origins.some((origin) => (origin ?? pin.account) !== pin.account)) return 'account';
  return isEventType(type) ? undefined : 'type';
};

const versionText = ({ apiVersion }: Snapshot): string =>
  typeof apiVersion === 'string' && VERSION.test(apiVersion) ? apiVersion : 'unreadable';
