import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PROBES } from '../../scripts/probe-aws/all.ts';
import { probeTable } from '../../scripts/probe-aws/report.ts';
import { inTemporaryFolder } from '../support/temporary-folder.ts';
import { type FakeAccount, startFakeAccount } from './support/account.ts';
import { type JsonReport, runOn } from './support/run-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A new process, on a machine that is busy with others. */
const STARTS_WITHIN = 60_000;
vi.setConfig({ testTimeout: 180_000 });

const REGION = ['--region', 'us-east-1'];
const RUN = [...REGION, '--yes-create-resources'];

let account: FakeAccount;
beforeEach(async () => {
  account = await startFakeAccount();
});
afterEach(() => account.close());

/** As `npm run probe:aws -- …` starts it. */
const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/probe-aws.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...account.env, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
  }
  const ended = new Promise<{ readonly code: number | null; readonly text: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, text }));
  });
  return { child, ended };
};

describe('npm run probe:aws', () => {
  it('is this program', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(scripts['probe:aws']).toBe('tsx scripts/probe-aws.ts');
    const others = Object.entries(scripts).filter(([name]) => name !== 'probe:aws');
    expect(others.filter(([, script]) => script.includes('probe-aws'))).toEqual([]);
  });

  it('runs a probe, writes the result, and deletes what it made', () =>
    inTemporaryFolder(async (folder) => {
      const out = join(folder, 'result.json');
      const only = ['--only', 'policy-absent,secret-put-token', '--out', out];
      const { code, text } = await start([...RUN, ...only]).ended;
      expect(text).toContain('2 as believed, 0 otherwise, 0 not settled');
      expect(code).toBe(0);
      const report = JSON.parse(readFileSync(out, 'utf8')) as JsonReport;
      expect(report.results.map(({ id }) => id)).toEqual(['policy-absent', 'secret-put-token']);
      expect(await account.resources()).toEqual([]);
    }));

  it.each(['SIGINT', 'SIGTERM'] as const)('deletes what it made on %s', async (signal) => {
    const { child, ended } = start([...RUN, '--only', 'queue-duplicate-ends']);
    await expect.poll(() => account.resources(), { timeout: STARTS_WITHIN }).toHaveLength(1);
    child.kill(signal);
    const { code, text } = await ended;
    expect(text).toContain(`${signal}: no more probes; deleting what was made.`);
    expect(text).toContain('Deleted 1 resources.');
    expect(code).toBe(2);
    expect(await account.resources()).toEqual([]);
  });

  it('killed with SIGKILL leaves things behind, which --cleanup finds by the id it had printed', async () => {
    const { child, ended } = start([...RUN, '--only', 'queue-duplicate-ends']);
    await expect.poll(() => account.resources(), { timeout: STARTS_WITHIN }).toHaveLength(1);
    child.kill('SIGKILL');
    const runId = /--cleanup ([0-9a-f]{8})/.exec((await ended).text)?.[1] ?? '';
    expect(await account.resources()).toHaveLength(1);
    const { code } = await start([...REGION, '--cleanup', runId]).ended;
    expect(code).toBe(0);
    expect(await account.resources()).toEqual([]);
  });
});

describe('the program refuses, makes no call, and says what is missing', () => {
  it.each([
    [[], {}, '--region is needed'],
    [['--yes-create-resources'], { AWS_REGION: 'eu-west-1' }, '--region is needed'],
    [REGION, {}, '--yes-create-resources is needed'],
    [RUN, { CI: 'true' }, 'CI is set'],
    [[...REGION, '--cleanup-all'], { CI: '1' }, 'CI is set'],
    [[...REGION, '--cleanup', 'everything'], {}, '--cleanup takes the id of a run'],
    [[...REGION, '--cleanup', '00000000', '--cleanup-all'], {}, 'not both'],
    [[...RUN, '--dead-account', '12'], {}, '--dead-account takes 12 digits'],
    [[...RUN, '--only', 'policy-nothing'], {}, 'there is no probe policy-nothing'],
    [[...RUN, '--everything'], {}, '--everything'],
  ])('%j with %j', async (args, env, missing) => {
    const { code, lines } = await runOn(account, args, { env });
    expect(lines).toContain(missing);
    expect(code).toBe(2);
    expect(Object.values(account.fronts).flatMap((front) => front.calls())).toEqual([]);
  });

  it.each([
    ['CI is set', RUN, { CI: 'true' }],
    ['/nowhere/at/all.json', [...RUN, '--out', '/nowhere/at/all.json'], {}],
  ])('as a process: %s', async (missing, args, env) => {
    const { code, text } = await start(args, env).ended;
    expect(text).toContain(missing);
    expect(code).toBe(2);
    expect(Object.values(account.fronts).flatMap((front) => front.calls())).toEqual([]);
  });

  it('but tells without any of that what it would try', async () => {
    const { code, lines } = await runOn(account, ['--list'], { env: { CI: 'true' } });
    expect(code).toBe(0);
    for (const { id } of PROBES) expect(lines).toContain(`| \`${id}\` |`);
  });
});

describe('docs/probes.md', () => {
  const page = readFileSync(join(ROOT, 'docs/probes.md'), 'utf8');

  it('has every probe as the program has it, and no other', () => {
    const [, probes = ''] = page.split('## The probes');
    const rows = probes.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual(probeTable(PROBES).slice(2));
  });

  it.each(PROBES)('$id names files that are there', ({ dependents }) => {
    const named = dependents.match(/(?:functions|local|lib|docs)\/[\w./-]+\.(?:ts|md)/g) ?? [];
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('says that nothing was run on AWS', () => {
    expect(page).toContain('Nothing of this has been run on AWS yet.');
  });
});
