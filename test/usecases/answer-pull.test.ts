import { beforeEach, describe, expect, it } from 'vitest';
import type { Customer } from '../../functions/core/customer.ts';
import type { PullAnswer } from '../../functions/core/pull-answer.ts';
import type { PullRequest } from '../../functions/core/pull-request.ts';
import { DAY, HOUR } from '../../functions/core/time.ts';
import { NOW, offer, PAID_UNTIL, windowOf } from '../support/builders.ts';
import {
  APP,
  blobItem,
  credentialOf,
  digestOf,
  getBlob,
  getDigest,
  getTag,
  LAYER_URL,
  manifestItem,
  type PullWorld,
  pullWorld,
  referrerItem,
  tagItem,
} from '../support/pull-world.ts';

const LAYER = digestOf('e');
const PAID: Partial<Customer> = { windows: [windowOf('app')] };
const CANCELED: Partial<Customer> = {
  windows: [],
  withheld: [{ offerId: 'app', source: 'sub_1', because: 'canceled', endedAt: NOW - DAY }],
};
const lapsedBecause = (because: string): object => ({
  kind: 'refused',
  refusal: { kind: 'lapsed', repository: APP, lapse: { offerId: 'app', because } },
});
const refusalOf = (answer: PullAnswer): string =>
  answer.kind === 'refused' ? answer.refusal.kind : answer.kind;

let world: PullWorld;
beforeEach(() => {
  world = pullWorld();
  world.release('1.0.0');
  world.put(blobItem(LAYER));
  world.layers.set(`${APP} ${LAYER}`, LAYER_URL);
  world.states.set(APP, { repository: APP, revision: 1, completeAt: NOW - HOUR });
  world.buy('cus_Nova', PAID);
});

/** One of each kind, all of the same repository. */
const EVERYTHING: readonly PullRequest[] = [
  getTag('1.0.0'),
  getTag('1.0.0', { isHead: true }),
  getDigest(digestOf('a')),
  getBlob(LAYER),
  getBlob(LAYER, { isHead: true }),
  { kind: 'tags', repository: APP },
  { kind: 'referrers', repository: APP, subject: digestOf('a') },
];

describe('who has paid', () => {
  it.each([
    ['a tag', getTag('1.0.0'), 'manifest'],
    ['a digest', getDigest(digestOf('a')), 'manifest'],
    ['a layer', getBlob(LAYER), 'redirect'],
    ['the size of a layer', getBlob(LAYER, { isHead: true }), 'blob'],
    ['the list of tags', { kind: 'tags', repository: APP }, 'tags'],
    ['referrers', { kind: 'referrers', repository: APP, subject: digestOf('a') }, 'referrers'],
    ['a sign of life', { kind: 'ping' }, 'pong'],
  ] as const)('gets %s', async (_what, request, kind) => {
    expect(refusalOf(await world.pull(request))).toBe(kind);
  });

  it('is refused at the second at which it ends, with the same access token, and nothing having run', async () => {
    world.now = PAID_UNTIL - 1;
    expect(refusalOf(await world.pull(getDigest(digestOf('a'))))).toBe('manifest');
    world.now = PAID_UNTIL;
    for (const request of EVERYTHING) {
      expect(await world.pull(request)).toMatchObject(lapsedBecause('deadline'));
    }
  });

  it('is refused at the request after the revocation, in the middle of a pull', async () => {
    await world.pull(getTag('1.0.0'));
    world.buy('cus_Nova', CANCELED);
    expect(await world.pull(getBlob(LAYER))).toMatchObject(lapsedBecause('canceled'));
    expect(world.calls).not.toContain('findLayerUrl');
  });

  it('pulls again with the same access token after having paid again', async () => {
    world.buy('cus_Nova', CANCELED);
    expect(await world.pull(getTag('1.0.0'))).toMatchObject(lapsedBecause('canceled'));
    world.buy('cus_Nova', PAID);
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe('manifest');
  });
});

