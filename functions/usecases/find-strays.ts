import { NO_MEMBERS } from '../core/customer.ts';
import { memberDifferences } from '../core/member-differences.ts';
import type { Catalogs } from '../core/members-of.ts';
import type { Subject } from '../core/subject.ts';
import type { CustomerStore, MemberStore } from '../ports.ts';
import { repositoriesOf } from './sweep-repositories.ts';

export type StrayDeps = {
  readonly customers: Pick<CustomerStore, 'findCustomer'>;
  readonly members: Pick<MemberStore, 'readRepository'>;
  readonly catalogs: () => Promise<Catalogs>;
};

/** One customer's member items that say something else than the customer does. */
export const findStrays =
  ({ customers, members, catalogs }: StrayDeps) =>
  async (customerId: string): Promise<NonNullable<Subject['strays']>> => {
    const { deployed, accepted } = await catalogs();
    const customer = await customers.findCustomer(customerId);
    const repositories = repositoriesOf(deployed, accepted);
    const items = await Promise.all(
      repositories.map(async (repository) => (await members.readRepository(repository)).members),
    );
    return memberDifferences(
      repositories,
      items.flat().filter((item) => item.customerId === customerId),
      customer?.members ?? NO_MEMBERS,
    );
  };
