import { allowanceOf, revocationsMax } from '../core/breaker.ts';
import { dayOf } from '../core/calendar.ts';
import { DAY } from '../core/time.ts';
import type { Breaker, BreakerDay, Clock, CustomerStore, SubjectQueue } from '../ports.ts';
import { atOnce } from './at-once.ts';

export type BreakerDeps = {
  readonly breaker: Breaker;
  readonly customers: Pick<CustomerStore, 'findCustomer'>;
  readonly subjects: SubjectQueue;
  readonly clock: Clock;
};

export type BreakerView = {
  readonly today: BreakerDay;
  readonly yesterday: BreakerDay;
  readonly customersWithAccess: number;
  /** How many may lose access in the two days together. */
  readonly limit: number;
  /** How many more may lose it today. */
  readonly left: number | 'lifted';
  /** Noted as held on these days, and still so. */
  readonly held: readonly string[];
};

const READS_AT_ONCE = 10;

/** What the breaker has counted, and whom it holds now. */
export const showBreaker =
  ({ breaker, customers, clock }: BreakerDeps) =>
  async (): Promise<BreakerView> => {
    const now = clock();
    const { days, customersWithAccess } = await breaker.readBreaker([dayOf(now), dayOf(now - DAY)]);
    const [today, yesterday] = [dayIn(days, dayOf(now)), dayIn(days, dayOf(now - DAY))];
    const allowance = allowanceOf(today, yesterday, customersWithAccess);
    const held: string[] = [];
    await atOnce(READS_AT_ONCE, new Set([...today.held, ...yesterday.held]), async (customerId) => {
      if ((await customers.findCustomer(customerId))?.isHeld) held.push(customerId);
    });
    return {
      today,
      yesterday,
      customersWithAccess,
      limit: revocationsMax(customersWithAccess),
      left: allowance === 'lifted' ? 'lifted' : Math.max(0, allowance - today.customers.length),
      held: held.sort(),
    };
  };

/** Lets today's revocations pass, and has everyone who is held looked at again now. */
export const liftBreaker =
  (deps: BreakerDeps) =>
  async (by: string): Promise<{ readonly day: string; readonly queued: readonly string[] }> => {
    const now = deps.clock();
    const { held } = await showBreaker(deps)();
    const day = dayOf(now);
    await deps.breaker.liftBreaker(day, now, by);
    await deps.subjects.sendSubjects(
      held.map((id) => ({
        kind: 'customer',
        id,
        because: 'operator',
        occasion: `${id}:lifted:${now}`,
      })),
    );
    return { day, queued: held };
  };

const dayIn = (days: readonly BreakerDay[], day: string): BreakerDay =>
  days.find((each) => each.day === day) ?? { day, customers: [], held: [] };
