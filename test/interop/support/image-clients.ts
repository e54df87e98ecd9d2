import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientCommand } from './run-client.ts';
import { type Client, type Commands, fails, none, sentence, succeeds } from './scenarios.ts';

/** podman and buildah keep everything in the scenario's folder. */
const storageCommands = (file: 'podman' | 'buildah') => (): Commands => {
  const run = (folder: string, args: readonly string[], input?: string): ClientCommand => ({
    file,
    args: [
      '--root',
      join(folder, 'root'),
      '--runroot',
      join(folder, 'run'),
      '--storage-driver',
      'vfs',
      ...args,
    ],
    env: { REGISTRY_AUTH_FILE: join(folder, 'auth.json'), XDG_RUNTIME_DIR: folder },
    ...(input === undefined ? {} : { input }),
  });
  const pull =
    (...more: readonly string[]): Commands['pull'] =>
    ({ folder, host }, reference) => [
      run(folder, ['pull', '--tls-verify=false', ...more, `docker://${host}/${reference}`]),
    ];
  return {
    login: ({ folder, username, secret, host }) => [
      run(
        folder,
        ['login', '--tls-verify=false', '--username', username, '--password-stdin', host],
        secret,
      ),
    ],
    pull: pull(),
    multiArch: pull('--arch', 'arm64'),
    artifact: pull(),
  };
};

const skopeoCommands = (): Commands => {
  const skopeo = (folder: string, args: readonly string[], input?: string): ClientCommand => ({
    file: 'skopeo',
    args: ['--insecure-policy', ...args],
    env: { REGISTRY_AUTH_FILE: join(folder, 'auth.json'), XDG_RUNTIME_DIR: folder },
    ...(input === undefined ? {} : { input }),
  });
  const copy =
    (name: string, ...more: readonly string[]): Commands['pull'] =>
    ({ folder, host }, reference) => [
      skopeo(folder, [
        'copy',
        '--src-tls-verify=false',
        ...more,
        `docker://${host}/${reference}`,
        `oci:${join(folder, name)}`,
      ]),
    ];
  return {
    login: ({ folder, username, secret, host }) => [
      skopeo(
        folder,
        ['login', '--tls-verify=false', '--username', username, '--password-stdin', host],
        secret,
      ),
    ],
    pull: copy('image'),
    multiArch: copy('images', '--all'),
    artifact: copy('chart'),
  };
};

const orasCommands = (): Commands => {
  const oras = (folder: string, args: readonly string[], input?: string): ClientCommand => ({
    file: process.env.WHARFAGE_ORAS ?? 'oras',
    args: [...args],
    env: { DOCKER_CONFIG: join(folder, 'docker'), HOME: folder },
    ...(input === undefined ? {} : { input }),
  });
  return {
    login: ({ folder, username, secret, host }) => [
      oras(
        folder,
        ['login', '--plain-http', '--username', username, '--password-stdin', host],
        secret,
      ),
    ],
    pull: ({ folder, host }, reference) => [
      oras(folder, ['resolve', '--plain-http', `${host}/${reference}`]),
      oras(folder, [
        'copy',
        '--from-plain-http',
        '--platform',
        'linux/amd64',
        `${host}/${reference}`,
        '--to-oci-layout',
        `${join(folder, 'image')}:pulled`,
      ]),
    ],
    multiArch: ({ folder, host }, reference) => [
      oras(folder, [
        'copy',
        '--from-plain-http',
        `${host}/${reference}`,
        '--to-oci-layout',
        `${join(folder, 'images')}:pulled`,
      ]),
    ],
    artifact: ({ folder, host }, reference) => [
      oras(folder, [
        'pull',
        '--plain-http',
        '--output',
        join(folder, 'chart'),
        `${host}/${reference}`,
      ]),
    ],
    referrers: ({ folder, host }, reference) => [
      oras(folder, ['discover', '--plain-http', '--format', 'json', `${host}/${reference}`]),
    ],
  };
};

