import { vi } from 'vitest';
import { type Running, type RunOutcome, run } from '../../local/run.ts';
import { LOCAL_CATALOG } from './local-page.ts';

/** The functions read their environment when they are imported: a new start imports them anew. */
export const startRun = (
  folder: string,
  more: Partial<Parameters<typeof run>[0]> = {},
): Promise<RunOutcome> => {
  vi.resetModules();
  return run({
    port: 0,
    webhookPort: 0,
    registryPort: 0,
    reset: false,
    realStripe: undefined,
    folder,
    catalog: LOCAL_CATALOG,
    report: (message, error) => {
      throw new Error(message, { cause: error });
    },
    ...more,
  });
};

export const running = async (...args: Parameters<typeof startRun>): Promise<Running> => {
  const outcome = await startRun(...args);
  if (outcome.kind === 'running') return outcome.running;
  throw new Error(outcome.sentences.join('\n'));
};
