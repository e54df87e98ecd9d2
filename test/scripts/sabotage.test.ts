import { existsSync, readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { brokenFiles, type Guard } from '../../scripts/sabotage/guard.ts';
import { GUARDS } from '../../scripts/sabotage/guards.ts';
import { simulatorVerdict } from '../../scripts/sabotage/simulator.ts';
import { isNoticed, textOfRow } from '../../scripts/sabotage/table.ts';
import { type Notice, verdictOf } from '../../scripts/sabotage/verdict.ts';

const read = (file: string): string => readFileSync(file, 'utf8');

const guard: Guard = {
  name: 'lock-removed',
  costs: 'the door stands open',
  edits: [{ file: 'door.ts', find: 'lock();', replace: '' }],
  tests: ['test/door.test.ts'],
};

describe('the guards that are broken', () => {
  it('are at least 40, each with a name of its own', () => {
    const names = GUARDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  it.each(GUARDS.map((each) => [each.name, each] as const))(
    '%s: the code is as the sabotage knows it, and what is left is a program',
    (_name, each) => {
      for (const [file, broken] of brokenFiles(each, read)) {
        expect(broken).not.toBe(read(file));
        expect(() => transformSync(broken, { loader: 'ts' })).not.toThrow();
      }
      expect(each.tests.filter((file) => !existsSync(file))).toEqual([]);
      expect(each.tests.length).toBeGreaterThan(0);
    },
  );

  it.each([
    ['open();', '0 times'],
    ['lock(); open(); lock();', '2 times'],
  ])('are named when the code has moved on: %s', (text, times) => {
    expect(() => brokenFiles(guard, () => text)).toThrow(/^lock-removed: door\.ts .*once/);
    expect(() => brokenFiles(guard, () => text)).toThrow(times);
  });

  it('may take several edits of one file', () => {
    const [edit] = guard.edits;
    const unhinged = { file: 'door.ts', find: 'hinge();', replace: 'fall();' };
    const edits = [...(edit === undefined ? [] : [edit]), unhinged];
    expect([...brokenFiles({ ...guard, edits }, () => 'lock(); hinge();')]).toEqual([
      ['door.ts', ' fall();'],
    ]);
  });
});

type Result = { readonly status: string; readonly message?: string };

const report = (results: readonly Result[], file: Partial<Result> = {}): string =>
  JSON.stringify({
    testResults: [
      {
        name: 'test/door.test.ts',
        status: results.some(({ status }) => status === 'failed') ? 'failed' : 'passed',
        message: '',
        ...file,
        assertionResults: results.map(({ status, message }, index) => ({
          status,
          fullName: ` test ${index}`,
          failureMessages: message === undefined ? [] : [message],
        })),
      },
    ],
  });

const PASSED = { status: 'passed' };
const failed = (message: string): Result => ({ status: 'failed', message });
const ASSERTION = failed('AssertionError: expected 1 to be 2\n    at door.test.ts');

describe('the verdict of the tests', () => {
  it.each([
    [
      'a failed assertion is red',
      [PASSED, ASSERTION],
      { kind: 'red', what: 'test 1', how: 'AssertionError: expected 1 to be 2' },
    ],
    [
      'a failed assertion is red beside a time-out',
      [failed('Error: Test timed out in 30000ms.'), ASSERTION],
      { kind: 'red', what: 'test 1' },
    ],
    ['all passed is green', [PASSED], { kind: 'green' }],
    ['nothing but skipped tests is unclear', [{ status: 'skipped' }], { kind: 'unclear' }],
    [
      'a time-out alone is unclear',
      [failed('Error: Test timed out in 30000ms.')],
      { kind: 'unclear' },
    ],
    [
      'a name that is not there is no guard that is missed',
      [failed('ReferenceError: lock is not defined'), ASSERTION],
      { kind: 'unclear', what: 'ReferenceError: lock is not defined' },
    ],
  ])('%s', (_what, results, expected) => {
    expect(verdictOf(report(results), 2)).toMatchObject({ ...expected, seconds: 2 });
  });

  it('is unclear when a file could not be loaded', () => {
    const broken = report([], { status: 'failed', message: 'Transform failed\nwith 1 error' });
    expect(verdictOf(broken, 2)).toEqual({
      kind: 'unclear',
      what: 'test/door.test.ts: Transform failed',
      seconds: 2,
    });
  });
});

describe('the verdict of the simulator', () => {
  it.each([
    ['every seed holds', 0, 'I4 no cut-off on ignorance: held', { kind: 'green' }],
    [
      'an invariant is violated',
      1,
      'seed 37\nI4 no cut-off on ignorance\nat 12:00',
      { kind: 'red', what: 'I4 no cut-off on ignorance', how: 'seed 37' },
    ],
    ['it dies without naming one', 1, 'out of memory', { kind: 'unclear' }],
    ['it is no program', 1, 'Error: Transform failed\nI4 no cut-off', { kind: 'unclear' }],
  ])('%s', (_what, code, output, expected) => {
    expect(simulatorVerdict(code, output, 3)).toMatchObject({ ...expected, seconds: 3 });
  });
});

describe('a row of the table', () => {
  const RED: Notice = {
    kind: 'red',
    what: 'the door is locked at night',
    how: 'expected open to be locked',
    seconds: 1.25,
  };
  const GREEN: Notice = { kind: 'green', seconds: 2 };
  const UNCLEAR: Notice = { kind: 'unclear', what: 'no test ran', seconds: 3 };

  it.each([
    [RED, undefined, true],
    [RED, GREEN, true],
    [GREEN, RED, true],
    [GREEN, undefined, false],
    [GREEN, GREEN, false],
    [UNCLEAR, RED, false],
    [RED, UNCLEAR, false],
  ])('is proof when something is red and nothing unclear: %o, %o', (tests, simulator, expected) => {
    expect(isNoticed({ guard, tests, simulator })).toBe(expected);
  });

  it('says what each of the two saw', () => {
    expect(textOfRow({ guard, tests: RED, simulator: GREEN })).toBe(
      [
        'red     lock-removed: the door stands open',
        '        test       the door is locked at night  (1.3 s)',
        '                   expected open to be locked',
        '        simulator  -  (2.0 s)',
      ].join('\n'),
    );
    expect(textOfRow({ guard, tests: UNCLEAR, simulator: undefined })).toBe(
      [
        'MISSED  lock-removed: the door stands open',
        '        test       UNCLEAR: no test ran  (3.0 s)',
      ].join('\n'),
    );
  });
});
