import type { Customer, Transition } from '../core/customer.ts';
import type { CustomerStore } from '../ports.ts';
import { customerOf, dueShardOf, indexAttributesOf } from './customer-item.ts';
import {
  findItem,
  type Item,
  listItems,
  putItem,
  saveItem,
  type Table,
  updateItem,
} from './dynamo-table.ts';
import { AUDIT_PREFIX, auditKey, customerKey } from './table-keys.ts';

/** DynamoDB's limit is 400 kB. JSON is the longer of the two encodings, so this leaves room. */
const ITEM_BYTES_MAX = 380_000;

/** Customers and their audit trail. */
export const dynamoCustomers = (table: Table): CustomerStore => ({
  findCustomer: async (customerId) => {
    const item = await findItem(table, customerKey(customerId));
    return item === undefined ? undefined : customerOf(item);
  },
  saveCustomer: async (next, version) => {
    if (next.version <= version) {
      throw new Error(
        `a save over version ${version} must write a higher one, got ${next.version}`,
      );
    }
    return saveItem(table, customerKey(next.customerId), itemOf(next), {
      expression: version === 0 ? 'attribute_not_exists(#pk)' : '#version = :version',
      ...(version === 0 ? {} : { values: { ':version': version } }),
    });
  },
  postpone: async (next) => {
    const { dueAt, confirmAt, retries, retryAt, verifiedAt, verifiedBy } = next;
    const dueShard = dueShardOf(next);
    const times = { dueAt, dueShard, confirmAt, retries, retryAt, verifiedAt, verifiedBy };
    const update = replacing(times);
    return updateItem(
      table,
      customerKey(next.customerId),
      { ...update, values: { ...update.values, ':version': next.version } },
      '#version = :version',
    );
  },
  markEffectsDone: async ({ customerId, version }) =>
    updateItem(
      table,
      customerKey(customerId),
      {
        expression: 'SET #effectsDone = :version, #projected = #members REMOVE #mint',
        values: { ':version': version },
      },
      '#version = :version',
    ),
  putAudit: async (customerId, transition) => {
    // A conflict is the copy that an earlier run of the same effect left.
    await putItem(table, auditKey(customerId, transition.sequence), transition, {
      expression: 'attribute_not_exists(#pk)',
    });
  },
  listAudit: async (customerId) =>
    (await listItems(table, customerKey(customerId).pk, AUDIT_PREFIX)).map(transitionOf),
});

const itemOf = (customer: Customer): Item => {
  const item = { ...customer, ...indexAttributesOf(customer) };
  const bytes = Buffer.byteLength(JSON.stringify(item));
  if (bytes > ITEM_BYTES_MAX) {
    throw new Error(
      `customer ${customer.customerId} would take ${bytes} bytes in the table, allowed are ${ITEM_BYTES_MAX}`,
    );
  }
  return item;
};

const transitionOf = (item: Item): Transition => {
  const { pk, sk, ...transition } = item;
  return transition as Transition;
};

/** `SET` for what has a value and `REMOVE` for what has none. */
const replacing = (attributes: Item): { readonly expression: string; readonly values: Item } => {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const absent = Object.keys(attributes).filter((name) => attributes[name] === undefined);
  const set = given.map(([name]) => `#${name} = :${name}`).join(', ');
  const remove = absent.map((name) => `#${name}`).join(', ');
  return {
    expression: `SET ${set}${remove === '' ? '' : ` REMOVE ${remove}`}`,
    values: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
  };
};
