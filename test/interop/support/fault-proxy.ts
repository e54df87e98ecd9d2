/**
 * Stands between a client and one service, and spoils what goes through it, request by request.
 *
 * Ours, and not Toxiproxy: its toxics work on the bytes of a connection, so it can cut an answer short but
 * cannot say that exactly this write took effect and its answer was thrown away, nor hold a process at the
 * instant between the two, nor draw the fault of each request from a seed. And it would be one more Go
 * program that CI must build.
 */
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as openRequest,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeServer, listenOn } from '../../../local/aws/listen.ts';

export type Call = {
  readonly service: string;
  /** `PutItem` of AWS, `GET /v1/customers/:id` of Stripe. */
  readonly operation: string;
  /** How many of this operation came through here before. */
  readonly index: number;
  readonly body: string;
};

export type Fault =
  | { readonly kind: 'none' }
  /** On its way for so long. It arrives even when the caller has given up meanwhile. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** On its way until somebody lets it go: a packet that everybody has forgotten. */
  | { readonly kind: 'hold'; readonly until: Promise<void> }
  /** The connection breaks before the service has seen anything. */
  | { readonly kind: 'reset' }
  /** It takes effect; the answer is thrown away and the connection breaks. */
  | { readonly kind: 'lose' }
  /** It takes effect and is never answered: the caller's own time-out ends it. */
  | { readonly kind: 'silence' };

/** `drop`: it goes no further, and the connection breaks. */
type Verdict = 'pass' | 'drop';

export type Plan = {
  readonly faultOf: (call: Call) => Fault;
  /** Before the service has seen it. */
  readonly arriving?: (call: Call) => Verdict;
  /** The service has done it, and the caller does not know yet. */
  readonly effected?: (call: Call) => Verdict;
};

export type FaultProxy = {
  readonly url: string;
  /** Requests that have not come to their end. */
  underWay(): number;
  close(): Promise<void>;
};

type Options = {
  readonly service: string;
  /** Where the service is now; nobody is there without it. */
  readonly target: () => string | undefined;
  readonly plan: Plan;
};

export const startFaultProxy = async (options: Options): Promise<FaultProxy> => {
  const agent = new Agent({ keepAlive: true });
  const counts = new Map<string, number>();
  let underWay = 0;
  const server = createServer((request, response) => {
    underWay += 1;
    // Whoever was killed has hung up: that is what this is for.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    carry(options, { request, response, agent, counts })
      .catch(() => cut(response))
      .finally(() => {
        underWay -= 1;
      });
  });
  return {
    url: await listenOn(server, 0),
    underWay: () => underWay,
    close: async () => {
      agent.destroy();
      await closeServer(server);
    },
  };
};

type Passage = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly agent: Agent;
  readonly counts: Map<string, number>;
};

const carry = async (
  { service, target, plan }: Options,
  { request, response, agent, counts }: Passage,
): Promise<void> => {
  const body = Buffer.concat(await request.toArray());
  const operation = operationOf(request);
  const index = counts.get(operation) ?? 0;
  counts.set(operation, index + 1);
  const call: Call = { service, operation, index, body: body.toString() };
  const fault = plan.faultOf(call);
  if (plan.arriving?.(call) === 'drop' || fault.kind === 'reset') return cut(response);
  if (fault.kind === 'delay') await sleep(fault.milliseconds);
  if (fault.kind === 'hold') await fault.until;
  const origin = target();
  if (origin === undefined) return cut(response);
  const answer = await passOn({ request, body, agent, origin, gone: goneOf(call, response) });
  if (plan.effected?.(call) === 'drop' || fault.kind === 'lose') return cut(response);
  if (fault.kind === 'silence') return;
  response.writeHead(answer.status, answer.headers).end(answer.body);
};

/** As a router or a load balancer does it: RST, not a farewell. */
const cut = ({ socket }: ServerResponse): void => {
  socket?.resetAndDestroy();
};

const operationOf = ({ headers, method, url = '/' }: IncomingMessage): string => {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? target;
  const path = new URL(url, 'http://127.0.0.1').pathname;
  return `${method} ${path.replaceAll(/\/[a-z]+_\w+(?=\/|$)/g, (part) => (RESOURCES.test(part) ? part : '/:id'))}`;
};

const RESOURCES = /^\/(invoice_payments|subscription_items)$/;

/**
 * What was passed on is not taken back when the caller hangs up, but for the one call that waits for
 * something to happen: SQS gives no message to a poller that is gone.
 */
const goneOf = ({ operation }: Call, response: ServerResponse): AbortSignal | undefined => {
  if (operation !== 'ReceiveMessage') return undefined;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  return gone.signal;
};

type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

const passOn = ({
  request,
  body,
  agent,
  origin,
  gone,
}: {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly agent: Agent;
  readonly origin: string;
  readonly gone: AbortSignal | undefined;
}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const { connection, 'transfer-encoding': _, ...headers } = request.headers;
    const outgoing = openRequest({
      agent,
      hostname,
      port,
      method: request.method,
      path: request.url,
      headers: { ...headers, 'content-length': body.length },
      ...(gone === undefined ? {} : { signal: gone }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      incoming.toArray().then((chunks) => {
        const { connection: _own, 'transfer-encoding': _coding, ...rest } = incoming.headers;
        const whole = Buffer.concat(chunks);
        resolve({
          status: incoming.statusCode ?? 502,
          headers: { ...rest, 'content-length': String(whole.length) },
          body: whole,
        });
      }, reject);
    });
    outgoing.end(body);
  });
