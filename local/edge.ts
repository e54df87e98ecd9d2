/**
 * CloudFront's two functions, run as they are deployed, in a context of their own. What is imitated, and where that
 * is known from (AWS: "CloudFront Functions event structure", "Restrictions on all edge functions", runtime 2.0):
 * - the event: version, context, viewer, request, response; header names in lower case, one field a name, `multiValue`
 *   only where a header came more than once, its first value repeated in `value` [V]; cookies apart from headers [V]
 * - headers that are never shown to a function and that it may not add (Connection, X-Amz-Cf-*, X-Edge-*, …), and
 *   those that it may read and not add, change or remove (request: Host, Via, Content-Length, …; response: Warning,
 *   Via): a 502 [V]
 * - `method` cannot be changed [V]; a uri begins with a slash and stays below 8,192 characters [V]
 * - a function of more than 10 kB is not accepted [V]; no import, require, fetch, timer, process or eval [V]
 * - the viewer-response function is not run when the origin answered 400 or above [V], and neither on an answer that
 *   the viewer-request function gave [I]; without `body` in its answer the origin's body stays [V]
 * - a function that throws, or takes too long: 503 [V for the status; a second here, where CloudFront measures a share
 *   of processor time that it does not publish]
 * Not imitated: which syntax the runtime knows (test/lib/edge-functions.test.ts checks that), the 2 MB of memory,
 * query string parameters as objects (ours read none: the event's `querystring` is empty and the wire's stays),
 * cookies (likewise), key value stores, logs.
 */
import { randomUUID } from 'node:crypto';
import { type Context, createContext, Script } from 'node:vm';
import { type EdgeFunctionName, edgeFunction } from '../lib/edge/edge-function.ts';

type EdgeValue = {
  readonly value: string;
  readonly multiValue?: readonly { readonly value: string }[];
};
/** As CloudFront hands them to a function: names in lower case. */
export type EdgeHeaders = Readonly<Record<string, EdgeValue>>;

export type EdgeRequest = {
  readonly method: string;
  /** The path as it was sent, without the query string. */
  readonly uri: string;
  readonly headers: EdgeHeaders;
};
export type EdgeResponse = {
  readonly statusCode: number;
  readonly statusDescription?: string;
  readonly headers: EdgeHeaders;
  /** Only where a function has set one. */
  readonly body?: Uint8Array;
};

/** What became of a request at the edge. */
type EdgeOutcome =
  | { readonly kind: 'forward'; readonly request: EdgeRequest }
  | { readonly kind: 'answer'; readonly response: EdgeResponse };

export type Edge = {
  viewerRequest(request: EdgeRequest): EdgeOutcome;
  /** `request` is what the client sent. The origin's body stays unless the answer has one. */
  viewerResponse(request: EdgeRequest, response: EdgeResponse): EdgeResponse;
};

/** CloudFront would answer so instead: the function failed, or did what a function may not. */
export class EdgeFailure extends Error {
  readonly status: 502 | 503;
  constructor(message: string, options: ErrorOptions & { readonly status: 502 | 503 }) {
    super(message, options);
    this.name = 'EdgeFailure';
    this.status = options.status;
  }
}

/** Generous: this machine may be busy with other things. */
const RUN_MS_MAX = 1_000;
const URI_LENGTH_MAX = 8_192;

