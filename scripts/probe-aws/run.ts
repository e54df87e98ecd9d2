import type { EpochSeconds } from '../../functions/core/time.ts';
import { errorText } from './attempt.ts';
import { type Clients, closeClients, openClients } from './clients.ts';
import { type Made, maker } from './maker.ts';
import type { Finding, Probe } from './probe.ts';
import type { Account, World } from './world.ts';

/** `failed`: the probe could not be carried out, so that nothing was learnt. */
export type Result = Finding & {
  readonly probe: Probe;
  readonly how: 'tried' | 'failed' | 'not asked';
  readonly seconds: number;
};

export type Time = {
  readonly now: () => EpochSeconds;
  readonly elapsedMilliseconds: () => number;
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>;
};

type Run = {
  readonly runId: string;
  readonly account: Account;
  readonly deadAccount: string;
  readonly time: Time;
  readonly note: (made: Made) => void;
  /** Throws once the run has made as many calls as it may. */
  readonly countCall: () => void;
  readonly stop: AbortSignal;
};

/** One probe after the other: two at once would blur what each of them measures. */
export const runProbe = async (run: Run, probe: Probe): Promise<Result> => {
  const startedAt = run.time.elapsedMilliseconds();
  const signal = AbortSignal.any([run.stop, AbortSignal.timeout(probe.secondsMax * 1_000)]);
  const clients = openClients({
    region: run.account.region,
    runId: run.runId,
    beforeCall: () => {
      signal.throwIfAborted();
      run.countCall();
    },
  });
  const finish = (how: Result['how'], finding: Finding): Result => ({
    ...finding,
    probe,
    how,
    seconds: Math.round((run.time.elapsedMilliseconds() - startedAt) / 1_000),
  });
  try {
    return finish('tried', await probe.run(worldOf(run, clients, signal)));
  } catch (error) {
    return finish('failed', { outcome: 'not settled', observed: failureText(error, signal) });
  } finally {
    closeClients(clients);
  }
};

const failureText = (error: unknown, signal: AbortSignal): string =>
  signal.aborted
    ? `it was stopped: ${errorText(signal.reason)}`
    : `it could not be carried out: ${errorText(error)}`;

const worldOf = (run: Run, clients: Clients, signal: AbortSignal): World => {
  const wait = (seconds: number): Promise<void> => run.time.sleep(seconds, signal);
  return {
    account: run.account,
    deadAccount: run.deadAccount,
    clients,
    make: maker({ clients, runId: run.runId, note: run.note, wait }),
    now: run.time.now,
    elapsedMilliseconds: run.time.elapsedMilliseconds,
    wait,
    fetch,
    signal,
  };
};

export const notAsked = (probe: Probe): Result => ({
  outcome: 'not settled',
  observed: `not asked for: --${probe.needs === 'iam' ? 'with-iam' : probe.needs}`,
  probe,
  how: 'not asked',
  seconds: 0,
});
