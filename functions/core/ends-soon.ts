import type { Opening } from './pull-access.ts';
import { DAY, type EpochSeconds } from './time.ts';

/** The end of an opening that is worth a notice: it comes within so many days. */
export const endsSoon = (
  { endsAt }: Opening,
  now: EpochSeconds,
  noticeDays: number,
): { readonly endsAt?: EpochSeconds } =>
  endsAt !== 'never' && noticeDays > 0 && endsAt <= now + noticeDays * DAY ? { endsAt } : {};
