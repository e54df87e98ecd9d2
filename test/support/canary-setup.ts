import { ClientRequest, ServerResponse } from 'node:http';
import { afterEach, expect } from 'vitest';
import { observer } from '../../simulation/stores/memory-table.ts';
import { addSecret, rememberError, takeLeaks, watch, watchItem } from './canaries.ts';

/**
 * Runs before each test file. Whatever a test makes the product print, throw, store or send is searched
 * for secrets, and a test during which one turns up fails. What is recorded by `recordings.ts` is
 * watched there; here is what no test has in its hands.
 */
afterEach(() => {
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

type Write = typeof process.stdout.write;

/**
 * What the functions print, whoever takes it: tests spy on `process.stdout` and the local system diverts
 * it, so that it is seen before it gets to either.
 */
const observeLines = (): void => {
  const seen = new WeakMap<Write, Write>();
  const observed = (write: Write): Write => {
    const known = seen.get(write);
    if (known !== undefined) return known;
    const observing = ((...args: Parameters<Write>) => {
      if (typeof args[0] === 'string') watch('log', 'standard output', args[0]);
      return Reflect.apply(write, stdout, args);
    }) as Write;
    seen.set(write, observing).set(observing, observing);
    return observing;
  };
  const stdout = new Proxy(process.stdout, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return name === 'write' ? observed(value as Write) : value;
    },
  });
  Object.defineProperty(process, 'stdout', { value: stdout, configurable: true });
};

/** What the adapters send, in the services' own protocol, whoever answers; and what secrets that brings. */
const observeRequests = (): void => {
  const { end } = ClientRequest.prototype;
  ClientRequest.prototype.end = function observed(this: ClientRequest, ...args: unknown[]) {
    watchRequest(String(this.getHeader('x-amz-target') ?? ''), args[0]);
    return Reflect.apply(end, this, args);
  };
  const answer = ServerResponse.prototype.end;
  ServerResponse.prototype.end = function observed(this: ServerResponse, ...args: unknown[]) {
    if (this.req.headers['x-amz-target'] === 'secretsmanager.GetSecretValue') learnSecret(args[0]);
    return Reflect.apply(answer, this, args);
  };
};

const watchRequest = (target: string, body: unknown): void => {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString() : body;
  if (target === '' || typeof text !== 'string') return;
  if (target === 'DynamoDB_20120810.PutItem') watchItem(keyIn(text), text);
  else if (target.startsWith('DynamoDB')) watch('table', target, text);
  else if (target === 'secretsmanager.CreateSecret') learnSecret(text);
  else if (/^(?:AmazonSQS|AmazonEC2ContainerRegistry)/.test(target)) watch('message', target, text);
};

/** A secret of the stand-in has no form of its own, and may be two in one. */
const learnSecret = (body: unknown): void => {
  if (typeof body !== 'string') return;
  const { SecretString: secret = '' } = JSON.parse(body) as { readonly SecretString?: string };
  addSecret(secret);
  for (const [, part = ''] of secret.matchAll(/"(?:current|previous)":"([^"]+)"/g)) addSecret(part);
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
    rememberError(error, args[0]);
    return error;
  };
  const apply = (target: ErrorConstructor, _self: unknown, args: unknown[]): Error =>
    construct(target, args, target);
  const observed: ErrorConstructor = new Proxy(Error, { construct, apply });
  Error.prototype.constructor = observed;
  globalThis.Error = observed;
};

observe();