describe('a credential', () => {
  it.each([
    ['that is gone', undefined, 'invalid_token'],
    ['that was retired', credentialOf('cus_Nova', { retiresAt: NOW }), 'retired_credential'],
    ['that nobody claimed in time', unclaimed(NOW), 'retired_credential'],
    ['that retires later', credentialOf('cus_Nova', { retiresAt: NOW + 1 }), 'manifest'],
    ['that waits to be claimed', unclaimed(NOW + 1), 'manifest'],
  ])('%s: %s', async (_which, credential, expected) => {
    if (credential === undefined) world.credentials.clear();
    else world.credentials.set('cus_Nova cred1', credential);
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe(expected);
  });

  it('is rechecked between the manifest and its layers', async () => {
    await world.pull(getTag('1.0.0'));
    world.credentials.set('cus_Nova cred1', credentialOf('cus_Nova', { retiresAt: NOW }));
    expect(refusalOf(await world.pull(getBlob(LAYER)))).toBe('retired_credential');
    expect(refusalOf(await world.pull({ kind: 'ping' }))).toBe('retired_credential');
  });

  it('of a customer who is not stored opens nothing', async () => {
    world.customers.clear();
    for (const request of [...EVERYTHING, { kind: 'ping' } as const]) {
      expect(refusalOf(await world.pull(request))).toBe('invalid_token');
    }
  });
});

function unclaimed(claimBy: number) {
  const { claimedAt: _never, ...credential } = credentialOf('cus_Nova', { claimBy });
  return credential;
}

describe('a second customer, with every id and digest of the first', () => {
  beforeEach(() => {
    world.buy('cus_Twin', { windows: [windowOf('tools')] });
  });

  it.each(EVERYTHING)('gets the answer for what does not exist: $kind', async (request) => {
    const calls = await world.callsOf(async () => {
      expect(await world.pull(request, 'cus_Twin')).toEqual({
        kind: 'refused',
        refusal: { kind: 'unknown_repository', repository: APP },
      });
    });
    expect(calls).toEqual(['readPull']);
  });

  it.each(EVERYTHING)(
    'cannot tell it from a repository that is not there: $kind',
    async (request) => {
      const nowhere = { ...request, repository: 'acme/nowhere' };
      const answers: string[] = [];
      const calls: (readonly string[])[] = [];
      for (const each of [request, nowhere]) {
        calls.push(
          await world.callsOf(async () => {
            answers.push(JSON.stringify(await world.pull(each, 'cus_Twin')));
          }),
        );
      }
      expect(answers[0]?.replaceAll(APP, 'acme/nowhere')).toBe(answers[1]);
      expect(calls[0]).toEqual(calls[1]);
    },
  );

  it('finds no layer of the first in a repository of their own', async () => {
    const request = getBlob(LAYER, { repository: 'acme/tools' });
    expect(await world.pull(request, 'cus_Twin')).toEqual({
      kind: 'refused',
      refusal: { kind: 'unknown_blob', digest: LAYER },
    });
    expect(world.calls).not.toContain('findLayerUrl');
  });

  it('gets nothing by the credential of the first', async () => {
    world.credentials.delete('cus_Twin cred1');
    expect(refusalOf(await world.pull(getTag('1.0.0'), 'cus_Twin'))).toBe('invalid_token');
  });
});

