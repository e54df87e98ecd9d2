import { dayOf } from '../../../functions/core/calendar.ts';
import type { Customer } from '../../../functions/core/customer.ts';
import { DAY } from '../../../functions/core/time.ts';
import type { BreakerDay } from '../../../functions/ports.ts';
import type { Scene } from '../scene.ts';
import type { Write } from './writes.ts';

const LIMIT_MIN = 3;
const PERCENT = 5;

type Loss = { readonly customerId: string; readonly day: number };

/** I19: how many lose access on Stripe's word today and yesterday, and that nothing is held without need. */
export const breakerWatch = () => {
  const losses: Loss[] = [];
  return (write: Write): string | undefined => {
    const { scene, subject, after } = write;
    const day = Math.floor((after.transition?.at ?? 0) / DAY);
    if (loses(write)) losses.push({ customerId: subject.customerId, day });
    const lifted = [day, day - 1].filter((each) => isLifted(scene, each));
    // The operator has seen a lifted day, and whoever is retried afterwards counts no more.
    const counted = losses.filter((loss) => loss.day === day || loss.day === day - 1);
    const ids = new Set(counted.filter((loss) => !lifted.includes(loss.day)).map(idOf));
    const limit = Math.max(LIMIT_MIN, Math.floor((scene.subjects.size * PERCENT) / 100));
    if (ids.size > limit && !lifted.includes(day)) {
      return `I19 breaker: ${ids.size} customers (${[...ids].join(', ')}) lost access on Stripe's word within two days, and no operator agreed (allowed: ${limit})`;
    }
    return undefined;
  };
};

const idOf = ({ customerId }: Loss): string => customerId;

/** Lost on evidence: before its end, neither by hand nor by a catalog, and the customer still exists. */
const loses = ({ scene, before, after }: Write): boolean => {
  const { transition } = after;
  if (transition === undefined || transition.sequence === before?.transition?.sequence)
    return false;
  if (after.isDeleted || scene.catalogsBefore.length > 0) return false;
  const open = (before?.windows ?? []).filter(
    ({ endsAt, source, held }) =>
      endsAt > transition.at + 300 && source !== 'manual' && held !== 'catalog',
  );
  const kept = new Set(after.windows.map(({ offerId }) => offerId));
  return open.some(({ offerId, source }) => !kept.has(offerId) && isLive(before, source));
};

const isLive = (before: Customer | undefined, source: string): boolean =>
  before?.subscriptions.some(({ subscriptionId }) => subscriptionId === source) ?? false;

const isLifted = ({ world }: Scene, day: number): boolean => {
  const text = world.far.stores.table.get(`STAGE BREAKER#${dayOf(day * DAY)}`);
  return text !== undefined && (JSON.parse(text) as BreakerDay).liftedAt !== undefined;
};
