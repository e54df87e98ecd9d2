import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CatalogParse, parseCatalog } from '../functions/core/parse-catalog.ts';
import { deploymentFile } from './deployment-file.ts';
import { lockFolder } from './folder-lock.ts';
import { localApp } from './http/app.ts';
import { type PageServer, startPageServer } from './http/listen.ts';
import { forgetState } from './kept-state.ts';
import type { StartOptions } from './start-options.ts';
import { localStores } from './stores.ts';
import { startSystem } from './system.ts';

export type Running = {
  readonly pageUrl: string;
  readonly webhookUrl: string;
  readonly registryUrl: string;
  /** Saves everything and ends. */
  close(): Promise<void>;
};

export type RunOutcome =
  | { readonly kind: 'running'; readonly running: Running }
  /** Sentences for whoever started it. */
  | { readonly kind: 'refused'; readonly sentences: readonly string[] };

type Options = StartOptions & {
  /** Where everything is kept. */
  readonly folder: string;
  readonly catalog: unknown;
  readonly report: (message: string, error: unknown) => void;
};

/** The local system with its page. The port of the page is taken before anything that is kept is touched. */
export const run = async (options: Options): Promise<RunOutcome> => {
  const parsed = parseCatalog(options.catalog);
  if (parsed.kind === 'invalid') {
    return { kind: 'refused', sentences: ['bin/catalog.ts is not valid:', ...parsed.problems] };
  }
  try {
    return await runIn(options, parsed.catalog);
  } catch (error) {
    const sentence = takenPortSentence(error, options);
    if (sentence === undefined) throw error;
    return { kind: 'refused', sentences: [sentence] };
  }
};

const runIn = async (options: Options, catalog: ParsedCatalog): Promise<RunOutcome> => {
  const page = await startPageServer(options.port);
  try {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(join(options.folder, LOCK_FILE));
    if (lock.kind === 'taken') {
      await page.close();
      return {
        kind: 'refused',
        sentences: [
          `${options.folder} is in use by process ${lock.pid}, perhaps another npm start: end that one, or delete ${LOCK_FILE} there if it is something else`,
        ],
      };
    }
    const running = await orElse(() => open(options, catalog, page), lock.release);
    const close = async (): Promise<void> => {
      await running.close();
      await lock.release();
    };
    return { kind: 'running', running: { ...running, close } };
  } catch (error) {
    await page.close();
    throw error;
  }
};

/** What was taken before a failure is given back. */
const orElse = async <Result>(
  act: () => Promise<Result>,
  giveBack: () => Promise<void>,
): Promise<Result> => {
  try {
    return await act();
  } catch (error) {
    await giveBack();
    throw error;
  }
};

type ParsedCatalog = Extract<CatalogParse, { kind: 'catalog' }>['catalog'];

const LOCK_FILE = 'running.pid';

/** Stripe's real customers and the stand-in's never meet in one table. */
const PART_OF_MODE = { standIn: 'stand-in', testMode: 'stripe-test-mode' };

const open = async (
  { folder, reset, realStripe, webhookPort, registryPort, report }: Options,
  catalog: ParsedCatalog,
  page: PageServer,
): Promise<Running> => {
  if (reset) await forgetState(folder, LOCK_FILE);
  const part = realStripe === undefined ? PART_OF_MODE.standIn : PART_OF_MODE.testMode;
  const system = await startSystem({
    catalog,
    directory: join(folder, part),
    logPath: join(folder, 'functions.log'),
    webhookPort,
    registryPort,
    renewalUrl: page.url,
    report,
    ...(realStripe === undefined ? {} : { realStripe }),
  });
  const key = randomBytes(32).toString('hex');
  const file = deploymentFile(join(folder, 'local.json'), system, { url: page.url, key });
  await file.write();
  const stores = localStores(system.farEnds.table);
  const app = localApp({
    system: {
      ...system,
      moveClock: async (seconds, onStep) => {
        await system.moveClock(seconds, onStep);
        await file.write();
      },
    },
    stores,
    key,
    report,
  });
  page.serve(app.fetch);
  return {
    pageUrl: page.url,
    webhookUrl: system.lambdas.webhook.url,
    registryUrl: system.registry.origin,
    close: async () => {
      await page.close();
      await app.idle();
      await file.remove();
      stores.close();
      await system.close();
    },
  };
};

const CAUSES_MAX = 5;

const takenPortSentence = (
  error: unknown,
  { port, webhookPort, registryPort }: StartOptions,
): string | undefined => {
  const taken = takenPort(error);
  if (taken === undefined) return undefined;
  const flags = [
    [port, '--port'],
    [webhookPort, '--webhook-port'],
    [registryPort, '--registry-port'],
  ] as const;
  const [, flag] = flags.find(([each]) => each === taken) ?? flags[0];
  return `Port ${taken} is taken by another program, perhaps another npm start: end that one, or choose a free port with npm start -- ${flag} ${taken + 10}`;
};

/** Node's own error is somewhere down the chain of causes. */
const takenPort = (error: unknown, depth = 0): number | undefined => {
  if (!(error instanceof Error) || depth > CAUSES_MAX) return undefined;
  return 'code' in error && error.code === 'EADDRINUSE' && 'port' in error
    ? Number(error.port)
    : takenPort(error.cause, depth + 1);
};