describe('an offer of some tags', () => {
  const ONE = { tags: [{ semver: '1.x' }], awsAccounts: 'none', afterEnd: 'deny' } as const;
  beforeEach(() => {
    world = pullWorld({ offers: { app: offer('app', ONE) } });
    world.buy('cus_Nova', PAID);
    world.release('1.0.0', { opens: { app: NOW - DAY } });
    world.release('2.0.0', { digest: digestOf('b') });
    world.put(manifestItem(digestOf('c')), blobItem(LAYER), blobItem(digestOf('f')));
    world.put(blobItem(digestOf('d'), { opens: { app: NOW - DAY } }));
    world.layers.set(`${APP} ${digestOf('d')}`, LAYER_URL);
  });

  it('opens these and what they reach', async () => {
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe('manifest');
    expect(refusalOf(await world.pull(getDigest(digestOf('a'))))).toBe('manifest');
    expect(refusalOf(await world.pull(getBlob(digestOf('d'))))).toBe('redirect');
  });

  it.each([
    ['another tag', getTag('2.0.0'), getTag('9.9.9'), ['2.0.0', '9.9.9']],
    [
      'a child manifest of another tag',
      getDigest(digestOf('c')),
      getDigest(digestOf('0')),
      ['c', '0'],
    ],
    ['a layer of another tag', getBlob(LAYER), getBlob(digestOf('0')), ['e', '0']],
    [
      'the size of a layer of another tag',
      getBlob(LAYER, { isHead: true }),
      getBlob(digestOf('0'), { isHead: true }),
      ['e', '0'],
    ],
  ] as const)(
    'does not open %s: it is as if it were not there',
    async (_what, hidden, unknown, names) => {
      const [hiddenName, unknownName] = names.map((name) =>
        name.length === 1 ? digestOf(name) : name,
      );
      const answer = JSON.stringify(await world.pull(hidden));
      expect(answer).toContain(hiddenName);
      expect(answer.replaceAll(hiddenName ?? '', unknownName ?? '')).toBe(
        JSON.stringify(await world.pull(unknown)),
      );
    },
  );

  describe('beside another one that has ended', () => {
    const TWO = { repositories: [APP], tags: [{ semver: '2.x' }], awsAccounts: 'none' } as const;
    const [SECOND, THIRD] = ['b', '3'].map(digestOf) as [string, string];
    beforeEach(() => {
      world = pullWorld({ offers: { app: offer('app', ONE), two: offer('two', TWO) } });
      world.buy('cus_Nova', {
        ...PAID,
        withheld: [{ offerId: 'two', source: 'sub_2', because: 'canceled', endedAt: NOW - DAY }],
      });
      world.release('2.0.0', { digest: SECOND, opens: { two: NOW - 9 * DAY } });
      world.put(blobItem(LAYER, { opens: { two: NOW - 9 * DAY } }));
      world.release('3.0.0', { digest: THIRD });
      world.put(blobItem(digestOf('4')));
    });

    it('tells of the end for what that one opened', async () => {
      for (const request of [getTag('2.0.0'), getDigest(SECOND), getBlob(LAYER)]) {
        expect(await world.pull(request)).toMatchObject({
          refusal: { kind: 'lapsed', repository: APP, lapse: { offerId: 'two' } },
        });
      }
    });

    it.each([
      ['a tag', getTag('3.0.0'), getTag('9.9.9')],
      ['a digest', getDigest(THIRD), getDigest(digestOf('9'))],
      ['a layer', getBlob(digestOf('4')), getBlob(digestOf('9'))],
    ])(
      'says nothing of an end for %s that neither opened: it is as if it were not there',
      async (_what, hidden, missing) => {
        const kinds = [];
        for (const request of [hidden, missing]) kinds.push(refusalOf(await world.pull(request)));
        expect(kinds[0]).toMatch(/^unknown_(manifest|blob)$/);
        expect(kinds[0]).toBe(kinds[1]);
      },
    );

    it('tells of the end for what ECR has and the index does not have yet', async () => {
      const opens = { two: NOW };
      world.push(tagItem('2.1.0', { digest: digestOf('7'), opens }));
      world.push(tagItem('3.1.0', { digest: digestOf('8') }));
      expect(refusalOf(await world.pull(getTag('2.1.0')))).toBe('lapsed');
      expect(refusalOf(await world.pull(getTag('3.1.0')))).toBe('unknown_manifest');
    });
  });

  it('cannot be probed while ECR is away, nor by how long it takes: ECR is asked about a hidden one too', async () => {
    for (const [hidden, missing] of [
      [getTag('2.0.0'), getTag('9.9.9')],
      [getDigest(digestOf('c')), getDigest(digestOf('0'))],
    ] as const) {
      world.hooks.before = (method) => {
        if (method === 'readImages' || method === 'indexImage') throw new Error('throttled');
      };
      for (const request of [hidden, missing]) {
        expect(refusalOf(await world.pull(request))).toBe('unavailable');
      }
      world.hooks = {};
      const asked = [];
      for (const request of [hidden, missing]) {
        const calls = await world.callsOf(() => world.pull(request));
        asked.push(calls.map((call) => (call === 'indexImage' ? 'readImages' : call)));
      }
      expect(asked[0]).toEqual(asked[1]);
    }
  });

  it('cannot be probed by asking again and again: both are looked up once a minute', async () => {
    const lookUpsOf = async (tag: string): Promise<number> => {
      const calls = await world.callsOf(async () => {
        for (let second = 0; second <= 60; second += 20) {
          world.now = NOW + second;
          await world.pull(getTag(tag));
        }
      });
      return calls.filter((call) => call === 'admitMiss').length;
    };
    expect(await lookUpsOf('2.0.0')).toBe(2);
    expect(await lookUpsOf('9.9.9')).toBe(2);
  });

  it('cannot be probed by counting refusals: a hidden tag is metered as an unknown one', async () => {
    const until429 = async (tag: (attempt: number) => string): Promise<number> => {
      world.missesLeft = 3;
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const answer = await world.pull(getTag(tag(attempt)));
        if (refusalOf(answer) === 'too_many_misses') return attempt;
      }
      return 10;
    };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      world.put(tagItem(`3.0.${attempt}`));
    }
    expect(await until429((attempt) => `3.0.${attempt}`)).toBe(3);
    expect(await until429((attempt) => `4.0.${attempt}`)).toBe(3);
    // The same one again costs nothing, in both cases.
    expect(await until429(() => '2.0.0')).toBe(10);
    expect(await until429(() => '9.9.9')).toBe(10);
  });

  it('shows only these tags, and no referrers of others', async () => {
    world.states.set(APP, { repository: APP, revision: 1, completeAt: NOW });
    world.put(
      referrerItem(digestOf('a'), digestOf('7'), { opens: { app: NOW - DAY } }),
      referrerItem(digestOf('b'), digestOf('8')),
    );
    const referrersOf = (subject: string): PullRequest => ({
      kind: 'referrers',
      repository: APP,
      subject,
    });
    expect(await world.pull({ kind: 'tags', repository: APP })).toMatchObject({ tags: ['1.0.0'] });
    expect(await world.pull(referrersOf(digestOf('a')))).toMatchObject({
      descriptors: [{ digest: digestOf('7') }],
    });
    for (const subject of [digestOf('b'), digestOf('0')]) {
      expect(await world.pull(referrersOf(subject))).toEqual({
        kind: 'referrers',
        repository: APP,
        subject,
        descriptors: [],
      });
    }
  });
});

