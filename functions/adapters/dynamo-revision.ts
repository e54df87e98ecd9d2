import type { SaveOutcome } from '../ports.ts';
import { saveItem, type Table } from './dynamo-table.ts';
import type { Key } from './table-keys.ts';

/** Writes revision n only over revision n − 1; 1 only where there is nothing. */
export const saveRevision = (
  table: Table,
  key: Key,
  next: { readonly revision: number },
): Promise<SaveOutcome> =>
  next.revision === 1
    ? saveItem(table, key, next, { expression: 'attribute_not_exists(#pk)' })
    : saveItem(table, key, next, {
        expression: '#revision = :read',
        values: { ':read': next.revision - 1 },
      });
