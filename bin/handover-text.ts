/** One secret, on its way to the customer. This is the only place that prints one. */
export type Login = {
  readonly username: string;
  readonly credentialId: string;
  readonly secretText: string;
  readonly registry: string | undefined;
  readonly sealedCopy: 'deleted' | 'left';
};

const PLACEHOLDER = 'registry.example.com';

const NO_HOST =
  'registry.example.com stands for the host of your gateway, which this deployment does not name: give it\nwith --registry.';

const AFTERWARDS = {
  deleted: 'This secret is shown once and is stored nowhere any more. If it is lost, rotate.',
  left: 'This secret is shown once. If it is lost, rotate. Its sealed copy in Secrets Manager could not be\ndeleted: it goes within 31 days, and wharfage doctor names it until then.',
} as const;

export const handoverText = (login: Login): string => {
  const { username, credentialId, secretText, registry, sealedCopy } = login;
  const host = registry ?? PLACEHOLDER;
  return [
    AFTERWARDS[sealedCopy],
    ...(registry === undefined ? [NO_HOST] : []),
    '',
    `credential  ${credentialId}`,
    `user name   ${username}`,
    `secret      ${secretText}`,
    '',
    'Docker (paste the secret when it waits for input, then press Enter and Ctrl-D):',
    `  docker login ${host} -u ${username} --password-stdin`,
    '',
    'Kubernetes:',
    ...manifestOf(host, username, secretText).map((line) => `  ${line}`),
    '',
  ].join('\n');
};

export const handoverData = ({
  username,
  credentialId,
  secretText,
  registry,
  sealedCopy,
}: Login) => ({
  customerId: username,
  credentialId,
  username,
  secret: secretText,
  registry: registry ?? null,
  sealedCopy,
  dockerConfigJson: dockerConfigOf(registry ?? PLACEHOLDER, username, secretText),
});

const dockerConfigOf = (host: string, username: string, password: string) => ({
  auths: {
    [host]: {
      username,
      password,
      auth: Buffer.from(`${username}:${password}`).toString('base64'),
    },
  },
});

const manifestOf = (host: string, username: string, secretText: string): readonly string[] => {
  const config = JSON.stringify(dockerConfigOf(host, username, secretText));
  return [
    'apiVersion: v1',
    'kind: Secret',
    'metadata:',
    '  name: wharfage-pull',
    'type: kubernetes.io/dockerconfigjson',
    'data:',
    `  .dockerconfigjson: ${Buffer.from(config).toString('base64')}`,
  ];
};
