import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type StripeCall = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
};

/** A status and a body (JSON unless it is a text), or something to do with the connection itself. */
export type StripeAnswer =
  | { readonly status: number; readonly body: unknown; readonly headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

/** An HTTP server on loopback that answers what the test says, and keeps the calls. It imitates nothing. */
export const stripeServer = async (answer: (call: StripeCall) => StripeAnswer) => {
  const calls: StripeCall[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stripe.example');
    const call = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
    };
    calls.push(call);
    const given = answer(call);
    if (typeof given === 'function') return given(response);
    const { status, body, headers = {} } = given;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    apiBase: `http://127.0.0.1:${port}`,
    calls,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

export const list = (data: readonly unknown[], hasMore = false) => ({
  object: 'list',
  data,
  has_more: hasMore,
});

/** The page of a list that Stripe would send: after `starting_after`, at most `limit`. */
export const pageOf = (items: readonly { readonly id: string }[], query: URLSearchParams) => {
  const after = query.get('starting_after');
  const from = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1;
  const until = from + Number(query.get('limit') ?? 10);
  return list(items.slice(from, until), until < items.length);
};

export const stripeError = (status: number, code?: string): StripeAnswer => ({
  status,
  headers: { 'request-id': 'req_1' },
  body: { error: { type: 'api_error', message: 'a message about canary@customer.example', code } },
});
