import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../functions/core/time.ts';
import { catalog, found, grant, itemOf, NOW, offer, subscription } from '../support/builders.ts';
import { ONE, type SyncWorld, syncWorld, TWO } from '../support/sync-world.ts';

const grantedTo = (accountsText: string) => async (): Promise<SyncWorld> => {
  const world = syncWorld();
  world.truth = found([subscription()], { accountsText });
  await world.sync();
  world.now += HOUR;
  return world;
};

type Story = {
  readonly before: () => Promise<SyncWorld>;
  readonly happens: (world: SyncWorld) => void;
  readonly request: Parameters<SyncWorld['sync']>[0];
};

const EVENT = { because: 'event' } as const;

const STORIES: Record<string, Story> = {
  'a first grant': {
    before: async () => syncWorld(),
    happens: () => undefined,
    request: EVENT,
  },
  'a renewal': {
    before: grantedTo(`${ONE} ${TWO}`),
    happens: (world) => {
      const items = [itemOf('app', NOW + 50 * DAY)];
      world.truth = found([subscription({ items })], { accountsText: `${ONE} ${TWO}` });
    },
    request: EVENT,
  },
  'a revocation': {
    before: grantedTo(ONE),
    happens: (world) => {
      world.truth = found([subscription({ status: 'canceled' })], { accountsText: ONE });
    },
    request: EVENT,
  },
  'an account removed': {
    before: grantedTo(`${ONE} ${TWO}`),
    happens: (world) => {
      world.truth = found([subscription()], { accountsText: TWO });
    },
    request: EVENT,
  },
  'another credential': {
    before: grantedTo(ONE),
    happens: () => undefined,
    request: { because: 'operator', actor: 'ada', isCredentialWanted: true },
  },
  'an operator’s grant': {
    before: grantedTo(ONE),
    happens: () => undefined,
    request: { because: 'operator', actor: 'ada', grants: () => [grant('tools')] },
  },
  'a catalog that gives more': {
    before: grantedTo(ONE),
    happens: (world) => {
      const app = offer('app', { repositories: ['acme/app', 'acme/extra'] });
      const deployed = catalog({ offers: { app, tools: offer('tools') } });
      world.catalogs = { deployed, accepted: deployed };
    },
    request: { because: 'catalog' },
  },
  'a deleted customer': {
    before: grantedTo(ONE),
    happens: (world) => {
      world.truth = { kind: 'deleted' };
    },
    request: EVENT,
  },
};

/** The world as others see it; what is chosen at random is named in the order it appears. */
const seen = async (world: SyncWorld): Promise<string> => {
  const customer = await world.customer();
  const credentials = await world.stores.credentials.listCredentials('cus_Nova');
  for (const { hash, credentialId, retiresAt } of credentials) {
    if (retiresAt === undefined) expect(hash).toBe(`hash of ${world.sealed.get(credentialId)}`);
  }
  const live = credentials.filter(({ retiresAt }) => retiresAt === undefined);
  expect([...world.sealed.keys()]).toStrictEqual(live.map(({ credentialId }) => credentialId));
  expect(customer.projected).toStrictEqual(customer.members);
  expect(customer.effectsDone).toBe(customer.version);
  const repositories = ['acme/app', 'acme/extra', 'acme/tools'];
  return JSON.stringify({
    customer: { ...customer, sealed: customer.sealed.length },
    audit: await world.stores.customers.listAudit('cus_Nova'),
    members: await Promise.all(
      repositories.map((repository) => world.stores.members.readRepository(repository)),
    ),
    credentials: credentials.map(({ claimBy, retiresAt }) => [claimBy, retiresAt]),
    policies: [...new Set(world.policies.sent.map(({ occasion }) => occasion))].sort(),
  });
};