/** Throws `EdgeFailure` where CloudFront would answer 502 or 503 by itself. */
export const edge = (origin: string, codeOf = edgeFunction): Edge => {
  const host = origin.replace(/^https?:\/\//, '');
  const onRequest = runner('viewer-request', codeOf('viewer-request', origin));
  const onResponse = runner('viewer-response', codeOf('viewer-response', origin));
  return {
    viewerRequest: (request) => {
      const event = eventOf('viewer-request', host, { request: shownRequest(request) });
      const result = onRequest(event);
      if (isObject(result) && 'statusCode' in result) {
        return { kind: 'answer', response: responseOf(result, {}) };
      }
      return { kind: 'forward', request: requestOf(result, request) };
    },
    viewerResponse: (request, response) => {
      if (response.statusCode >= 400) return response;
      const { statusCode, statusDescription = '', headers } = response;
      const shown = { statusCode, statusDescription, headers: visible(headers), cookies: {} };
      const event = eventOf('viewer-response', host, {
        request: shownRequest(request),
        response: shown,
      });
      const changed = responseOf(onResponse(event), headers);
      return { ...changed, headers: { ...hidden(headers), ...changed.headers } };
    },
  };
};

/** Headers of the wire, in their order, as the event has them. */
export const toEdgeHeaders = (
  wire: Iterable<readonly [name: string, value: string]>,
): EdgeHeaders => {
  const values = new Map<string, string[]>();
  for (const [name, value] of wire) {
    const key = name.toLowerCase();
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return Object.fromEntries(
    [...values].map(([name, all]) => [
      name,
      {
        value: all[0] ?? '',
        ...(all.length > 1 ? { multiValue: all.map((value) => ({ value })) } : {}),
      },
    ]),
  );
};

/** And back; a header that came more than once is several pairs again. */
export const fromEdgeHeaders = (
  headers: EdgeHeaders,
): readonly (readonly [name: string, value: string])[] =>
  Object.entries(headers).flatMap(([name, { value, multiValue }]) =>
    (multiValue ?? [{ value }]).map((one) => [name, one.value] as const),
  );

/** The code is loaded once. CloudFront may do that for each request: nothing may rely on either. */
const runner = (name: EdgeFunctionName, code: string): ((event: unknown) => unknown) => {
  const context: Context = createContext(
    { input: '' },
    { codeGeneration: { strings: false, wasm: false } },
  );
  new Script(code, { filename: `${name}.js` }).runInContext(context);
  const call = new Script('JSON.stringify(handler(JSON.parse(input)))');
  return (event) => {
    try {
      // Through text, so that nothing of ours can be reached or changed from within.
      context.input = JSON.stringify(event);
      return JSON.parse(String(call.runInContext(context, { timeout: RUN_MS_MAX })));
    } catch (cause) {
      throw new EdgeFailure(`the function ${name} failed`, { status: 503, cause });
    }
  };
};

const eventOf = (
  eventType: EdgeFunctionName,
  distributionDomainName: string,
  what: Readonly<Record<string, unknown>>,
): unknown => ({
  version: '1.0',
  context: { distributionDomainName, distributionId: 'LOCAL', eventType, requestId: randomUUID() },
  viewer: { ip: '127.0.0.1' },
  ...what,
});

const shownRequest = ({ method, uri, headers }: EdgeRequest) => ({
  method,
  uri,
  querystring: {},
  headers: visible(headers),
  cookies: {},
});

const DISALLOWED =
  /^(?:connection|expect|keep-alive|proxy-(?:authenticate|authorization|connection)|trailer|upgrade|x-accel-(?:buffering|charset|limit-rate|redirect)|x-amz-cf-.*|x-amzn-(?:auth|cf-billing|cf-id|cf-xff|errortype|fle-profile|header-count|header-order|lambda-integration-tag|requestid)|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip)$/;
const READ_ONLY_IN_REQUEST = ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via'];
const READ_ONLY_IN_RESPONSE = ['warning', 'via'];

/** Cookies have a field of their own, which ours do not read. */
const isShown = (name: string): boolean =>
  !DISALLOWED.test(name) && name !== 'cookie' && name !== 'set-cookie';
const visible = (headers: EdgeHeaders): EdgeHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => isShown(name)));
const hidden = (headers: EdgeHeaders): EdgeHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !isShown(name)));

const requestOf = (result: unknown, before: EdgeRequest): EdgeRequest => {
  if (!isObject(result)) throw refused('the function answered neither a request nor a response');
  const { method, uri } = result;
  if (method !== before.method) throw refused('the function changed the method');
  if (typeof uri !== 'string' || !uri.startsWith('/') || uri.length >= URI_LENGTH_MAX) {
    throw refused('the function made a uri that CloudFront does not take');
  }
  const headers = checkedHeaders(result.headers, before.headers, READ_ONLY_IN_REQUEST);
  return { method: before.method, uri, headers: { ...hidden(before.headers), ...headers } };
};

const responseOf = (result: unknown, before: EdgeHeaders): EdgeResponse => {
  if (!isObject(result)) throw refused('the function answered no response');
  const { statusCode, statusDescription, headers, body } = result;
  if (!Number.isInteger(statusCode) || Number(statusCode) < 200 || Number(statusCode) > 599) {
    throw refused(`the function made the status ${JSON.stringify(statusCode)}`);
  }
  return {
    statusCode: Number(statusCode),
    ...(typeof statusDescription === 'string' ? { statusDescription } : {}),
    headers: checkedHeaders(headers ?? {}, before, READ_ONLY_IN_RESPONSE),
    ...(body === undefined ? {} : { body: bytesOf(body) }),
  };
};

const checkedHeaders = (
  after: unknown,
  before: EdgeHeaders,
  readOnly: readonly string[],
): EdgeHeaders => {
  if (!isObject(after)) throw refused('the function answered without headers');
  for (const [name, field] of Object.entries(after)) {
    if (!isShown(name)) throw refused(`the function added the header ${name}`);
    if (name !== name.toLowerCase() || !isEdgeValue(field)) {
      throw refused(`the function made the header ${name} in a form that CloudFront does not take`);
    }
  }
  for (const name of readOnly) {
    if (JSON.stringify(after[name]) !== JSON.stringify(before[name])) {
      throw refused(`the function changed the header ${name}`);
    }
  }
  return after as EdgeHeaders;
};

const isEdgeValue = (field: unknown): field is EdgeValue =>
  isObject(field) && typeof field.value === 'string' && !/[\r\n]/.test(field.value);

const bytesOf = (body: unknown): Uint8Array => {
  if (typeof body === 'string') return Buffer.from(body);
  if (isObject(body) && typeof body.data === 'string') {
    if (body.encoding === 'text') return Buffer.from(body.data);
    if (body.encoding === 'base64') return Buffer.from(body.data, 'base64');
  }
  throw refused('the function made a body in a form that CloudFront does not take');
};

const refused = (message: string): EdgeFailure => new EdgeFailure(message, { status: 502 });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
