import type { Kernel } from './kernel.ts';
import { kill, type Process, type ProcessName } from './process.ts';

/** How one run of a function ended. */
type Run<Result> =
  | { readonly kind: 'returned'; readonly result: Result }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** Killed, or stopped at its time-out. */
  | { readonly kind: 'died' };

export type LambdaFunction<Event, Result> = {
  invoke(event: Event): Promise<Run<Result>>;
  /** Runs that have begun end with the code they began with. */
  deploy(build: (process: Process) => (event: Event) => Promise<Result>): void;
  running(): number;
  /** Everything that runs dies, and what the containers remember is gone. */
  stop(): void;
};

type Container<Event, Result> = {
  readonly process: Process;
  readonly handle: (event: Event) => Promise<Result>;
};

type Parts = {
  readonly kernel: Kernel;
  readonly name: ProcessName;
  readonly timeoutSeconds: number;
  readonly skewSeconds: number;
};

export const processOf = ({
  kernel,
  name,
  skewSeconds,
}: Omit<Parts, 'timeoutSeconds'>): Process => ({
  name,
  skewSeconds,
  clock: () => Math.floor(kernel.now() + skewSeconds),
  isDead: false,
  onDeath: () => {},
});

/**
 * A function as Lambda runs it: one event at a time in a container, which is kept and keeps its memory
 * until it dies or another version is deployed.
 */
export const lambdaFunction = <Event, Result>(
  parts: Parts,
  first: (process: Process) => (event: Event) => Promise<Result>,
): LambdaFunction<Event, Result> => {
  let build = first;
  let idle: Container<Event, Result>[] = [];
  const underWay = new Set<Process>();
  const start = (): Container<Event, Result> => {
    const process = processOf(parts);
    return { process, handle: build(process) };
  };
  return {
    running: () => underWay.size,
    stop: () => {
      idle = [];
      for (const process of underWay) kill(process);
    },
    deploy: (next) => {
      build = next;
      idle = [];
    },
    invoke: async (event) => {
      const container = idle.pop() ?? start();
      const version = build;
      underWay.add(container.process);
      const run = await runIn(parts, container, event);
      underWay.delete(container.process);
      if (run.kind !== 'died' && version === build) idle.push(container);
      return run;
    },
  };
};

const runIn = <Event, Result>(
  { kernel, timeoutSeconds }: Parts,
  { process, handle }: Container<Event, Result>,
  event: Event,
): Promise<Run<Result>> =>
  new Promise((resolve) => {
    let isOver = false;
    const end = (run: Run<Result>): void => {
      isOver = true;
      resolve(run);
    };
    process.onDeath = () => end({ kind: 'died' });
    kernel.after(timeoutSeconds, () => {
      if (!isOver) kill(process);
    });
    handle(event).then(
      (result) => end({ kind: 'returned', result }),
      (error: unknown) => end({ kind: 'threw', error }),
    );
  });
