import type { Probe } from '../../../scripts/probe-aws/probe.ts';
import { runProgram } from '../../../scripts/probe-aws/program.ts';
import type { FakeAccount } from './account.ts';

type JsonResult = {
  readonly id: string;
  readonly outcome: string;
  readonly observed: string;
  readonly how: string;
};

export type JsonReport = {
  readonly runId: string;
  readonly account: { readonly id: string };
  readonly results: readonly JsonResult[];
  readonly cleanUp: {
    readonly deleted: readonly { readonly name: string }[];
    readonly left: readonly { readonly what: string; readonly because: string }[];
  };
};

export type Ended = {
  readonly code: 0 | 1 | 2;
  readonly lines: string;
  /** What `--out` holds, when it was given. */
  readonly report: JsonReport | undefined;
};

type Given = {
  readonly env?: Readonly<Record<string, string>>;
  readonly probes?: readonly Probe[];
  readonly stop?: AbortSignal;
};

/** The program on a clock that leaps over its waits. */
export const runOn = async (
  account: FakeAccount,
  args: readonly string[],
  { env = {}, probes, stop = new AbortController().signal }: Given = {},
): Promise<Ended> => {
  const lines: string[] = [];
  let written: string | undefined;
  const code = await runProgram([...args], {
    env,
    print: (line) => lines.push(line),
    writeFile: async (_, text) => {
      written = text;
    },
    stop,
    time: {
      now: account.now,
      elapsedMilliseconds: () => account.now() * 1_000,
      sleep: async (seconds, signal) => {
        signal?.throwIfAborted();
        account.advance(seconds);
      },
    },
    ...(probes === undefined ? {} : { probes }),
  });
  const report = written === undefined ? undefined : (JSON.parse(written) as JsonReport);
  return { code, lines: lines.join('\n'), report };
};
