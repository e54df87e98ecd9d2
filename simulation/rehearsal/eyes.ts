import type { Customer } from '../../functions/core/customer.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import { accessTo } from '../../functions/core/pull-access.ts';
import { repositoriesOf } from '../../functions/usecases/sweep-repositories.ts';
import { catalogsIn } from '../oracle/table.ts';
import { customerIn } from '../stores/customer-items.ts';
import type { World } from '../world/world.ts';

/** What the gateway would open to a customer now. */
export type GatewaySight = { readonly open: readonly string[]; readonly kept: readonly string[] };

/** Looks at what is stored, and asks the gateway's own rule; nothing in the world notices it. */
export const eyesOn = (world: World) => {
  const { plan, far } = world;
  const repositories = [...repositoriesOf(...plan.catalogs)].sort();
  const customer = (customerId: string): Customer | undefined => customerIn(far.stores, customerId);
  const catalogs = (): Catalogs => catalogsIn(world);
  return {
    repositories,
    customer,
    catalogs,
    gateway: (customerId: string, now: number): GatewaySight => {
      const found = customer(customerId);
      if (found === undefined) return { open: [], kept: [] };
      const both = catalogs();
      const openings = repositories.map((repository) => ({
        repository,
        found: accessTo(found, both, repository, now).openings,
      }));
      const isOpen = (each: (typeof openings)[number]): boolean =>
        each.found.some(({ pushedBefore }) => pushedBefore === undefined);
      return {
        open: openings.filter(isOpen).map(({ repository }) => repository),
        kept: openings
          .filter((each) => each.found.length > 0 && !isOpen(each))
          .map(({ repository }) => repository),
      };
    },
    /** What the policies let an account pull now. */
    aws: (account: string): readonly string[] =>
      repositories.filter((repository) => far.ecr.allowed(repository).includes(account)),
  };
};

export type Eyes = ReturnType<typeof eyesOn>;
