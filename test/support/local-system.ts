import type { Customer } from '../../functions/core/customer.ts';
import type { MetricName } from '../../functions/core/metrics.ts';
import { accountsIn } from '../../functions/core/policy-compare.ts';
import { type PolicyStatement, parsePolicy } from '../../functions/core/policy-document.ts';
import { type EpochSeconds, isOpen, MINUTE } from '../../functions/core/time.ts';
import type { LogLine } from '../../local/function-log.ts';
import { STAGE } from '../../local/names.ts';
import { localStores } from '../../local/stores.ts';
import { startSystem } from '../../local/system.ts';
import { catalog } from './builders.ts';

export const TICK_SECONDS = 5 * MINUTE;

/** A line that the functions printed. */
export type Printed = Readonly<Record<string, unknown>> & { readonly message: string };

/**
 * The whole system in this process, every service behind its real protocol, in memory and silent. It
 * sells `app` and `tools`. One in a test file: the functions read one environment.
 */
export const localSystem = async () => {
  const failures: string[] = [];
  const system = await startSystem({
    catalog: catalog(),
    report: (message) => failures.push(message),
  });
  const { farEnds, clock } = system;
  const { stripe, ecr } = farEnds;
  if (stripe === undefined) throw new Error('the stand-in of Stripe did not start');
  const stores = localStores(farEnds.table);
  const printed = collector(() => system.log.lines());
  const settle = async (): Promise<void> => {
    await system.settle();
    printed.collect();
  };
  const findCustomer = async (customerId: string): Promise<Customer> => {
    const customer = await stores.customers.findCustomer(customerId);
    if (customer === undefined) throw new Error(`${customerId} is not stored`);
    return customer;
  };
  return {
    ...farEnds,
    system,
    /** `http://127.0.0.1:4567`: where customers pull. */
    registry: system.registry.origin,
    stripe,
    world: stripe.world,
    clock,
    stores,
    /** What Lambda itself would log: functions that threw, sweeps that failed. */
    failures,
    settle,
    /** Lives on, with every sweep and delivery that falls into it; the longer, the coarser. */
    live: async (seconds: number): Promise<void> => {
      await system.moveClock(seconds, printed.collect);
      printed.collect();
    },
    /** One run of the sweep, now. */
    sweep: async (): Promise<void> => {
      await system.lambdas.sweep();
      await settle();
    },
    /** A paying customer whose accounts the vendor vouches for. Answers the subscription's id. */
    subscribe: (customer: string, accounts: string, products = ['prod_app']): string => {
      stripe.world.createCustomer({ id: customer, metadata: { aws_account_ids: accounts } });
      return stripe.world.subscribe({ customer, products });
    },
    findCustomer,
    /** The offers that are open to this customer at this instant. */
    openTo: async (customerId: string): Promise<readonly string[]> =>
      (await findCustomer(customerId)).windows
        .filter((window) => isOpen(window, clock.now()))
        .map(({ offerId }) => offerId),
    /** The accounts that ECR lets in at this instant, as IAM would decide. */
    allowed: (repository: string): readonly string[] => {
      const policy = parsePolicy(ecr.policies()[repository] ?? '', STAGE);
      return accountsIn((policy?.ours ?? []).filter((one) => isInForce(one, clock.now())));
    },
    /** Every line of this metric so far, or since `since`. */
    counted: (metric: MetricName, since: EpochSeconds = 0): readonly Printed[] =>
      printed.lines(since).filter(({ message }) => message === metric),
    close: async (): Promise<void> => {
      stores.close();
      await system.close();
    },
  };
};

export type LocalSystem = Awaited<ReturnType<typeof localSystem>>;

/** The system's log keeps the last lines only; what is collected in time is all of them. */
const collector = (last: () => readonly LogLine[]) => {
  const kept = new Set<LogLine>();
  return {
    collect: (): void => {
      for (const line of last()) kept.add(line);
    },
    lines: (since: EpochSeconds): readonly Printed[] =>
      [...kept].filter(({ at }) => at >= since).map(({ text }) => JSON.parse(text) as Printed),
  };
};

const isInForce = ({ Condition }: PolicyStatement, now: EpochSeconds): boolean => {
  const { DateLessThan } = Condition as {
    readonly DateLessThan: { readonly 'aws:CurrentTime': string };
  };
  return now * 1_000 < Date.parse(DateLessThan['aws:CurrentTime']);
};
