/**
 * The messages that a handler's result leaves in the queue. A result that Lambda cannot read throws, which
 * fails the whole batch.
 */
export const failedIdsOf = (result: unknown, ids: readonly string[]): ReadonlySet<string> => {
  if (result === undefined || result === null) return new Set();
  if (typeof result !== 'object') throw unreadable(result);
  const failures = 'batchItemFailures' in result ? result.batchItemFailures : [];
  if (failures === null) return new Set();
  if (!Array.isArray(failures)) throw unreadable(result);
  return new Set(failures.map((failure: unknown) => identifierOf(failure, ids)));
};

const identifierOf = (failure: unknown, ids: readonly string[]): string => {
  const id =
    typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure
      ? failure.itemIdentifier
      : undefined;
  if (typeof id === 'string' && ids.includes(id)) return id;
  throw new Error(
    `a batch item failure must name a message of the batch, got ${JSON.stringify(failure)}`,
  );
};

const unreadable = (result: unknown): Error =>
  new Error(`a handler must answer { batchItemFailures: […] }, got ${JSON.stringify(result)}`);