describe('who keeps what was pushed before the end', () => {
  const KEEP = {
    tags: [],
    awsAccounts: 'none',
    afterEnd: { keep: { days: 'forever', afterPaidDays: 30 } },
  } as const;
  const PAID_TO = NOW - 10 * DAY;
  beforeEach(() => {
    world = pullWorld({
      offers: { app: offer('app', KEEP) },
      onDispute: 'suspend',
      onFullRefund: 'revoke',
    });
    world.buy('cus_Nova', {
      ...CANCELED,
      paidTimes: [
        { offerId: 'app', source: 'sub_1', startsAt: PAID_TO - 60 * DAY, endsAt: PAID_TO },
      ],
    });
    world.release('1.0.0', { history: [{ digest: digestOf('a'), since: PAID_TO - DAY }] });
    world.release('2.0.0', {
      digest: digestOf('b'),
      history: [{ digest: digestOf('b'), since: PAID_TO + DAY }],
    });
    world.put(
      manifestItem(digestOf('b'), { firstPushedAt: PAID_TO + DAY }),
      blobItem(LAYER),
      blobItem(digestOf('f'), { firstPushedAt: PAID_TO + DAY }),
    );
  });

  it('gets that, by tag and by digest', async () => {
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe('manifest');
    expect(refusalOf(await world.pull(getDigest(digestOf('a'))))).toBe('manifest');
    expect(refusalOf(await world.pull(getBlob(LAYER, { isHead: true })))).toBe('blob');
  });

  it('is told why, for what came later', async () => {
    for (const later of [getTag('2.0.0'), getDigest(digestOf('b')), getBlob(digestOf('f'))]) {
      expect(await world.pull(later)).toMatchObject(lapsedBecause('canceled'));
    }
  });

  it('gets for a tag that has moved what it pointed at then', async () => {
    const history = [
      { digest: digestOf('b'), since: PAID_TO + DAY },
      { digest: digestOf('a'), since: PAID_TO - DAY },
    ];
    world.release('latest', { digest: digestOf('b'), history });
    const answer = await world.pull(getTag('latest'));
    expect(answer).toMatchObject({ kind: 'manifest', digest: digestOf('a') });
    expect(answer.kind === 'manifest' && new TextDecoder().decode(answer.body)).toBe(
      `manifest ${digestOf('a')}`,
    );
  });

  it('gets nothing for a tag whose manifest of then is gone', async () => {
    const history = [
      { digest: digestOf('b'), since: PAID_TO + DAY },
      { digest: digestOf('0'), since: PAID_TO - DAY },
    ];
    world.release('latest', { digest: digestOf('b'), history });
    expect(refusalOf(await world.pull(getTag('latest')))).toBe('unknown_manifest');
  });
});

