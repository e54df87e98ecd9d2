import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inTemporaryFolder } from '../support/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

type Program = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
};

const start = (cwd: string, ...args: readonly string[]): Program => {
  const { STRIPE_API_KEY: _key, STRIPE_WEBHOOK_SECRET: _secret, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', TSX, MAIN, ...args], { cwd, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output, exitCode: once(child, 'exit').then(([code]) => code) };
};

const freePorts = async (): Promise<readonly [string, string, string]> => {
  const servers = [createServer(), createServer(), createServer()].map((server) =>
    server.listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [one = '', other = '', third = ''] = servers.map((server) =>
    String((server.address() as AddressInfo).port),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [one, other, third];
};

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let look = 0; look < 1_000; look += 1) {
    if (await holds()) return;
    await sleep(15);
  }
  throw new Error('it never came about');
};
const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

describe('the program behind npm start', () => {
  it('says in one sentence that its port is taken, and exits with 1', () =>
    inTemporaryFolder(async (folder) => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const program = start(folder, '--port', String(port));
      expect(await program.exitCode).toBe(1);
      expect(program.output()).toBe(
        `Port ${port} is taken by another program, perhaps another npm start: end that one, or choose a free port with npm start -- --port ${port + 10}\n`,
      );
      taken.close();
      expect(await readdir(folder)).toEqual([]);
    }));

  it('greets with what to open and nothing else, and Ctrl-C saves and ends', () =>
    inTemporaryFolder(async (folder) => {
      const [port, webhookPort, registryPort] = await freePorts();
      const ports = [
        '--port',
        port,
        '--webhook-port',
        webhookPort,
        '--registry-port',
        registryPort,
      ];
      const program = start(folder, ...ports);
      await until(async () => program.output().includes('Ctrl-C saves and ends.'));
      expect(program.output()).toContain(`Open http://127.0.0.1:${port}\n`);
      expect(program.output()).toContain(`Customers pull from 127.0.0.1:${registryPort}:`);
      expect(program.output()).not.toMatch(/warning|"Stage"/i);
      expect(await exists(join(folder, '.wharfage', 'local.json'))).toBe(true);
      program.child.kill('SIGINT');
      expect(await program.exitCode).toBe(0);
      expect(await readdir(join(folder, '.wharfage'))).toEqual(['functions.log', 'stand-in']);
      expect(await readdir(join(folder, '.wharfage', 'stand-in'))).toEqual([
        'blobs',
        'state.json',
        'table',
      ]);
    }));

  it('refuses what it does not understand with 1, and explains itself with 0', () =>
    inTemporaryFolder(async (folder) => {
      const wrong = start(folder, '--color');
      const help = start(folder, '--help');
      expect([await wrong.exitCode, await help.exitCode]).toEqual([1, 0]);
      expect(wrong.output()).toBe(
        "Unknown option '--color'. npm start -- --help shows what there is.\n",
      );
      expect(help.output()).toContain('--webhook-port');
    }));
});
