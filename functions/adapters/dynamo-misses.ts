import { type EpochSeconds, HOUR, MINUTE } from '../core/time.ts';
import type { MissMeter } from '../ports.ts';
import { type Table, updateItem } from './dynamo-table.ts';
import { missesKey } from './table-keys.ts';

const EACH_MAX = 30;
const ALL_MAX = 300;
const ALL = 'ALL';
/** Counters that one instance remembers as full: a flood of misses costs no writes. */
const FULL_MAX = 10_000;

/**
 * Two counters a minute: the credential's and everybody's, in this order, so that one that is used up
 * takes nothing from the others. A miss that the second refuses has counted in the first, and one whose
 * answer was lost may have counted twice: the meter errs on the side of asking ECR less.
 */
export const dynamoMisses = (table: Table): MissMeter => {
  let latest = 0;
  const full = new Set<string>();
  const admit = async (whose: string, max: number, now: EpochSeconds): Promise<boolean> => {
    const minute = Math.floor(now / MINUTE);
    if (minute !== latest || full.size >= FULL_MAX) full.clear();
    latest = minute;
    if (full.has(whose)) return false;
    const outcome = await countMiss(table, { minute, whose, max, expiresAt: now + HOUR });
    // While we asked, another request may have begun the next minute.
    if (outcome === 'conflict' && minute === latest) full.add(whose);
    return outcome === 'saved';
  };
  return {
    admitMiss: async (credentialId, now) =>
      (await admit(credentialId, EACH_MAX, now)) && (await admit(ALL, ALL_MAX, now))
        ? 'admitted'
        : 'refused',
  };
};

type Count = {
  readonly minute: number;
  readonly whose: string;
  readonly max: number;
  readonly expiresAt: EpochSeconds;
};

const countMiss = (table: Table, { minute, whose, max, expiresAt }: Count) =>
  updateItem(
    table,
    missesKey(minute, whose),
    {
      expression: 'ADD #count :one SET #expiresAt = :expiresAt',
      values: { ':one': 1, ':max': max, ':expiresAt': expiresAt },
    },
    'attribute_not_exists(#count) OR #count < :max',
  );
