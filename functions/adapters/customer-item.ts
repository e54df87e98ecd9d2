import type { Customer } from '../core/customer.ts';
import { shardOf } from '../core/fingerprint.ts';
import { accessUntilOf, fingerprintOfStored } from '../core/listing.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { Item } from './dynamo-table.ts';

/** What the index `due` shows of a customer and the customer itself does not hold. */
export const indexAttributesOf = (
  customer: Customer,
): {
  readonly dueShard: number | undefined;
  readonly fingerprint: string;
  readonly accessUntil: EpochSeconds;
} => ({
  dueShard: dueShardOf(customer),
  fingerprint: fingerprintOfStored(customer),
  accessUntil: accessUntilOf(customer),
});

/** Without `dueAt` there is no shard either: that keeps the item out of the sparse index. */
export const dueShardOf = ({ customerId, dueAt }: Customer): number | undefined =>
  dueAt === undefined ? undefined : shardOf(customerId);

/** Items of an older release know nothing of paid time: the customer's next sync fills it in. */
export const customerOf = (item: Item): Customer => {
  const { pk, sk, writeId, dueShard, fingerprint, accessUntil, ...customer } = item;
  return { paidTimes: [], ...customer } as unknown as Customer;
};
