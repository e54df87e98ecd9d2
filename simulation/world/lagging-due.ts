import { indexAttributesOf } from '../../functions/adapters/customer-item.ts';
import type { Customer } from '../../functions/core/customer.ts';
import type { DueEntry, DueIndex } from '../../functions/ports.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { MemoryStores } from '../stores/memory-stores.ts';

/** The sparse index: what was written shows in it only later. */
export type LaggingDue = {
  readonly port: DueIndex;
  /** The customer's item was written; this is it, or there is none any more. */
  written(customerId: string, customer: Customer | undefined): void;
  /** Another table took its place. */
  replaced(): Promise<void>;
};

export const laggingDue = (
  kernel: Kernel,
  stores: Pick<MemoryStores, 'due'>,
  lagSecondsMax: number,
): LaggingDue => {
  const random = kernel.randomOf('index lag');
  const entries = new Map<string, DueEntry>();
  const shown = new Map<string, number>();
  const show = (customerId: string, writtenAt: number, entry: DueEntry | undefined): void => {
    // Each write has its own way: an older one that arrives late changes nothing any more.
    if (writtenAt < (shown.get(customerId) ?? 0)) return;
    shown.set(customerId, writtenAt);
    if (entry === undefined) entries.delete(customerId);
    else entries.set(customerId, entry);
  };
  return {
    written: (customerId, customer) => {
      const writtenAt = kernel.now();
      const entry = customer === undefined ? undefined : entryOf(customer);
      kernel.after(lagSecondsMax * random(), () => show(customerId, writtenAt, entry));
    },
    replaced: async () => {
      entries.clear();
      for await (const entry of stores.due.listAll()) entries.set(entry.customerId, entry);
    },
    port: {
      listDue: async (now, limit) =>
        [...entries.values()]
          .filter(({ dueAt }) => dueAt <= now)
          .sort((a, b) => a.dueAt - b.dueAt)
          .slice(0, limit)
          .map(({ customerId, dueAt }) => ({ customerId, dueAt })),
      listAll: async function* listAll() {
        yield* [...entries.values()];
      },
    },
  };
};

const entryOf = (customer: Customer): DueEntry | undefined => {
  const { customerId, dueAt, members } = customer;
  if (dueAt === undefined) return undefined;
  const { fingerprint, accessUntil } = indexAttributesOf(customer);
  return { customerId, dueAt, fingerprint, accessUntil, members };
};
