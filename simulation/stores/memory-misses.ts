import { missesKey } from '../../functions/adapters/table-keys.ts';
import { MINUTE } from '../../functions/core/time.ts';
import type { MissMeter } from '../../functions/ports.ts';
import { memoryTable, type Rows } from './memory-table.ts';

const EACH_MAX = 30;
const ALL_MAX = 300;

export const memoryMisses = (rows: Rows = memoryTable()): MissMeter => {
  const admit = (minute: number, whose: string, max: number): boolean => {
    const { count } = rows.get<{ readonly count: number }>(missesKey(minute, whose)) ?? {
      count: 0,
    };
    if (count >= max) return false;
    rows.put(missesKey(minute, whose), { count: count + 1 });
    return true;
  };
  return {
    admitMiss: async (credentialId, now) => {
      const minute = Math.floor(now / MINUTE);
      const isAdmitted = admit(minute, credentialId, EACH_MAX) && admit(minute, 'ALL', ALL_MAX);
      return isAdmitted ? 'admitted' : 'refused';
    },
  };
};
