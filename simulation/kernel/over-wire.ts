import type { Service } from './faults.ts';
import type { Process } from './process.ts';
import type { Wire } from './wire.ts';

type Method = (...args: readonly unknown[]) => unknown;

/** These answer a loop; on the way they are one page. */
const LISTINGS: readonly string[] = ['listAll', 'listReleases', 'listImages'];

/** A port whose every method is a call, about its first argument. */
export const overWire = <Port extends object>(
  wire: Wire,
  process: Process,
  service: Service,
  port: Port,
): Port => {
  const methods = Object.entries(port).map(([operation, method]) => {
    const perform = method as Method;
    const isListing = LISTINGS.includes(operation);
    const travels: Method = (...args) =>
      wire.call(process, { service, operation, key: keyOf(args) }, () =>
        isListing ? collected(perform(...args)) : perform(...args),
      );
    return [operation, isListing ? listing(travels) : travels];
  });
  return Object.fromEntries(methods);
};

const collected = async (items: unknown): Promise<readonly unknown[]> => {
  const all: unknown[] = [];
  for await (const item of items as AsyncIterable<unknown>) all.push(item);
  return all;
};

const listing = (travels: Method) =>
  async function* list(...args: readonly unknown[]): AsyncGenerator<unknown> {
    yield* (await travels(...args)) as readonly unknown[];
  };

const NAMES = ['customerId', 'repository', 'id'] as const;

const keyOf = ([first]: readonly unknown[]): string => {
  if (typeof first === 'string') return first;
  const named = Object(first) as Readonly<Record<string, unknown>>;
  const found = NAMES.map((name) => named[name]).find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : '';
};
