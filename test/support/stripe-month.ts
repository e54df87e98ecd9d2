import { indexAttributesOf } from '../../functions/adapters/customer-item.ts';
import type { Cursor } from '../../functions/core/cursor.ts';
import type { Customer } from '../../functions/core/customer.ts';
import type { Subject } from '../../functions/core/subject.ts';
import { isEnded, type Subscription } from '../../functions/core/subscription.ts';
import { type EpochSeconds, MINUTE } from '../../functions/core/time.ts';
import type {
  Billing,
  CatalogState,
  CustomerStore,
  DueIndex,
  EventPage,
  SaveOutcome,
  StageStore,
} from '../../functions/ports.ts';

const PAGE_SIZE = 100;
const TICK_SECONDS = 5 * MINUTE;

/** Stripe as plain values, one subscription a customer, 100 a page as the adapter asks. Every request is counted. */
export const countedBilling = () => {
  const truth = new Map<string, Subscription>();
  const events: EventPage['events'][number][] = [];
  let listing: readonly (readonly [string, Subscription])[] = [];
  const billing = {
    reads: 0,
    truth,
    change: (customerId: string, given: Partial<Subscription>): void => {
      const before = truth.get(customerId);
      if (before === undefined) throw new Error(`${customerId} has no subscription`);
      truth.set(customerId, { ...before, ...given });
    },
    /** Time order is the caller's duty. Answers the event's id. */
    emit: (customerId: string, createdAt: EpochSeconds): string => {
      const eventId = `evt_${events.length}`;
      events.push({ eventId, createdAt, subject: { kind: 'customer', id: customerId } });
      return eventId;
    },
    readCustomer: (async (customerId) => {
      billing.reads += 2;
      const subscription = truth.get(customerId);
      return {
        kind: 'found',
        accountsText: '',
        subscriptions: subscription === undefined ? [] : [subscription],
      };
    }) satisfies Billing['readCustomer'],
    resolveSubject: (async ({ id }) => {
      billing.reads += 1;
      return { kind: 'customer', id };
    }) satisfies Billing['resolveSubject'],
    listEvents: (async (since, next) => {
      billing.reads += 1;
      const until = next === undefined ? events.length : Number(next);
      const from = Math.max(firstSince(events, since), until - PAGE_SIZE);
      const page = events.slice(from, until).reverse();
      const isLast = from === firstSince(events, since);
      return { kind: 'page', events: page, ...(isLast ? {} : { next: String(from) }) };
    }) satisfies Billing['listEvents'],
    listSubscriptions: (async (next) => {
      billing.reads += 1;
      // Taken once for a whole listing: a copy for every page would cost more than everything else.
      if (next === undefined) listing = [...truth].filter(([, one]) => !isEnded(one));
      const from = Number(next ?? 0);
      const until = from + PAGE_SIZE;
      return {
        kind: 'page',
        subscriptions: listing
          .slice(from, until)
          .map(([customerId, subscription]) => ({ customerId, accountsText: '', subscription })),
        ...(until < listing.length ? { next: String(until) } : {}),
      };
    }) satisfies Billing['listSubscriptions'],
  };
  return billing;
};

const firstSince = (
  events: readonly { readonly createdAt: EpochSeconds }[],
  since: EpochSeconds,
): number => {
  let index = events.length;
  while ((events[index - 1]?.createdAt ?? 0) >= since) index -= 1;
  return index;
};

/**
 * Customers by reference, with the real store's conditions, and an index of due times in slots of one
 * tick: `memoryStores` reads its whole table for every look, which 10,000 customers cannot afford.
 */
