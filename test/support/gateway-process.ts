import { pathToFileURL } from 'node:url';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { startFunctionUrl } from '../../local/lambda/function-url.ts';

/** Started by the bench: the gateway's bundle behind a Function URL, in a process whose time can be told apart. */
const [bundlePath = ''] = process.argv.slice(2);
const { handler } = (await import(pathToFileURL(bundlePath).href)) as {
  readonly handler: (event: LambdaFunctionURLEvent) => Promise<unknown>;
};
const { url } = await startFunctionUrl({
  functionName: 'gateway',
  handler,
  now: () => Math.floor(Date.now() / 1_000),
  report: (message, error) => process.stderr.write(`${message}: ${String(error)}\n`),
});
process.send?.(url);