const helmCommands = (): Commands => {
  const helm = (folder: string, args: readonly string[], input?: string): ClientCommand => {
    mkdirSync(join(folder, 'charts'), { recursive: true });
    return {
      file: process.env.WHARFAGE_HELM ?? 'helm',
      args: [...args],
      env: { HOME: folder, HELM_REGISTRY_CONFIG: join(folder, 'helm.json') },
      ...(input === undefined ? {} : { input }),
    };
  };
  const pull: Commands['pull'] = ({ folder, host }, reference) => {
    const [name = '', version = ''] = reference.split(':');
    return [
      helm(folder, [
        'pull',
        `oci://${host}/${name}`,
        '--version',
        version,
        '--plain-http',
        '--destination',
        join(folder, 'charts'),
      ]),
    ];
  };
  return {
    login: ({ folder, username, secret, host }) => [
      helm(
        folder,
        ['registry', 'login', host, '--plain-http', '--username', username, '--password-stdin'],
        secret,
      ),
    ],
    pull,
    artifact: pull,
  };
};

const CONTAINERS_IMAGE = {
  login: succeeds,
  pull: succeeds,
  multiArch: succeeds,
  referrers: none('there is no command for it'),
  lapsedLogin: fails('this version prints the status of /v2/ only', /403|Forbidden/i),
  lapsedPull: sentence,
  wrongSecretLogin: fails('the secret is wrong', /invalid username\/password/),
  wrongSecretPull: fails('the secret is wrong', /wrong user name or secret|unauthorized/i),
  revokedMidPull: fails('this version prints the status of a refused layer only', /403|Forbidden/i),
  interruptedBlob: fails('these versions do not resume', /unexpected EOF/),
  expiredToken: fails(
    'it never fetches a second token while its own clock says that the first lives',
  ),
} as const;

export const IMAGE_CLIENTS: readonly Client[] = [
  {
    name: 'podman',
    lane: 'every',
    commands: storageCommands('podman'),
    expected: {
      ...CONTAINERS_IMAGE,
      artifact: fails(
        'podman 4 pulls images only',
        /unsupported|not implemented|media type|mediatype/i,
      ),
    },
  },
  {
    name: 'skopeo',
    lane: 'every',
    commands: skopeoCommands,
    expected: {
      ...CONTAINERS_IMAGE,
      artifact: succeeds,
    },
  },
  {
    name: 'buildah',
    lane: 'all',
    commands: storageCommands('buildah'),
    expected: {
      ...CONTAINERS_IMAGE,
      artifact: fails(
        'buildah pulls images only',
        /unsupported|not implemented|media type|mediatype/i,
      ),
    },
  },
  {
    name: 'oras',
    lane: 'every',
    commands: orasCommands,
    expected: {
      login: succeeds,
      pull: succeeds,
      multiArch: succeeds,
      artifact: succeeds,
      referrers: { kind: 'succeeds', saying: /spdx/ },
      lapsedLogin: sentence,
      lapsedPull: sentence,
      wrongSecretLogin: fails('the secret is wrong', /wrong user name or secret/),
      wrongSecretPull: fails('the secret is wrong', /wrong user name or secret/),
      revokedMidPull: sentence,
      expiredToken: succeeds,
      interruptedBlob: fails('oras does not resume', /unexpected EOF|EOF/),
    },
  },
  {
    name: 'helm',
    lane: 'every',
    pulls: 'charts',
    commands: helmCommands,
    expected: {
      login: succeeds,
      pull: succeeds,
      multiArch: none('a chart has no architecture'),
      artifact: succeeds,
      referrers: none('helm has no command for it'),
      lapsedLogin: sentence,
      lapsedPull: sentence,
      wrongSecretLogin: fails('the secret is wrong', /wrong user name or secret/),
      wrongSecretPull: fails('the secret is wrong', /wrong user name or secret/),
      revokedMidPull: sentence,
      expiredToken: succeeds,
      interruptedBlob: fails('helm does not resume', /unexpected EOF|EOF/),
    },
  },
];
