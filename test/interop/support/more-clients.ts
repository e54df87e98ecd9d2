import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ClientCommand, runAll } from './run-client.ts';
import { type Client, type Commands, fails, given, none, sentence, succeeds } from './scenarios.ts';

const inDockerConfig = (
  folder: string,
  file: string,
  args: readonly string[],
  input?: string,
): ClientCommand => ({
  file,
  args: [...args],
  env: { DOCKER_CONFIG: join(folder, 'docker'), HOME: folder },
  ...(input === undefined ? {} : { input }),
});

const craneCommands = (): Commands => {
  const crane = (folder: string, args: readonly string[], input?: string): ClientCommand =>
    inDockerConfig(folder, given('WHARFAGE_CRANE'), args, input);
  const pull =
    (...more: readonly string[]): Commands['pull'] =>
    ({ folder, host }, reference) => [
      crane(folder, [
        'pull',
        '--format=oci',
        ...more,
        `${host}/${reference}`,
        join(folder, 'image'),
      ]),
    ];
  return {
    login: ({ folder, username, secret, host }) => [
      crane(folder, ['auth', 'login', '--username', username, '--password-stdin', host], secret),
    ],
    pull: pull('--platform=linux/amd64'),
    multiArch: pull(),
    artifact: pull(),
  };
};

/** Cosign signs and verifies; of the images themselves it pulls nothing. */
const cosignCommands = (): Commands => {
  const cosign = (folder: string, args: readonly string[], input?: string): ClientCommand =>
    inDockerConfig(folder, given('WHARFAGE_COSIGN'), args, input);
  const signature: Commands['pull'] = ({ folder, host }, reference) => [
    cosign(folder, ['download', 'signature', '--allow-http-registry', `${host}/${reference}`]),
  ];
  return {
    login: ({ folder, username, secret, host }) => [
      cosign(folder, ['login', '--username', username, '--password-stdin', host], secret),
    ],
    pull: signature,
    artifact: signature,
    referrers: ({ folder, host }, reference) => [
      cosign(folder, ['tree', '--allow-http-registry', `${host}/${reference}`]),
    ],
  };
};

const buildkitCommands = (): Commands => {
  const build =
    (platform: string): Commands['pull'] =>
    ({ folder, host }, reference) => {
      const context = join(folder, 'context');
      mkdirSync(context, { recursive: true });
      writeFileSync(join(context, 'Dockerfile'), `FROM ${host}/${reference}\nCOPY Dockerfile /\n`);
      return [
        inDockerConfig(folder, given('WHARFAGE_BUILDCTL'), [
          '--addr',
          given('WHARFAGE_BUILDKIT_HOST'),
          'build',
          '--progress=plain',
          '--no-cache',
          '--frontend=dockerfile.v0',
          `--opt=platform=${platform}`,
          `--local=context=${context}`,
          `--local=dockerfile=${context}`,
          `--output=type=oci,dest=${join(folder, 'image.tar')}`,
        ]),
      ];
    };
  const prune = {
    file: given('WHARFAGE_BUILDCTL'),
    args: ['--addr', given('WHARFAGE_BUILDKIT_HOST'), 'prune', '--all'],
  };
  return {
    login: ({ folder, username, secret, host }) => [
      inDockerConfig(
        folder,
        given('WHARFAGE_DOCKER'),
        [
          '--host',
          given('WHARFAGE_DOCKER_HOST'),
          'login',
          '--username',
          username,
          '--password-stdin',
          host,
        ],
        secret,
      ),
    ],
    pull: build('linux/amd64'),
    multiArch: build('linux/arm64'),
    artifact: build('linux/amd64'),
    clear: async () => {
      await runAll([prune]);
    },
  };
};

const OFFLINE_LOGIN = {
  login: succeeds,
  // These logins write a file and ask nobody, so that nobody can refuse.
  lapsedLogin: succeeds,
  wrongSecretLogin: succeeds,
} as const;

const WRONG_SECRET = fails('the secret is wrong', /wrong user name or secret/);

export const MORE_CLIENTS: readonly Client[] = [
  {
    name: 'crane',
    lane: 'all',
    commands: craneCommands,
    expected: {
      ...OFFLINE_LOGIN,
      pull: succeeds,
      multiArch: succeeds,
      artifact: succeeds,
      referrers: none('crane has no command for it'),
      lapsedPull: sentence,
      wrongSecretPull: WRONG_SECRET,
      revokedMidPull: sentence,
      expiredToken: succeeds,
      interruptedBlob: fails('crane does not resume', /EOF/),
    },
  },
  {
    name: 'cosign',
    lane: 'all',
    pulls: 'signatures',
    commands: cosignCommands,
    expected: {
      ...OFFLINE_LOGIN,
      pull: succeeds,
      multiArch: none('a signature has no architecture'),
      artifact: fails('the sample chart has no signature', /no signatures/i),
      referrers: { kind: 'succeeds', saying: /Signatures/i },
      lapsedPull: sentence,
      wrongSecretPull: WRONG_SECRET,
      revokedMidPull: sentence,
      expiredToken: succeeds,
      interruptedBlob: fails('cosign does not resume', /EOF/),
    },
  },
  {
    name: 'BuildKit',
    lane: 'all',
    commands: buildkitCommands,
    expected: {
      login: succeeds,
      pull: succeeds,
      multiArch: succeeds,
      artifact: fails('a chart is no image to build from'),
      referrers: none('BuildKit has no command for it'),
      lapsedLogin: sentence,
      lapsedPull: sentence,
      wrongSecretLogin: WRONG_SECRET,
      wrongSecretPull: WRONG_SECRET,
      revokedMidPull: sentence,
      expiredToken: succeeds,
      interruptedBlob: succeeds,
    },
  },
];
