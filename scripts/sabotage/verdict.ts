/** What an instrument says of a tree with one guard less. */
export type Notice =
  | {
      readonly kind: 'red';
      readonly what: string;
      /** What was expected and did not happen. */
      readonly how?: string;
      readonly seconds: number;
    }
  | { readonly kind: 'green'; readonly seconds: number }
  /** It could not say: the sabotage does not compile, nothing ran, or only time-outs failed. */
  | { readonly kind: 'unclear'; readonly what: string; readonly seconds: number };

/** The part of vitest's JSON report that is read here. */
type TestReport = {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

/** These say that the sabotage is no valid program, not that a guard is missed. */
const NO_PROGRAM = /^(?:ReferenceError|SyntaxError)\b|is not defined|Transform failed/;
const TIMED_OUT = /timed out/i;

/** One failed assertion is red. A file that could not be loaded is not, and neither is a time-out. */
export const verdictOf = (json: string, seconds: number): Notice => {
  const { testResults }: TestReport = JSON.parse(json);
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed');
  const unloaded = testResults.find(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  if (unloaded !== undefined) {
    return { kind: 'unclear', what: `${unloaded.name}: ${lineOf(unloaded.message)}`, seconds };
  }
  const invalid = failed.find(({ failureMessages }) => NO_PROGRAM.test(failureMessages[0] ?? ''));
  if (invalid !== undefined) {
    return { kind: 'unclear', what: lineOf(invalid.failureMessages[0] ?? ''), seconds };
  }
  const red = failed.find(({ failureMessages }) => !TIMED_OUT.test(failureMessages[0] ?? ''));
  if (red !== undefined) {
    const how = lineOf(red.failureMessages[0] ?? '');
    return { kind: 'red', what: red.fullName.trim(), how, seconds };
  }
  if (failed.length > 0) return { kind: 'unclear', what: 'only time-outs failed', seconds };
  return tests.some(({ status }) => status === 'passed')
    ? { kind: 'green', seconds }
    : { kind: 'unclear', what: 'no test ran', seconds };
};

const lineOf = (text: string): string => text.split('\n', 1)[0] ?? '';
