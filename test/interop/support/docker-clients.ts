import { join } from 'node:path';
import { type ClientCommand, runClient } from './run-client.ts';
import {
  type At,
  type Client,
  type Commands,
  fails,
  given,
  none,
  sentence,
  succeeds,
} from './scenarios.ts';

const dockerCommands = (hostVariable: string) => (): Commands => {
  const docker = (folder: string, args: readonly string[], input?: string): ClientCommand => ({
    file: given('WHARFAGE_DOCKER'),
    args: ['--host', given(hostVariable), ...args],
    env: { DOCKER_CONFIG: join(folder, 'docker') },
    ...(input === undefined ? {} : { input }),
  });
  return {
    login: ({ folder, username, secret, host }) => [
      docker(folder, ['login', '--username', username, '--password-stdin', host], secret),
    ],
    pull: ({ folder, host }, reference) => [docker(folder, ['pull', `${host}/${reference}`])],
    multiArch: ({ folder, host }, reference) => [
      docker(folder, ['pull', '--platform', 'linux/arm64', `${host}/${reference}`]),
      docker(folder, ['image', 'inspect', '--format', '{{.Architecture}}', `${host}/${reference}`]),
    ],
    artifact: ({ folder, host }, reference) => [docker(folder, ['pull', `${host}/${reference}`])],
    clear: async () => {
      const { output } = await runClient(docker('/nonexistent', ['images', '--quiet']));
      const ids = [...new Set(output.split('\n').filter((line) => line !== ''))];
      if (ids.length > 0) await runClient(docker('/nonexistent', ['rmi', '--force', ...ids]));
    },
  };
};

const DOCKER_EXPECTED = {
  login: succeeds,
  pull: succeeds,
  multiArch: succeeds,
  artifact: fails('docker pulls images only', /unsupported|unknown|invalid/i),
  referrers: none('docker has no command for it'),
  lapsedLogin: sentence,
  lapsedPull: sentence,
  wrongSecretLogin: fails('the secret is wrong', /wrong user name or secret/),
  wrongSecretPull: fails('the secret is wrong', /wrong user name or secret/),
  revokedMidPull: sentence,
  expiredToken: fails('the classic store never fetches a second token'),
  interruptedBlob: succeeds,
} as const satisfies Client['expected'];

const CONTAINERD_STORE_EXPECTED = {
  ...DOCKER_EXPECTED,
  expiredToken: succeeds,
} as const satisfies Client['expected'];

/** `ctr` is containerd as Kubernetes uses it: it takes the credential with each pull. */
const ctrCommands = (): Commands => {
  const ctr = (...args: readonly string[]): ClientCommand => ({
    file: 'ctr',
    args: ['--address', given('WHARFAGE_CONTAINERD'), '--namespace', 'interop', ...args],
  });
  const pull = ({ host, username, secret }: At, reference: string, ...more: readonly string[]) =>
    ctr(
      'images',
      'pull',
      '--plain-http',
      '--snapshotter',
      'native',
      '--user',
      `${username}:${secret}`,
      ...more,
      `${host}/${reference}`,
    );
  return {
    pull: (at, reference) => [pull(at, reference)],
    multiArch: (at, reference) => [pull(at, reference, '--platform', 'linux/arm64')],
    artifact: ({ host, username, secret }, reference) => [
      ctr(
        'content',
        'fetch',
        '--plain-http',
        '--all-platforms',
        '--user',
        `${username}:${secret}`,
        `${host}/${reference}`,
      ),
    ],
    clear: async () => {
      const { output } = await runClient(ctr('images', 'list', '--quiet'));
      const names = output.split('\n').filter((line) => line !== '');
      if (names.length > 0) await runClient(ctr('images', 'remove', '--sync', ...names));
      await runClient(ctr('content', 'prune', 'references'));
    },
  };
};

export const DOCKER_CLIENTS: readonly Client[] = [
  {
    name: 'docker, classic image store',
    lane: 'every',
    commands: dockerCommands('WHARFAGE_DOCKER_HOST'),
    expected: DOCKER_EXPECTED,
  },
  {
    name: 'docker, containerd image store',
    lane: 'every',
    needs: 'WHARFAGE_DOCKER_CONTAINERD_HOST',
    commands: dockerCommands('WHARFAGE_DOCKER_CONTAINERD_HOST'),
    expected: CONTAINERD_STORE_EXPECTED,
  },
  {
    name: 'containerd (ctr, as Kubernetes)',
    lane: 'every',
    commands: ctrCommands,
    expected: {
      login: none('ctr takes the credential with each command, as Kubernetes does from a secret'),
      pull: succeeds,
      multiArch: succeeds,
      artifact: succeeds,
      referrers: none('ctr has no command for it'),
      lapsedLogin: none('there is no login'),
      lapsedPull: sentence,
      wrongSecretLogin: none('there is no login'),
      wrongSecretPull: fails('containerd shows the status of the token endpoint only', /401/),
      revokedMidPull: sentence,
      expiredToken: succeeds,
      interruptedBlob: succeeds,
    },
  },
];