describe('GET /v2/', () => {
  it.each([
    ['c', 'lapsed'],
    ['d', 'pong'],
    ['k', 'pong'],
  ] as const)(
    'of a client of class %s whose subscription has lapsed: %s',
    async (clientClass, expected) => {
      world.buy('cus_Nova', CANCELED);
      expect(refusalOf(await world.pull({ kind: 'ping' }, 'cus_Nova', clientClass))).toBe(expected);
    },
  );

  it('of a customer who never had anything says nothing about it', async () => {
    world.buy('cus_Stranger', {});
    expect(refusalOf(await world.pull({ kind: 'ping' }, 'cus_Stranger', 'c'))).toBe('pong');
  });
});

describe('a catalog that the vendor has not accepted', () => {
  it.each([
    ['has not been decided about again yet', {}, 'manifest'],
    ['is held for it', { held: 'catalog' }, 'manifest'],
    ['was opened under it', { isNew: true }, 'unknown_repository'],
  ] as const)('takes nothing from a window that %s', async (_name, more, expected) => {
    world.catalogs = { deployed: { ...world.deployed, offers: {} }, accepted: world.deployed };
    world.buy('cus_Nova', { windows: [windowOf('app', more)] });
    expect(refusalOf(await world.pull(getTag('1.0.0')))).toBe(expected);
  });
});

describe('a dependency that fails', () => {
  it.each([
    ['the table', 'readPull', getTag('1.0.0')],
    ['the table', 'findIndexState', { kind: 'tags', repository: APP }],
    ['the table', 'listTags', { kind: 'tags', repository: APP }],
    ['the table', 'listReferrers', { kind: 'referrers', repository: APP, subject: LAYER }],
    ['the meter', 'admitMiss', getTag('2.0.0')],
    ['ECR', 'indexImage', getTag('2.0.0')],
    ['ECR', 'findLayerUrl', getBlob(LAYER)],
    ['the table', 'readPull', { kind: 'ping' }],
  ] as const)('%s at %s: unavailable, and counted', async (_who, method, request) => {
    world.hooks.before = (called) => {
      if (called === method) throw new Error('throttled');
    };
    expect(await world.pull(request)).toEqual({
      kind: 'refused',
      refusal: { kind: 'unavailable' },
    });
    expect(world.report.counted('GatewayUnavailable')).toBe(1);
  });
});

it('a kind of request that nobody decided about is never served', async () => {
  const push = { kind: 'push', repository: APP } as never;
  expect(refusalOf(await world.pull(push))).toBe('unavailable');
});

describe('the log', () => {
  it('has one line for each answer: who, what, by which right', async () => {
    await world.pull(getTag('1.0.0'));
    expect(world.report.lines).toEqual([
      {
        message: 'pull',
        fields: {
          at: NOW,
          customerId: 'cus_Nova',
          credentialId: 'cred1',
          clientClass: 'd',
          request: 'manifest',
          repository: APP,
          reference: '1.0.0',
          decision: 'allow',
          answer: 'manifest',
          digest: digestOf('a'),
          offerId: 'app',
          source: 'sub_1',
          version: 0,
        },
      },
    ]);
  });

  it('says why something was refused', async () => {
    world.buy('cus_Nova', CANCELED);
    await world.pull(getBlob(LAYER));
    expect(world.report.lines[0]?.fields).toMatchObject({
      decision: 'lapsed',
      because: 'canceled',
      offerId: 'app',
      digest: LAYER,
      version: 0,
    });
  });

  it('has a line for every kind of request, refused ones and failures too, and never an address or a secret', async () => {
    const CANARY = 'wharfage_pull_canary_secret';
    world.credentials.set('cus_Nova cred1', credentialOf('cus_Nova', { hash: CANARY }));
    const requests = [...EVERYTHING, { kind: 'ping' } as const, getTag('none'), getBlob(LAYER)];
    for (const request of requests) await world.pull(request);
    world.hooks.before = () => {
      throw Object.assign(new Error('AccessDenied'), { name: 'SdkError', $response: CANARY });
    };
    await world.pull(getTag('1.0.0'));
    const printed = JSON.stringify(world.report.lines);
    expect(world.report.lines.filter(({ message }) => message === 'pull')).toHaveLength(
      requests.length + 1,
    );
    expect(printed).not.toContain('canary');
    expect(printed).not.toContain('amazonaws.com');
    expect(printed).not.toContain('AccessDenied');
  });
});
