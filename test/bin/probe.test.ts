import { describe, expect, it } from 'vitest';
import type { ProbeReport } from '../../bin/probe/run-probe.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';
import { PROBED, type Probed, probedGateway } from '../support/probed-gateway.ts';

const FULL = [
  '--user',
  PROBED.username,
  '--secret-file',
  'secret.txt',
  '--repository',
  PROBED.repository,
  '--tag',
  PROBED.tag,
];

const facing = (standing: Probed['standing'] = 'paying') => {
  const probed = probedGateway();
  probed.standing = standing;
  const world = commandWorld();
  world.settings.wire = probed.wire;
  world.settings.files.set('secret.txt', `${PROBED.secret}\n`);
  return { probed, world };
};

const probe = (world: CommandWorld, ...args: readonly string[]) =>
  world.run('probe', PROBED.origin, ...args);

/** Names of the checks with this outcome. */
const namesOf = async (
  world: CommandWorld,
  outcome: 'fine' | 'wrong' | 'unknown',
  args: readonly string[] = FULL,
): Promise<readonly string[]> => {
  const { data } = await world.json('probe', PROBED.origin, ...args);
  return (data as ProbeReport).checks
    .filter((check) => check.outcome === outcome)
    .map(({ name }) => name);
};

describe('a front whose secret the gateway does not know', () => {
  it('is named as such', async () => {
    const { probed, world } = facing();
    probed.spoil = ({ headers }, answer) => {
      if (headers.authorization === undefined) return;
      Object.assign(answer, { status: 403, headers: {}, body: 'forbidden' });
    };
    const { code, out } = await probe(world);
    expect(code).toBe(1);
    expect(out).toContain(
      'WRONG  garbage token: the gateway turns away what comes from its own front\n       change: store the secret that CloudFront sends as current or previous: docs/deploy.md, Its two secrets',
    );
  });
});

