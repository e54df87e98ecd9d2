import type { Progress } from './command.ts';

export type ProgressStream = {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
};

/** On a terminal one line that rewrites itself; elsewhere a plain line now and then. */
export const progressOn = (
  stream: ProgressStream,
): { readonly show: Progress; readonly clear: () => void } => {
  let isShowing = false;
  return {
    show: (what, done, total) => {
      const line = `${what}: ${done}${total === undefined ? '' : ` of ${total}`}`;
      if (stream.isTTY === true) {
        isShowing = true;
        stream.write(`\r\x1b[K${line}`);
      } else if (done % 100 === 0 || done === total) {
        stream.write(`${line}\n`);
      }
    },
    clear: () => {
      if (isShowing) stream.write('\r\x1b[K');
      isShowing = false;
    },
  };
};
