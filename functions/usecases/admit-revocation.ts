import { allowanceOf } from '../core/breaker.ts';
import { dayOf } from '../core/calendar.ts';
import { DAY, type EpochSeconds } from '../core/time.ts';
import type { Breaker, Report } from '../ports.ts';

/**
 * Asks the breaker before access ends on Stripe's evidence. The count is a set of customers, so that
 * a retry after a crash counts nobody twice.
 */
export const admitRevocation =
  ({ breaker, report }: { readonly breaker: Breaker; readonly report: Report }) =>
  async (customerId: string, now: EpochSeconds): Promise<boolean> => {
    const [today, yesterday] = [dayOf(now), dayOf(now - DAY)];
    const { days, customersWithAccess } = await breaker.readBreaker([today, yesterday]);
    const find = (day: string) => days.find((each) => each.day === day) ?? { day, customers: [] };
    const allowance = allowanceOf(find(today), find(yesterday), customersWithAccess);
    const limit = allowance === 'lifted' ? Number.MAX_SAFE_INTEGER : allowance;
    const outcome = await breaker.countRevocation(today, customerId, limit);
    if (outcome === 'counted') return true;
    await breaker.noteHeld(today, customerId);
    report.count('BreakerHeld', { customerId, day: today, limit });
    return false;
  };
