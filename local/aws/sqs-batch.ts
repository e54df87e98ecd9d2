import type { Fields } from './fields.ts';
import { ServiceError } from './service-error.ts';
import { batchError } from './sqs-errors.ts';

const ENTRIES_MAX = 10;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** Each entry succeeds or fails by itself; only the envelope can fail as a whole. */
export const runBatch = (
  fields: Fields,
  takes: readonly string[],
  run: (entry: Fields, position: number) => object,
): object => {
  const entries = fields.objects('Entries');
  checkEnvelope(entries);
  const successful: object[] = [];
  const failed: object[] = [];
  for (const [position, entry] of entries.entries()) {
    const Id = entry.text('Id');
    try {
      entry.allowOnly(['Id', ...takes], 'a batch entry');
      successful.push({ Id, ...run(entry, position) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      failed.push({
        Id,
        SenderFault: error.status < 500,
        Code: error.queryCode,
        Message: error.message,
      });
    }
  }
  return {
    ...(successful.length === 0 ? {} : { Successful: successful }),
    ...(failed.length === 0 ? {} : { Failed: failed }),
  };
};

const checkEnvelope = (entries: readonly Fields[]): void => {
  if (entries.length === 0) {
    throw batchError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > ENTRIES_MAX) {
    throw batchError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${ENTRIES_MAX}. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map((entry) => entry.text('Id'));
  const bad = ids.find((id) => !ENTRY_ID.test(id));
  if (bad !== undefined) {
    throw batchError(
      'InvalidBatchEntryId',
      `A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long. Got ${bad}.`,
    );
  }
  if (new Set(ids).size < ids.length) {
    throw batchError('BatchEntryIdsNotDistinct', `Ids ${ids.join(', ')} are not distinct.`);
  }
};
