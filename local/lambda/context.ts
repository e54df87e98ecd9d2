import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';

/** The part of Lambda's context that a handler here may rely on. */
export type LambdaContext = Pick<
  Context,
  'functionName' | 'awsRequestId' | 'getRemainingTimeInMillis'
>;

/** No time-out is enforced: a handler always has what a fresh invocation would have. */
const TIMEOUT_MILLISECONDS = 30_000;

export const contextFor = (functionName: string): LambdaContext => ({
  functionName,
  awsRequestId: randomUUID(),
  getRemainingTimeInMillis: () => TIMEOUT_MILLISECONDS,
});

/** What Lambda does to every event and result: only what JSON can carry arrives. */
export const throughJson = <Value>(value: Value): Value =>
  value === undefined ? value : JSON.parse(JSON.stringify(value));
