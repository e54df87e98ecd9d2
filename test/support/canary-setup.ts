import { ClientRequest } from 'node:http';
import { afterEach, expect } from 'vitest';
import { observer } from '../../simulation/stores/memory-table.ts';
import { addSecret, printed, secretsIn, takeLeaks, watch, watchItem } from './canaries.ts';

/**
 * Runs before each test file. Whatever a test makes the product print, throw, store or send is searched
 * for secrets, and a test during which one turns up fails. What is recorded by `recordings.ts` is
 * watched there; here is what no test has in its hands.
 */
afterEach(() => {
  checkErrors();
  expect(takeLeaks(), 'secrets where nobody may see them').toEqual([]);
});

observer.onPut = watchItem;

/** Files of one worker may share its globals: what they have is observed once. */
const OBSERVED = Symbol.for('wharfage.observed');

const observe = (): void => {
  if (Reflect.has(globalThis, OBSERVED)) return;
  Reflect.set(globalThis, OBSERVED, true);
  observeLines();
  observeRequests();
  observeErrors();
};

/**
 * A line of a function is JSON with its stage in it. Seen here, before it is printed, since tests take
 * `process.stdout` apart; and so are the stand-in's secrets, which have no form of their own.
 */
const observeLines = (): void => {
  JSON.stringify = ((...args: Parameters<typeof JSON.stringify>) => {
    const text = printed(...args);
    if (typeof text !== 'string') return text;
    if (text.includes('"Stage":"')) watch('log', 'a line of a function', text);
    if (text.includes('"SecretString":"')) learnSecret(text);
    return text;
  }) as typeof JSON.stringify;
};

const learnSecret = (text: string): void => {
  const { SecretString: secret } = JSON.parse(text) as { readonly SecretString?: string };
  if (secret === undefined) return;
  addSecret(secret);
  for (const [, part = ''] of secret.matchAll(/"(?:current|previous)":"([^"]+)"/g)) addSecret(part);
};

/** What the adapters send, in the services' own protocol, whoever answers. Secrets Manager keeps secrets. */
const observeRequests = (): void => {
  const { end } = ClientRequest.prototype;
  ClientRequest.prototype.end = function observed(this: ClientRequest, ...args: unknown[]) {
    const target = String(this.getHeader('x-amz-target') ?? '');
    const [body] = args;
    if (typeof body === 'string' || body instanceof Uint8Array) {
      watchRequest(target, Buffer.from(body).toString());
    }
    return Reflect.apply(end, this, args);
  };
};

const watchRequest = (target: string, body: string): void => {
  if (target === 'DynamoDB_20120810.PutItem') watchItem(keyIn(body), body);
  else if (target.startsWith('DynamoDB')) watch('table', target, body);
  else if (/^(?:AmazonSQS|AmazonEC2ContainerRegistry)/.test(target)) watch('message', target, body);
};

const keyIn = (body: string): string => {
  const { Item: { pk, sk } = {} } = JSON.parse(body) as {
    readonly Item?: { readonly pk?: { readonly S: string }; readonly sk?: { readonly S: string } };
  };
  return `${pk?.S} ${sk?.S}`;
};

/**
 * Every `new Error` is remembered until its test ends, by when it has the fields and causes that it
 * gets. The head of a stack is the message that an error was made with; the rest names code.
 */
const observeErrors = (): void => {
  const construct = (target: ErrorConstructor, args: unknown[], newTarget: unknown): Error => {
    const error: Error = Reflect.construct(target, args, newTarget as ErrorConstructor);
    // Or every stack would begin here.
    Error.captureStackTrace(error, construct);
    remember(error, args[0]);
    return error;
  };
  const apply = (target: ErrorConstructor, _self: unknown, args: unknown[]): Error =>
    construct(target, args, target);
  const observed: ErrorConstructor = new Proxy(Error, { construct, apply });
  Error.prototype.constructor = observed;
  globalThis.Error = observed;
};

const ERRORS_MAX = 1_000;

type Made = readonly [error: Error, message: unknown];
const WAITING = Symbol.for('wharfage.errors');
const shared = globalThis as { [WAITING]?: Made[] };
const waiting: Made[] = shared[WAITING] ?? [];
shared[WAITING] = waiting;

const remember = (error: Error, message: unknown): void => {
  waiting.push([error, message]);
  if (waiting.length >= ERRORS_MAX) checkErrors();
};

const checkErrors = (): void => {
  for (const [error, message] of waiting.splice(0)) {
    const text = `${String(message)}\n${textOf(error)}`;
    const place = secretsIn(text).length === 0 ? '' : placeOf(error);
    if (place !== '') watch('error', place, text);
  }
};

/** Which line of ours made an error. A library, or a test that injects a fault, may put into its own what it likes. */
const placeOf = ({ stack = '' }: Error): string => {
  const frame = stack.split('\n').find((line) => /^ {4}at .*\//.test(line)) ?? '';
  return frame.includes('node_modules')
    ? ''
    : (/\/(?:bin|functions|lib)\/[^\s)]+/.exec(frame)?.[0] ?? '');
};

const CAUSES_MAX = 5;
const DEPTH_MAX = 4;
const FIELDS_MAX = 100;

/**
 * Thrown and caught inside the adapter, which takes from its cause only what may be said: the SDK's
 * errors quote what Stripe answered.
 */
const CAUGHT = 'StripeUnreadable';

/** Message, enumerable fields and the chain of causes. */
const textOf = (error: unknown, causes = 0): string => {
  if (!(error instanceof Error)) return textsIn(error, 0).join('\n');
  const { name, message, cause } = error;
  const texts = [message, ...textsIn({ ...error }, 0)];
  return cause === undefined || name === CAUGHT || causes >= CAUSES_MAX
    ? texts.join('\n')
    : `${texts.join('\n')}\n${textOf(cause, causes + 1)}`;
};

const textsIn = (value: unknown, depth: number): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth >= DEPTH_MAX) return [];
  return Object.values(value)
    .slice(0, FIELDS_MAX)
    .flatMap((each) => textsIn(each, depth + 1));
};

observe();
