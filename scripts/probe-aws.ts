import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../functions/adapters/clock.ts';
import { runProgram } from './probe-aws/program.ts';

/** The first signal ends the probing and deletes what was made; only a second one ends at once. */
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) {
      console.error(
        'Ended without deleting everything: run again with --cleanup and the run’s id.',
      );
      process.exit(2);
    }
    console.error(`${signal}: no more probes; deleting what was made. Once more ends at once.`);
    stop.abort(new Error(`${signal} was received`));
  });
}

process.exitCode = await runProgram(process.argv.slice(2), {
  env: process.env,
  print: (line) => console.log(line),
  writeFile: (path, text) => writeFile(path, text, { mode: 0o600 }),
  stop: stop.signal,
  time: {
    now: systemClock,
    elapsedMilliseconds: () => performance.now(),
    sleep: (seconds, signal) => sleep(seconds * 1_000, undefined, { signal }),
  },
});
