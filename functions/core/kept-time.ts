import type { AfterEnd } from './catalog.ts';
import type { Customer, PaidTime } from './customer.ts';
import type { Catalogs } from './members-of.ts';
import { offerOf, offersIn } from './offers.ts';
import { unionOf } from './paid-time.ts';
import { DAY, type EpochSeconds, isOpen } from './time.ts';

/** What a customer keeps of an offer that has ended, under one of the catalogs. */
export type Kept = {
  readonly role: keyof Catalogs;
  readonly offerId: string;
  /** Where the last of the paid time came from. */
  readonly source: string;
  readonly pushedBefore: EpochSeconds;
  readonly endsAt: EpochSeconds | 'never';
};

type Holder = Pick<Customer, 'windows' | 'withheld' | 'paidTimes'>;

/** Until a catalog is accepted, a customer keeps what either of the two leaves. */
export const keptOf = (
  customer: Holder,
  { deployed, accepted }: Catalogs,
  now: EpochSeconds,
): readonly Kept[] => {
  const catalogs = deployed === accepted ? { deployed } : { deployed, accepted };
  const ended = offersIn(customer.paidTimes).filter((offerId) =>
    customer.windows.every((window) => window.offerId !== offerId || !isOpen(window, now)),
  );
  return ended.flatMap((offerId) => {
    const times = paidUntilEnd(customer, offerId, now);
    return Object.entries(catalogs).flatMap(([role, catalog]) => {
      const afterEnd = offerOf(catalog, offerId)?.afterEnd ?? 'deny';
      const kept = keptUnder(afterEnd, times, now);
      return kept === undefined ? [] : { ...kept, offerId, role: role as keyof Catalogs };
    });
  });
};

/** Time that was paid for and not used, because access was closed before, keeps nothing. */
const paidUntilEnd = (
  { withheld, paidTimes }: Holder,
  offerId: string,
  now: EpochSeconds,
): readonly PaidTime[] => {
  const endedAt = withheld.find((each) => each.offerId === offerId)?.endedAt ?? now;
  const end = Math.min(endedAt, now);
  return paidTimes
    .filter((time) => time.offerId === offerId && time.startsAt < end)
    .map((time) => ({ ...time, endsAt: Math.min(time.endsAt, end) }));
};

const keptUnder = (
  afterEnd: AfterEnd,
  times: readonly PaidTime[],
  now: EpochSeconds,
): Pick<Kept, 'source' | 'pushedBefore' | 'endsAt'> | undefined => {
  const [first, ...others] = times;
  if (afterEnd === 'deny' || first === undefined) return undefined;
  const { days, afterPaidDays } = afterEnd.keep;
  const paidSeconds = unionOf(times).reduce((sum, time) => sum + time.endsAt - time.startsAt, 0);
  if (paidSeconds < afterPaidDays * DAY) return undefined;
  const { source, endsAt: pushedBefore } = others.reduce(
    (one, other) => (other.endsAt > one.endsAt ? other : one),
    first,
  );
  if (days === 'forever') return { source, pushedBefore, endsAt: 'never' };
  const endsAt = pushedBefore + days * DAY;
  return endsAt > now ? { source, pushedBefore, endsAt } : undefined;
};
