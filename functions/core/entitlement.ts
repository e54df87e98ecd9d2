import type {
  Customer,
  OpenReason,
  StoredSubscription,
  Window,
  WithheldReason,
} from './customer.ts';
import { offersIn } from './offers.ts';
import type { AccessWindow, EpochSeconds } from './time.ts';

/** What a customer may pull of one offer, and when; or why not. */
export type Entitlement =
  | {
      readonly kind: 'granted';
      readonly offerId: string;
      /** From the first start to the last end of all its sources. */
      readonly window: AccessWindow;
      /** Why, and from where, for the source that ends last. */
      readonly because: OpenReason;
      readonly source: string;
      readonly held?: 'breaker' | 'catalog';
    }
  | {
      readonly kind: 'withheld';
      readonly offerId: string;
      readonly because: WithheldReason;
      readonly source: string;
      /** Set when it was open before. */
      readonly endedAt?: EpochSeconds;
    };

/** One line for each offer: the union of its windows, or the reason why it is withheld. */
export const entitlementsOf = (
  { windows, withheld }: Pick<Customer, 'windows' | 'withheld'>,
  now: EpochSeconds,
): readonly Entitlement[] => {
  const offerIds = offersIn(windows);
  const fromWindows = offerIds.map((offerId) =>
    unionOf(
      windows.filter((window) => window.offerId === offerId),
      now,
    ),
  );
  const others = withheld
    .filter(({ offerId }) => !offerIds.includes(offerId))
    .map((each): Entitlement => ({ kind: 'withheld', ...each }));
  return [...fromWindows, ...others].sort((a, b) => (a.offerId < b.offerId ? -1 : 1));
};

/**
 * When the grace days of a granted offer begin. A manual grant and a scheduled cancellation have none.
 */
export const graceAtOf = (
  { window: { endsAt }, source }: Extract<Entitlement, { kind: 'granted' }>,
  subscriptions: readonly StoredSubscription[],
  graceSeconds: number,
): EpochSeconds => {
  const subscription = subscriptions.find(({ subscriptionId }) => subscriptionId === source);
  return subscription === undefined || subscription.cancelAt === endsAt
    ? endsAt
    : endsAt - graceSeconds;
};

const unionOf = (windows: readonly Window[], now: EpochSeconds): Entitlement => {
  const open = windows.filter((window) => window.endsAt > now);
  const { offerId, source, because, endsAt, held } = windows.reduce(later);
  // The clock has closed it; the sync that writes this down is still to come.
  if (open.length === 0) {
    return { kind: 'withheld', offerId, because: 'deadline', source, endedAt: endsAt };
  }
  return {
    kind: 'granted',
    offerId,
    window: { startsAt: Math.min(...open.map(({ startsAt }) => startsAt)), endsAt },
    because,
    source,
    ...(held === undefined ? {} : { held }),
  };
};

/** The one that ends later; among equals one that is not held, since it needs nobody's consent. */
const later = (one: Window, other: Window): Window => {
  if (one.endsAt !== other.endsAt) return one.endsAt > other.endsAt ? one : other;
  return one.held === undefined ? one : other;
};
