import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../test/support/free-port.ts';

export type ReferenceAccess = 'open' | 'htpasswd' | 'token';

export type ReferenceRegistry = {
  readonly host: string;
  readonly pid: number;
  /** What a client that is logged in sends to pull from `repository`. */
  authorization(repository: string): string | undefined;
  close(): Promise<void>;
};

const USER = 'bench';
const SECRET = 'bench-secret';
const SERVICE = 'bench-registry';
const ISSUER = 'bench-issuer';

/** Debian's docker-registry over a folder, with one way of letting clients in. */
export const startReferenceRegistry = async (
  folder: string,
  data: string,
  access: ReferenceAccess,
): Promise<ReferenceRegistry> => {
  const port = await freePort();
  const config = join(folder, `${access}.yml`);
  const settings = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: data }, cache: { blobdescriptor: 'inmemory' } },
    http: { addr: `127.0.0.1:${port}` },
    ...authSettings(folder, access),
  };
  writeFileSync(config, JSON.stringify(settings));
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  await waitUntilUp(`http://127.0.0.1:${port}/v2/`, child);
  return {
    host: `127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    authorization: (repository) => authorizationOf(folder, access, repository),
    close: async () => {
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
};

const authSettings = (folder: string, access: ReferenceAccess): object => {
  switch (access) {
    case 'open':
      return {};
    case 'htpasswd': {
      const path = join(folder, 'htpasswd');
      writeFileSync(path, execFileSync('htpasswd', ['-Bbn', USER, SECRET]));
      return { auth: { htpasswd: { realm: 'bench', path } } };
    }
    case 'token': {
      makeKey(folder);
      const rootcertbundle = join(folder, 'token.crt');
      const realm = 'http://127.0.0.1/token';
      return { auth: { token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle } } };
    }
    default:
      throw new Error(`there is no access ${JSON.stringify(access)}`);
  }
};

const makeKey = (folder: string): void => {
  const files = ['-keyout', join(folder, 'token.key'), '-out', join(folder, 'token.crt')];
  const key = ['-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=bench', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...key, ...files], { stdio: 'ignore' });
};

const authorizationOf = (
  folder: string,
  access: ReferenceAccess,
  repository: string,
): string | undefined => {
  if (access === 'open') return undefined;
  if (access === 'htpasswd') {
    return `Basic ${Buffer.from(`${USER}:${SECRET}`).toString('base64')}`;
  }
  return `Bearer ${tokenFor(folder, repository)}`;
};

/** A token as the specification of distribution's token authentication has it. */
const tokenFor = (folder: string, repository: string): string => {
  const certificate = readFileSync(join(folder, 'token.crt'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('---'))
    .join('');
  const now = Math.floor(Date.now() / 1_000);
  const encoded = (value: unknown): string =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = [
    encoded({ typ: 'JWT', alg: 'RS256', x5c: [certificate] }),
    encoded({
      iss: ISSUER,
      sub: USER,
      aud: SERVICE,
      iat: now,
      nbf: now - 10,
      exp: now + 3_600,
      jti: randomUUID(),
      access: [{ type: 'repository', name: repository, actions: ['pull'] }],
    }),
  ].join('.');
  const key = createPrivateKey(readFileSync(join(folder, 'token.key')));
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
};

const waitUntilUp = async (url: string, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  child.kill();
  throw new Error(`docker-registry did not answer at ${url}`);
};
