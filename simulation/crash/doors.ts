import { customersIn } from '../stores/customer-items.ts';
import { PROBE_REPOSITORY } from '../system/functions.ts';
import type { World } from '../world/world.ts';

/** Who may pull what: `acme/app 111122223333` at ECR's door, `cus_1 app` at the gateway's. */
export type Doors = ReadonlySet<string>;

export const doorsOf = ({ far }: World): Doors => {
  const policies = [...far.ecr.fake.stored.keys()].filter((name) => name !== PROBE_REPOSITORY);
  const accounts = policies.flatMap((repository) =>
    far.ecr.allowed(repository).map((account) => `${repository} ${account}`),
  );
  const now = far.kernel.now();
  const offers = customersIn(far.stores).flatMap(({ customerId, windows }) =>
    windows
      .filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt)
      .map(({ offerId }) => `${customerId} ${offerId}`),
  );
  return new Set([...accounts, ...offers]);
};

/** The last end of any window. */
export const endsAtMaxOf = ({ far }: World): number =>
  Math.max(
    0,
    ...customersIn(far.stores).flatMap(({ windows }) => windows.map(({ endsAt }) => endsAt)),
  );