export const quickCustomers = (): { readonly customers: CustomerStore; readonly due: DueIndex } => {
  const stored = new Map<string, Customer>();
  const slots = new Map<number, Set<string>>();
  let oldestSlot = Number.POSITIVE_INFINITY;
  const slotOf = (at: EpochSeconds): number => Math.floor(at / TICK_SECONDS);
  const put = (customer: Customer): void => {
    const { customerId, dueAt } = customer;
    const before = stored.get(customerId)?.dueAt;
    if (before !== undefined) slots.get(slotOf(before))?.delete(customerId);
    stored.set(customerId, customer);
    if (dueAt === undefined) return;
    const slot = slots.get(slotOf(dueAt)) ?? new Set();
    slots.set(slotOf(dueAt), slot.add(customerId));
    oldestSlot = Math.min(oldestSlot, slotOf(dueAt));
  };
  const replace = (next: Customer, version: number): SaveOutcome => {
    if ((stored.get(next.customerId)?.version ?? 0) !== version) return 'conflict';
    put(next);
    return 'saved';
  };
  return {
    customers: {
      findCustomer: async (customerId) => stored.get(customerId),
      saveCustomer: async (next, version) => replace(next, version),
      postpone: async (next) => replace(next, next.version),
      markEffectsDone: async ({ mint: _done, ...customer }) =>
        replace(
          { ...customer, effectsDone: customer.version, projected: customer.members },
          customer.version,
        ),
      putAudit: async () => undefined,
      listAudit: async () => [],
    },
    due: {
      listDue: async (now, limit) => {
        const found: { readonly customerId: string; readonly dueAt: EpochSeconds }[] = [];
        for (let slot = oldestSlot; slot <= slotOf(now); slot += 1) {
          for (const customerId of slots.get(slot) ?? []) {
            const dueAt = stored.get(customerId)?.dueAt ?? now;
            if (dueAt <= now && found.length < limit) found.push({ customerId, dueAt });
          }
          if (slot < slotOf(now) && (slots.get(slot)?.size ?? 0) === 0) slots.delete(slot);
        }
        oldestSlot = Math.min(slotOf(now), ...slots.keys());
        return found;
      },
      listAll: async function* listAll() {
        for (const customer of stored.values()) {
          const { customerId, dueAt, members } = customer;
          if (dueAt === undefined) continue;
          const { fingerprint, accessUntil } = indexed(customer);
          yield { customerId, dueAt, fingerprint, accessUntil, members };
        }
      },
    },
  };
};

type Indexed = ReturnType<typeof indexAttributesOf>;
const known = new WeakMap<Customer, Indexed>();

/** As the real store does, once for each write. */
const indexed = (customer: Customer): Indexed => {
  const attributes = known.get(customer) ?? indexAttributesOf(customer);
  known.set(customer, attributes);
  return attributes;
};

export const quickStage = (): StageStore & { cursors(): readonly Cursor[] } => {
  const cursors = new Map<Cursor['name'], Cursor>();
  let state: CatalogState | undefined;
  return {
    cursors: () => [...cursors.values()],
    findCatalogState: async () => state,
    saveCatalogState: async (next) => {
      state = next;
      return 'saved';
    },
    findCursor: async (name) => cursors.get(name),
    saveCursor: async (next) => {
      if ((cursors.get(next.name)?.revision ?? 0) !== next.revision - 1) return 'conflict';
      cursors.set(next.name, next);
      return 'saved';
    },
  };
};

/** The customers queue, whose worker has nothing else to do: `drain` hands over one group after the other. */
export const tinyFifo = (clock: () => EpochSeconds) => {
  const sentAt = new Map<string, EpochSeconds>();
  let waiting = new Map<string, Subject[]>();
  return {
    sendSubjects: async (subjects: readonly Subject[]): Promise<void> => {
      for (const subject of subjects) {
        const id = `${subject.id}:${subject.occasion}`;
        if (clock() < (sentAt.get(id) ?? 0) + 5 * MINUTE) continue;
        sentAt.set(id, clock());
        waiting.set(subject.id, [...(waiting.get(subject.id) ?? []), subject]);
      }
    },
    drain: async (work: (subjects: readonly Subject[]) => Promise<void>): Promise<void> => {
      const groups = waiting;
      waiting = new Map();
      for (const group of groups.values()) await work(group);
    },
  };
};
