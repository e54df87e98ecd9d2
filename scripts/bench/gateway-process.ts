import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalog } from '../../functions/core/catalog.ts';
import { bundle } from '../bundle.ts';

export type GatewayProcess = { readonly url: string; readonly pid: number; close(): Promise<void> };

/** The gateway as it is deployed, in a process of its own, with the environment of this one. */
export const startGatewayProcess = async (
  folder: string,
  catalog: Catalog,
  env: Readonly<Record<string, string>>,
): Promise<GatewayProcess> => {
  const outfile = join(folder, 'gateway.mjs');
  const entry = fileURLToPath(new URL('../../functions/gateway.ts', import.meta.url));
  await bundle(entry, outfile, catalog);
  const child = fork(
    fileURLToPath(new URL('../../test/support/gateway-process.ts', import.meta.url)),
    [outfile],
    {
      execArgv: ['--no-warnings', '--import', 'tsx'],
      env: { ...process.env, ...env },
      // What a function logs goes to CloudWatch, which takes it from a pipe as well.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const ended = once(child, 'close');
  const [url] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`the gateway's process ended with ${code}`);
    }),
  ]);
  return {
    url: String(url),
    pid: child.pid ?? 0,
    close: async () => {
      child.kill();
      await ended;
    },
  };
};
