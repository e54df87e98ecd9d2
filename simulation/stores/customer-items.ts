import type { Customer } from '../../functions/core/customer.ts';
import type { MemoryStores } from './memory-stores.ts';

/** What is stored about customers, read past every port: nothing in the world notices it. */

type Items = Pick<MemoryStores, 'table' | 'itemAt'>;

const PREFIX = 'CUSTOMER#';
const SUFFIX = ' CUSTOMER';

export const customerKeyOf = (customerId: string): string => `${PREFIX}${customerId}${SUFFIX}`;

export const customerIn = ({ itemAt }: Items, customerId: string): Customer | undefined =>
  itemAt(customerKeyOf(customerId)) as Customer | undefined;

export const customersIn = ({ table, itemAt }: Items): readonly Customer[] =>
  [...table.keys()]
    .filter((key) => key.startsWith(PREFIX) && key.endsWith(SUFFIX))
    .map((key) => itemAt(key) as Customer);
