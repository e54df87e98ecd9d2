import { parseCatalog } from '../../functions/core/parse-catalog.ts';
import type { RealStripe } from '../../local/far-ends.ts';
import { localApp } from '../../local/http/app.ts';
import { localStores } from '../../local/stores.ts';
import { type System, startSystem } from '../../local/system.ts';
import type { CustomerView, View } from '../../local/view.ts';

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

export type LocalPage = {
  readonly system: System;
  /** As a program that is no browser would ask; headers given here win. */
  ask(method: string, path: string, options?: Ask): Promise<Response>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Does it and waits until everything that follows at once has happened. */
  act(body: Record<string, unknown>): Promise<string>;
  move(body: Record<string, unknown>): Promise<void>;
  idle(): Promise<void>;
  state(customerId?: string): Promise<View>;
  customer(customerId: string): Promise<Both>;
  close(): Promise<void>;
};

type Both = {
  readonly stripe: NonNullable<CustomerView['stripe']>;
  readonly wharfage: NonNullable<CustomerView['wharfage']>;
};

type Ask = { readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

export const LOCAL_CATALOG = {
  offers: {
    starter: { products: ['prod_starter'], repositories: ['acme/app'], awsAccounts: 'none' },
    pro: {
      products: ['prod_pro'],
      repositories: ['acme/app', 'acme/agent'],
      awsAccounts: 'pull',
    },
  },
};

const ORIGIN = 'http://127.0.0.1:4242';
const LOCAL_KEY = 'the-key-in-local-json';

/** The whole local system in memory, and its HTTP interface without a port. One in a test file. */
export const startLocalPage = async (realStripe?: RealStripe): Promise<LocalPage> => {
  const parsed = parseCatalog(LOCAL_CATALOG);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('\n'));
  const failures: string[] = [];
  const report = (message: string, error: unknown): void => {
    failures.push(`${message}: ${String(error)}`);
  };
  const system = await startSystem({
    catalog: parsed.catalog,
    report,
    ...(realStripe === undefined ? {} : { realStripe }),
  });
  const stores = localStores(system.farEnds.table);
  const app = localApp({ system, stores, key: LOCAL_KEY, report });
  const ask: LocalPage['ask'] = async (method, path, { body, headers } = {}) =>
    app.fetch(
      new Request(`${ORIGIN}${path}`, {
        method,
        headers: { host: '127.0.0.1:4242', 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    );
  const post: LocalPage['post'] = async (path, body) => {
    const response = await ask('POST', path, { body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const succeed = async (path: string, body: unknown): Promise<Answer['body']> => {
    const answer = await post(path, body);
    if (answer.status === 200) return answer.body;
    throw new Error(`${path} answered ${answer.status}: ${String(answer.body.error)}`);
  };
  const state: LocalPage['state'] = async (customerId) => {
    const query = customerId === undefined ? '' : `?customer=${customerId}`;
    return (await (await ask('GET', `/api/state${query}`)).json()) as View;
  };
  return {
    system,
    ask,
    post,
    state,
    act: async (body) => {
      const { id } = await succeed('/api/acts', body);
      await system.settle();
      return String(id);
    },
    move: async (body) => {
      await succeed('/api/clock', body);
      await app.idle();
    },
    idle: app.idle,
    customer: async (customerId) => {
      const { customer } = await state(customerId);
      if (customer?.stripe && customer.wharfage) {
        return { stripe: customer.stripe, wharfage: customer.wharfage };
      }
      throw new Error(`${customerId} is not on both sides: ${JSON.stringify(customer)}`);
    },
    close: async () => {
      stores.close();
      await system.close();
      if (failures.length > 0) throw new Error(failures.join('\n'));
    },
  };
};
