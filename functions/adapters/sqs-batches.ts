/** Entries in one call, by SQS's limit. */
const BATCH_MAX = 10;

export const batchesOf = <Entry>(entries: readonly Entry[]): readonly (readonly Entry[])[] =>
  Array.from({ length: Math.ceil(entries.length / BATCH_MAX) }, (_, batch) =>
    entries.slice(batch * BATCH_MAX, (batch + 1) * BATCH_MAX),
  );
