import { createHash, randomInt, randomUUID } from 'node:crypto';
import { dayOf } from '../core/calendar.ts';
import { COUNT_ONCE_SECONDS, type LedgerEntry } from '../core/ledger.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Condition } from './dynamo-table.ts';
import { type Key, pullKey } from './table-keys.ts';

/** Rows of one customer, repository and day: DynamoDB takes some 1,000 writes a second of each. */
const SHARDS = 4;
/** Pulls that one row remembers for `COUNT_ONCE_SECONDS`. It bounds the row: 1,024 slots take some 40 kB. */
const SLOTS = 1_024;

export const DENIAL_PREFIX = 'denial_';
const REASON = /^[a-z_]{1,40}$/;

type Write = { readonly key: Key; readonly update: Condition; readonly condition: string };

/** The one write of an entry. */
export const writeOf = (entry: LedgerEntry): Write => {
  const { what } = entry;
  switch (what.kind) {
    case 'pull':
      return writeOfPull(entry, what.digest);
    case 'version_check':
      return writeOfCount(entry, 'versionChecks', 1);
    case 'bytes':
      return writeOfCount(entry, 'bytes', checkedBytes(what.bytes));
    case 'denial':
      return writeOfCount(entry, `${DENIAL_PREFIX}${checkedReason(what.because)}`, 1);
    default:
      return unreachable(what);
  }
};

/**
 * The SDK may send it twice when an answer is lost: the condition keeps the second from counting,
 * unless another write to the same row came between the two. Then it counts twice; it is never lost.
 */
const writeOfCount = (entry: LedgerEntry, counter: string, amount: number): Write => ({
  key: rowOf(entry, randomInt(SHARDS)),
  update: {
    expression: `ADD #${counter} :amount SET ${TIMES}, #writeId = :writeId`,
    values: { ':amount': amount, ':at': entry.at, ':writeId': randomUUID() },
  },
  condition: 'attribute_not_exists(#writeId) OR #writeId <> :writeId',
});

/**
 * Counts unless the same credential pulled the same digest less than `COUNT_ONCE_SECONDS` ago, which
 * the row remembers in a slot chosen by their hash. Two that share one of the 4,096 slots and take
 * turns are counted each time; the one that is refused is always the same. Midnight (UTC) begins
 * another row.
 */
const writeOfPull = (entry: LedgerEntry, digest: string): Write => {
  const { at, credentialId } = entry;
  const hash = createHash('sha256').update(`${credentialId} ${digest}`).digest();
  const slot = hash.readUInt16BE(2) % SLOTS;
  return {
    key: rowOf(entry, hash.readUInt16BE(0) % SHARDS),
    update: {
      expression: `ADD #pulls :one SET ${TIMES}, #pull${slot} = :pull, #pull${slot}At = :at`,
      values: {
        ':one': 1,
        ':at': at,
        ':pull': hash.toString('base64url', 4, 16),
        ':since': at - COUNT_ONCE_SECONDS,
      },
    },
    condition: `attribute_not_exists(#pull${slot}) OR #pull${slot} <> :pull OR #pull${slot}At <= :since`,
  };
};

const TIMES = '#firstAt = if_not_exists(#firstAt, :at), #lastAt = :at';

const rowOf = ({ customerId, repository, at }: LedgerEntry, shard: number): Key =>
  pullKey(customerId, { day: dayOf(at), repository, shard });

const checkedBytes = (bytes: number): number => {
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  throw new Error(`the ledger counts whole bytes, zero or more, got ${bytes}`);
};

/** It becomes the name of an attribute, so a text from outside must not get here. */
const checkedReason = (because: string): string => {
  if (REASON.test(because)) return because;
  throw new Error(`a denial's reason is 1 to 40 of a-z and _, got ${JSON.stringify(because)}`);
};
