import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { emfReport } from '../../functions/adapters/emf-report.ts';
import { type FunctionLog, startFunctionLog } from '../../local/function-log.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

const AT = 1_795_262_400;
const print = process.stdout.write;
let log: FunctionLog | undefined;
afterEach(async () => {
  await log?.close();
  process.stdout.write = print;
});

/** What reached the terminal meanwhile. */
const terminal = (): string[] => {
  const printed: string[] = [];
  process.stdout.write = ((text: string) => {
    printed.push(text);
    return true;
  }) as typeof print;
  return printed;
};

describe('the log of the functions', () => {
  it('takes what they print, and leaves the rest to the terminal', async () => {
    const printed = terminal();
    log = await startFunctionLog({ now: () => AT, path: undefined });
    emfReport('local', () => AT).log('policy applied', { repository: 'acme/app' });
    process.stdout.write('hello\n');
    process.stdout.write('{"Stage":"prod"}\n');
    expect(log.lines()).toEqual([
      {
        at: AT,
        text: '{"repository":"acme/app","message":"policy applied","Stage":"local"}',
      },
    ]);
    expect(printed).toEqual(['hello\n', '{"Stage":"prod"}\n']);
  });

  it('gives the terminal back', async () => {
    const printed = terminal();
    log = await startFunctionLog({ now: () => AT, path: undefined });
    await log.close();
    emfReport('local', () => AT).log('policy applied', {});
    expect(printed).toHaveLength(1);
  });

  it('keeps the last 200 lines in memory', async () => {
    terminal();
    log = await startFunctionLog({ now: () => AT, path: undefined });
    const report = emfReport('local', () => AT);
    for (let line = 1; line <= 201; line += 1) report.log(`line ${line}`, {});
    expect(log.lines()).toHaveLength(200);
    expect(log.lines()[0]?.text).toContain('line 2');
  });

  it('notes a failure by its names, without other people’s texts', async () => {
    log = await startFunctionLog({ now: () => AT, path: undefined });
    log.note('sync failed', new Error('could not read', { cause: new TypeError('secret') }));
    expect(log.lines()[0]?.text).toBe(
      '{"errors":["Error","TypeError"],"reason":"could not read","message":"sync failed","Stage":"local"}',
    );
  });

  it('is a file too, for its owner only, which the next run goes on with', () =>
    inTemporaryFolder(async (folder) => {
      terminal();
      const path = join(folder, 'functions.log');
      for (const line of ['first', 'second']) {
        log = await startFunctionLog({ now: () => AT, path });
        emfReport('local', () => AT).log(line, {});
        await log.close();
      }
      expect(await readFile(path, 'utf8')).toBe(
        '2026-11-21T12:00:00Z {"message":"first","Stage":"local"}\n' +
          '2026-11-21T12:00:00Z {"message":"second","Stage":"local"}\n',
      );
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    }));
});