describe('a gateway as it should be', () => {
  it('passes without a credential, and what was not checked is named', async () => {
    const { world } = facing();
    const { code, out } = await probe(world);
    expect(code).toBe(0);
    expect(out).toContain(
      'ok     first request, containerd and Kubernetes: 401 with one Bearer challenge, realm /token/k',
    );
    expect(out).toContain('not checked: everything behind the login: no credential was given');
    expect(out).toContain('not checked: expired token: only the gateway makes tokens');
    expect(out).toContain('0 wrong, 2 not checked.');
    expect(world.settings.opened).toStrictEqual([]);
  });

  it('passes with the credential of a customer who pays', async () => {
    const { world } = facing();
    const { code, out } = await probe(world, ...FULL);
    expect(code).toBe(0);
    for (const name of [
      'access token, podman, skopeo, buildah: 200, lives 3600 seconds',
      'GET of a manifest: 200',
      'HEAD of a manifest: 200 with the length that GET has',
      'HEAD of a blob: 200',
      'GET of a blob: 307 to layers.s3.amazonaws.com',
      'first byte from storage: 206',
      'tags: 2 listed, in order',
      'referrers: 200',
      'unknown repository: 404 NAME_UNKNOWN',
      'list of repositories: 404',
      'writing: 405',
    ]) {
      expect(out).toContain(`ok     ${name}`);
    }
    expect(out).toContain('Latency from here\n  401 at the edge: median');
    expect(await namesOf(world, 'unknown')).toStrictEqual([
      'expired token',
      'notice before the end',
      'the sentence that a lapsed customer sees',
    ]);
  });

  it('passes with the credential of one who lapsed: each class is told where it shows', async () => {
    const { world } = facing('lapsed');
    const { code, out } = await probe(world, ...FULL);
    expect(code).toBe(0);
    expect(out).toContain(
      `docker and most others: at the token endpoint: 403 DENIED: ${PROBED.sentence}`,
    );
    expect(out).toContain(`podman, skopeo, buildah: at /v2/: 403 DENIED: ${PROBED.sentence}`);
    expect(out).toContain(`in the challenge of a manifest: 401 with error="${PROBED.sentence}"`);
    const bare = FULL.slice(0, 4);
    expect(await namesOf(world, 'unknown', bare)).toContain(
      'lapsed, containerd and Kubernetes: in the challenge of a manifest',
    );
  });

  it('keeps a token, with which an hour later it asks about an expired one', async () => {
    const { world } = facing();
    await probe(world, ...FULL, '--keep-token', 'token.txt');
    expect(world.settings.files.get('token.txt')).toBe('token-d');
    const { out } = await probe(world, '--old-token-file', 'token.txt');
    expect(out).toContain('expired token: the token of --old-token-file is still valid');
    world.settings.files.set('token.txt', 'token-of-yesterday');
    expect((await probe(world, '--old-token-file', 'token.txt')).out).toContain(
      'ok     expired token: 401 with error="invalid_token"',
    );
  });

  it('gives its secret to nobody but the gateway, and never shows it', async () => {
    const { world, probed } = facing();
    const { out, errors } = await probe(world, ...FULL);
    const { data } = await world.json('probe', PROBED.origin, ...FULL);
    expect(out + errors + JSON.stringify(data)).not.toMatch(/canary|token-d/);
    const elsewhere = probed.asked.filter(({ url }) => !url.startsWith(PROBED.origin));
    expect(elsewhere).not.toStrictEqual([]);
    expect(elsewhere.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    expect(
      probed.asked.some(({ url }) => url.includes('canary') && url.startsWith(PROBED.origin)),
    ).toBe(false);
  });
});

type Spoil = Probed['spoil'];
const at =
  (path: RegExp, method: string, change: (answer: Parameters<Spoil>[1]) => void): Spoil =>
  (request, answer) => {
    if (path.test(request.url) && request.method === method) change(answer);
  };

const MANIFEST = /acme\/app\/manifests\/1\.0\.0/;
const BLOB = /acme\/app\/blobs\//;

describe('a gateway with a fault', () => {
  it.each<[string, string, string, Spoil]>([
    [
      'whose front gives HEAD no length',
      'HEAD of a manifest',
      "set registry.manifestHead to 'refuse'",
      at(MANIFEST, 'HEAD', ({ headers }) => delete headers['content-length']),
    ],
    [
      'whose front gives HEAD a length of zero',
      'HEAD of a manifest',
      "set registry.manifestHead to 'refuse'",
      at(MANIFEST, 'HEAD', ({ headers }) => Object.assign(headers, { 'content-length': '0' })),
    ],
    [
      'whose front compresses',
      'GET of a manifest',
      'switch compression off',
      at(MANIFEST, 'GET', ({ headers }) => Object.assign(headers, { 'content-encoding': 'gzip' })),
    ],
    [
      'that changes the bytes',
      'GET of a manifest',
      'deploy this version again',
      at(MANIFEST, 'GET', (answer) => Object.assign(answer, { body: `${answer.body} ` })),
    ],
    [
      'without the viewer-response function',
      'first request, docker and most others',
      'both CloudFront Functions',
      at(/\/v2\/$/, 'GET', (answer) => {
        if (answer.status !== 401) return;
        answer.status = 200;
        answer.headers['x-wharfage-status'] = '401';
      }),
    ],
    [
      'that names another host than it was asked under',
      'first request, docker and most others',
      'probe the name under which customers log in',
      at(/\/v2\/$/, 'GET', ({ headers }) => {
        const challenge = headers['www-authenticate']?.replaceAll('acme.example', 'other.example');
        if (challenge !== undefined) headers['www-authenticate'] = challenge;
      }),
    ],
    [
      'whose challenges may be cached',
      'garbage token',
      'deploy this version again',
      at(/\/v2\/$/, 'GET', ({ headers }) => delete headers['cache-control']),
    ],
    [
      'that does not say invalid_token',
      'garbage token',
      'deploy this version again',
      at(/\/v2\/$/, 'GET', ({ headers }) => {
        const challenge = headers['www-authenticate']?.replace(',error="invalid_token"', '');
        if (challenge !== undefined) headers['www-authenticate'] = challenge;
      }),
    ],
    [
      'that lets no POST through',
      'wrong secret',
      'let the distribution pass POST',
      at(/\/token\/d/, 'POST', (answer) => Object.assign(answer, { status: 403 })),
    ],
    [
      'that answers a method before it asks who it is',
      'writing without a token',
      'let the distribution pass all methods',
      (request, answer) => {
        if (request.method === 'DELETE' && answer.status === 401) answer.status = 403;
      },
    ],
    [
      'that hands out refresh tokens',
      'access token, docker and most others',
      'deploy this version again',
      at(/\/token\/d/, 'GET', (answer) => {
        if (answer.status === 200) answer.body = answer.body.replace('{', '{"refresh_token":"x",');
      }),
    ],
    [
      'whose storage is under its own name',
      'GET of a blob',
      'give the registry a name that storage is not under',
      at(BLOB, 'GET', ({ headers }) => {
        headers.location = 'https://blobs.registry.acme.example/layer';
      }),
    ],
    [
      'whose storage does not answer',
      'first byte from storage',
      'is storage reachable',
      at(/s3\.amazonaws\.com/, 'GET', (answer) => Object.assign(answer, { status: 403 })),
    ],
    [
      'that redirects the HEAD of a blob',
      'HEAD of a blob',
      'deploy this version again',
      at(BLOB, 'HEAD', (answer) => Object.assign(answer, { status: 307 })),
    ],
    [
      'whose first listing is not complete',
      'tags',
      'wait 5 minutes',
      at(/tags\/list/, 'GET', (answer) => Object.assign(answer, { status: 503 })),
    ],
    [
      'whose tags are out of order',
      'tags',
      'deploy this version again',
      at(/tags\/list/, 'GET', (answer) =>
        Object.assign(answer, { body: '{"tags":["1.0.0","0.9.0"]}' }),
      ),
    ],
    [
      'that lists repositories',
      'list of repositories',
      'deploy this version again',
      at(/_catalog/, 'GET', (answer) => {
        if (answer.status === 404) answer.status = 200;
      }),
    ],
    [
      'that knows a repository that is not there',
      'unknown repository',
      'deploy this version again',
      at(/wharfage-probe\/none\/manifests/, 'GET', (answer) => {
        if (answer.status === 404) answer.status = 403;
      }),
    ],
    [
      'that does not know a digest again',
      'If-None-Match',
      'deploy this version again',
      at(MANIFEST, 'GET', (answer) => {
        if (answer.status === 304) answer.status = 200;
      }),
    ],
    [
      'whose notice is malformed',
      'notice before the end',
      'deploy this version again',
      at(MANIFEST, 'GET', ({ headers }) => {
        headers.warning = 'soon';
      }),
    ],
  ])('%s is told in "%s" what to change', async (_fault, name, change, spoil) => {
    const { world, probed } = facing();
    probed.spoil = spoil;
    const { code, out } = await probe(world, ...FULL);
    expect(code).toBe(1);
    expect(await namesOf(world, 'wrong')).toContain(name);
    expect(out).toContain('WRONG  ');
    expect(out).toContain(change);
  });

  it('that refuses HEAD as it was set to is fine', async () => {
    const { world, probed } = facing();
    probed.spoil = at(MANIFEST, 'HEAD', (answer) => Object.assign(answer, { status: 405 }));
    expect((await probe(world, ...FULL)).code).toBe(0);
  });

  it.each<[string, string, Spoil]>([
    [
      'docker and most others: at the token endpoint',
      'set renewalUrl',
      at(/\/token\/d/, 'GET', (answer) => {
        answer.body = answer.body.replace('. https://acme.example/renew', '.');
      }),
    ],
    [
      'podman, skopeo, buildah: at /v2/',
      'viewer-response function',
      at(/\/v2\/$/, 'GET', (answer) => {
        if (answer.status === 403) answer.status = 200;
      }),
    ],
    [
      'containerd and Kubernetes: in the challenge of a manifest',
      'set renewalUrl',
      at(MANIFEST, 'HEAD', ({ headers }) => {
        headers['www-authenticate'] = 'Bearer error="insufficient_scope"';
      }),
    ],
  ])('does not tell a lapsed customer of %s', async (name, change, spoil) => {
    const { world, probed } = facing('lapsed');
    probed.spoil = spoil;
    expect((await probe(world, ...FULL)).out).toContain(change);
    expect(await namesOf(world, 'wrong')).toStrictEqual([`lapsed, ${name}`]);
  });

  it('refuses a wrong secret, and the probe goes no further', async () => {
    const { world } = facing();
    world.settings.files.set('secret.txt', 'wrong');
    const { code, out } = await probe(world, ...FULL);
    expect(code).toBe(1);
    expect(out).toContain(
      'WRONG  login: the token endpoint answers 401 UNAUTHORIZED: wrong user name or secret',
    );
  });

  it('names the tag that this customer may not pull', async () => {
    const { world } = facing();
    const { out } = await probe(world, ...FULL.slice(0, 7), '9.9.9');
    expect(out).toContain('WRONG  GET of a manifest: /v2/acme/app/manifests/9.9.9 is answered 404');
  });

  it('that cannot be reached is said, and nothing passes for checked', async () => {
    const world = commandWorld();
    const { code, out, errors } = await probe(world);
    expect([code, out]).toStrictEqual([3, '']);
    expect(errors).toContain('wharfage: no gateway in this test');
  });
});

describe('the arguments of wharfage probe', () => {
  it('never repeat a password that stands in an address', async () => {
    const { world } = facing();
    const { errors } = await world.run('probe', 'https://ada:hunter2@registry.acme.com');
    expect(errors).toContain('…@registry.acme.com');
    expect(errors).not.toContain('hunter2');
  });

  it.each([
    [[], 'wanted the address of a gateway, got nothing'],
    [['http://registry.acme.com'], 'http on this machine only'],
    [['https://ada:secret@registry.acme.com'], 'takes an address such as'],
    [['https://registry.acme.com/v2/acme/app'], 'takes an address such as'],
    [['registry.acme.com'], 'takes an address such as'],
    [['https://r.example', '--user', 'ada'], 'a Stripe customer id such as'],
    [['https://r.example', '--user', 'cus_1'], '--secret-file is needed'],
    [['https://r.example', '--secret-file', 'x'], '--secret-file needs --user'],
    [['https://r.example', '--keep-token', 'x'], '--keep-token needs --user'],
    [
      ['https://r.example', '--user', 'cus_1', '--secret-file', 'x', '--tag', '1'],
      '--repository and --tag go together, such as acme/app and 1.0.0, got "nothing" and "1"',
    ],
    [
      [
        'https://r.example',
        '--user',
        'cus_1',
        '--secret-file',
        'x',
        '--repository',
        'A',
        '--tag',
        '1',
      ],
      '--repository and --tag go together',
    ],
  ])('%j are refused before anything is asked', async (argv, sentence) => {
    const { world, probed } = facing();
    const { code, errors } = await world.run('probe', ...argv);
    expect(code).toBe(2);
    expect(errors).toContain(sentence);
    expect(probed.asked).toStrictEqual([]);
  });

  it('take http on this machine', async () => {
    const { world, probed } = facing();
    await world.run('probe', 'http://127.0.0.1:4244');
    expect(probed.asked[0]?.url).toBe('http://127.0.0.1:4244/v2/');
  });
});
