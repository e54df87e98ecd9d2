import type { Catalog } from '../core/catalog.ts';
import { type CatalogImpact, impactOf } from '../core/catalog-impact.ts';
import type { Clock, CustomerStore, DueIndex } from '../ports.ts';
import { atOnce } from './at-once.ts';

export type PlanDeps = {
  readonly customers: Pick<CustomerStore, 'findCustomer'>;
  readonly due: DueIndex;
  readonly clock: Clock;
};

export type CustomerImpact = CatalogImpact & { readonly customerId: string };

const READS_AT_ONCE = 10;

/**
 * Who gains and who loses what under another catalog. Nobody asks Stripe: a customer without an item
 * of ours, who subscribes only to products that no catalog had, is not seen here.
 */
export const planCatalog =
  ({ customers, due, clock }: PlanDeps, onProgress: (done: number, total: number) => void) =>
  async (catalogs: {
    readonly from: Catalog;
    readonly to: Catalog;
  }): Promise<{ readonly looked: number; readonly impacts: readonly CustomerImpact[] }> => {
    const now = clock();
    const customerIds: string[] = [];
    for await (const { customerId } of due.listAll()) customerIds.push(customerId);
    const impacts: CustomerImpact[] = [];
    let done = 0;
    await atOnce(READS_AT_ONCE, customerIds, async (customerId) => {
      const customer = await customers.findCustomer(customerId);
      const impact = customer && impactOf(customer, catalogs, now);
      if (impact !== undefined && Object.values(impact).some(({ length }) => length > 0)) {
        impacts.push({ customerId, ...impact });
      }
      done += 1;
      onProgress(done, customerIds.length);
    });
    return {
      looked: customerIds.length,
      impacts: impacts.sort((a, b) => (a.customerId < b.customerId ? -1 : 1)),
    };
  };