/** Dies at the `nth` call that a port gets, and is heard no more; says whether there was one. */
const dieAt = async (world: SyncWorld, story: Story, when: 'before' | 'after', nth: number) => {
  let calls = 0;
  world.stores.hooks[when] = () => {
    calls += 1;
    if (calls >= nth) throw new Error('crash');
  };
  const isOver = await world.sync(story.request).then(
    () => true,
    () => false,
  );
  delete world.stores.hooks[when];
  expect(isOver).toBe(calls < nth);
  return isOver;
};

describe.each(Object.keys(STORIES))('a crash during %s', (name) => {
  const story = STORIES[name];
  if (story === undefined) throw new Error(`no story ${name}`);

  it.each(['before', 'after'] as const)('%s any call: one more run converges', async (when) => {
    const whole = await story.before();
    story.happens(whole);
    await whole.sync(story.request);
    const expected = await seen(whole);

    const CALLS_MAX = 40;
    for (let nth = 1; nth <= CALLS_MAX; nth += 1) {
      const world = await story.before();
      story.happens(world);
      if (await dieAt(world, story, when, nth)) {
        expect(nth).toBeGreaterThan(3);
        return;
      }
      // A credential that was asked for by hand is asked for again only if nothing was written.
      const isWritten = world.stores.table.get('CUSTOMER#cus_Nova CUSTOMER')?.includes('"mint"');
      await world.sync(isWritten === true ? EVENT : story.request);
      if (name !== 'another credential') expect(await seen(world)).toBe(expected);
      else await seen(world);
    }
    throw new Error(`the story did not end within ${CALLS_MAX} calls`);
  });

  it('twice is mended too', async () => {
    const whole = await story.before();
    story.happens(whole);
    await whole.sync(story.request);
    const expected = await seen(whole);
    for (const first of [3, 4, 5, 6, 7]) {
      for (const second of [1, 2, 3, 4, 5]) {
        const world = await story.before();
        story.happens(world);
        await dieAt(world, story, 'after', first);
        await dieAt(world, { ...story, request: EVENT }, 'before', second);
        const isKnown = world.stores.table.get('CUSTOMER#cus_Nova CUSTOMER') !== undefined;
        await world.sync(name === 'another credential' && isKnown ? EVENT : story.request);
        if (name !== 'another credential') expect(await seen(world)).toBe(expected);
        else await seen(world);
      }
    }
  });

  it('after the state was written is seen by the sweep', async () => {
    const world = await story.before();
    story.happens(world);
    world.stores.hooks.after = (method) => {
      if (method === 'saveCustomer') throw new Error('crash');
    };
    await expect(world.sync(story.request)).rejects.toThrow('crash');
    delete world.stores.hooks.after;
    const due = await world.stores.due.listDue(world.now + 600, 10);
    expect(due.map(({ customerId }) => customerId)).toStrictEqual(['cus_Nova']);
  });
});

it('the effects of a stored state are finished before Stripe is asked', async () => {
  const world = await grantedTo(`${ONE} ${TWO}`)();
  world.truth = found([subscription()], { accountsText: ONE });
  world.stores.hooks.before = (method) => {
    if (method === 'saveMember') throw new Error('crash');
  };
  await expect(world.sync()).rejects.toThrow('crash');
  const order: string[] = [];
  world.stores.hooks.before = (method) => {
    order.push(method);
  };
  await world.sync();
  expect(order).toStrictEqual([
    'findCustomer',
    'putAudit',
    'saveMember',
    'sendPolicies',
    'markEffectsDone',
    'findCustomer',
    'readCustomer',
  ]);
});

it('a write that took effect and was not answered is taken up by the next run', async () => {
  const world = syncWorld();
  world.stores.hooks.after = (method) => {
    if (method === 'saveCustomer') throw new Error('timed out');
  };
  await expect(world.sync()).rejects.toThrow('timed out');
  delete world.stores.hooks.after;
  await world.sync();
  expect(await world.customer()).toMatchObject({ version: 1, effectsDone: 1 });
  expect(await world.stores.customers.listAudit('cus_Nova')).toHaveLength(1);
  expect(world.sealed.size).toBe(1);
});
