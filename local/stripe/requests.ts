import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  badParameter,
  expiredKey,
  forbidden,
  noKey,
  rateLimited,
  type StripeFailure,
  withStatus,
  wrongKey,
} from './errors.ts';
import { API_VERSION } from './events.ts';
import type { Fault, StripeFaults } from './faults.ts';
import { type Route, refuseVersion, routeOf } from './routes.ts';
import type { StripeState } from './state.ts';

type Parts = {
  readonly state: StripeState;
  readonly now: () => number;
  readonly key: string;
  readonly faults: StripeFaults;
  readonly tick: () => void;
  readonly counts: Map<string, number>;
};

/** One request from its headers to its answer: counted, perhaps spoilt, checked, routed. */
export const requestListener = (parts: Parts) => {
  let requests = 0;
  return (request: IncomingMessage, response: ServerResponse): void => {
    requests += 1;
    response.setHeader('Request-Id', `req_${String(requests).padStart(14, '0')}`);
    response.setHeader('Stripe-Version', API_VERSION);
    parts.tick();
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = routeOf(url.pathname);
    const name = 'kind' in route ? 'unknown' : route.name;
    parts.counts.set(name, (parts.counts.get(name) ?? 0) + 1);
    answerTo(parts, response, { request, url, route, fault: parts.faults.take(name) });
  };
};

const answerTo = (parts: Parts, response: ServerResponse, asked: Asked): void => {
  switch (asked.fault?.kind) {
    case 'timeout':
      return;
    case 'reset':
      response.destroy();
      return;
    case 'body':
      response.writeHead(200, JSON_TYPE).end(asked.fault.text);
      return;
    default:
      respond(response, answerOf(parts, asked));
  }
};

const JSON_TYPE = { 'content-type': 'application/json' };

type Asked = {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly route: Route | StripeFailure;
  readonly fault: Fault | undefined;
};

const answerOf = (parts: Parts, asked: Asked): ReturnType<Route['answer']> => {
  const { request, url, route, fault } = asked;
  const refused = refuse(parts, asked);
  if (refused !== undefined) return refused;
  if ('kind' in route) return route;
  if (parts.faults.isOverRate(route.name)) return rateLimited('endpoint-rate');
  const given = request.headers['stripe-version'];
  const version = refuseVersion(Array.isArray(given) ? given[0] : given, API_VERSION);
  if (version !== undefined) return version;
  const isPaging = fault?.kind === 'emptyPage' || fault?.kind === 'brokenPaging';
  if (isPaging && route.name.endsWith(':id')) {
    return badParameter('fault', `${fault.kind} was asked for, and ${route.name} is not a list`);
  }
  const state = fault?.kind === 'staleRead' ? fault.state : parts.state;
  return route.answer(state, url.searchParams, { now: parts.now(), fault });
};

const refuse = (
  { key, faults }: Parts,
  { request, route, fault }: Asked,
): StripeFailure | undefined => {
  if (fault?.kind === 'status') return retryable(withStatus(fault.status), fault.shouldRetry);
  if (fault?.kind === 'rate_limited')
    return retryable(rateLimited(fault.reason), fault.shouldRetry);
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) return noKey();
  if (given !== key) return wrongKey(given);
  if (faults.isRevoked()) return expiredKey(given);
  if (request.method !== 'GET') return forbidden(given, 'this key only reads');
  if ('kind' in route || !faults.isForbidden(route.resource)) return undefined;
  return forbidden(given, `${route.resource} cannot be read with it`);
};

const retryable = (failure: StripeFailure, shouldRetry: boolean | undefined): StripeFailure => ({
  ...failure,
  headers: {
    ...failure.headers,
    ...(shouldRetry === undefined ? {} : { 'Stripe-Should-Retry': String(shouldRetry) }),
  },
});

const respond = (response: ServerResponse, answer: ReturnType<Route['answer']>): void => {
  if (answer.kind === 'answer') {
    response.writeHead(200, JSON_TYPE).end(JSON.stringify(answer.object));
    return;
  }
  response
    .writeHead(answer.status, { ...JSON_TYPE, ...answer.headers })
    .end(JSON.stringify({ error: answer.error }));
};
