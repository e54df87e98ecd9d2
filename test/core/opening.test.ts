import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../functions/core/catalog.ts';
import type { Customer, Window } from '../../functions/core/customer.ts';
import { decide } from '../../functions/core/decide.ts';
import type { Facts } from '../../functions/core/question.ts';
import { DAY } from '../../functions/core/time.ts';
import {
  catalog,
  customer,
  found,
  grant,
  itemOf,
  NOW,
  offer,
  PAID_UNTIL,
  subscription,
  windowOf,
} from '../support/builders.ts';

const ONE = '111122223333';
const NOTHING: Facts = { kind: 'nothing' };
const BOTH = found([subscription({ items: [itemOf('app'), itemOf('tools')] })], {
  accountsText: ONE,
});

const OLD = catalog();
const { app, tools } = { app: offer('app'), tools: offer('tools') };

const decided = (
  facts: Facts,
  prior: Partial<Customer>,
  deployed: Catalog,
  accepted: Catalog = deployed,
) =>
  decide({
    prior: customer(prior),
    facts,
    grants: prior.grants ?? [],
    catalogs: { deployed, accepted },
    now: NOW,
  });

const storedAfter = (...args: Parameters<typeof decided>): Customer =>
  customer({ ...decided(...args).state, version: 1, effectsDone: 1 });

const HOLDER = storedAfter(BOTH, {}, OLD);

const windowsOf = (...args: Parameters<typeof decided>): readonly Window[] =>
  decided(...args).state.windows;
const HELD_APP = windowOf('app', { held: 'catalog' });
const TOOLS = windowOf('tools');

describe('a catalog that takes something away waits for the vendor', () => {
  it.each([
    [
      'a product unmapped',
      { app: offer('app', { products: ['prod_other'] }), tools },
      [HELD_APP, TOOLS],
    ],
    ['an offer removed', { tools }, [HELD_APP, TOOLS]],
    [
      'a repository dropped',
      { app: offer('app', { repositories: ['acme/other'] }), tools },
      [windowOf('app'), HELD_APP, TOOLS],
    ],
    [
      'the AWS door closed',
      { app: offer('app', { awsAccounts: 'none' }), tools },
      [windowOf('app'), HELD_APP, TOOLS],
    ],
    [
      'the grace shortened',
      { app: offer('app', { graceDays: 3 }), tools },
      [windowOf('app', { endsAt: NOW + 23 * DAY }), HELD_APP, TOOLS],
    ],
  ] satisfies [string, Catalog['offers'], Window[]][])('%s', (_what, offers, expected) => {
    const deployed = catalog({ offers });
    expect(windowsOf(NOTHING, HOLDER, deployed, OLD)).toStrictEqual(expected);
    expect(windowsOf(BOTH, HOLDER, deployed, OLD)).toStrictEqual(expected);
    expect(decided(BOTH, HOLDER, deployed, OLD).lost).toStrictEqual([]);
  });

  it.each([
    ['unmapped', { tools }],
    ['shortened', { app: offer('app', { graceDays: 3 }), tools }],
    ['dropped', { app: offer('app', { repositories: ['acme/other'] }), tools }],
  ] satisfies [string, Catalog['offers']][])(
    'deciding again changes nothing, asked or not: %s',
    (_what, offers) => {
      const deployed = catalog({ offers });
      const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
      for (const facts of [NOTHING, BOTH]) {
        expect(storedAfter(facts, waiting, deployed, OLD)).toStrictEqual(waiting);
      }
    },
  );

  it('members keep what was dropped and get what is new', () => {
    const deployed = catalog({
      offers: { app: offer('app', { repositories: ['acme/other'] }), tools },
    });
    expect(decided(NOTHING, HOLDER, deployed, OLD).state.members.untils).toStrictEqual({
      'acme/app': PAID_UNTIL,
      'acme/other': PAID_UNTIL,
      'acme/tools': PAID_UNTIL,
    });
  });

  it('the breaker does not let go of what waits', () => {
    const deployed = catalog({ offers: { tools } });
    const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
    const ended = found([subscription({ status: 'canceled' })], { accountsText: ONE });
    const { lost, ifHeld } = decided(ended, waiting, deployed, OLD);
    expect(lost).toStrictEqual(['app', 'tools']);
    expect(ifHeld.members).toStrictEqual(waiting.members);
  });

  it.each([
    ['a dispute that now suspends', { onDispute: 'suspend' }, { concern: 'disputed' }],
    ['a refund that now revokes', { onFullRefund: 'revoke' }, { concern: 'refunded' }],
    ['a pause that now suspends', { onPauseCollection: 'suspend' }, { collection: 'void' }],
  ] as const)('%s waits too', (_what, settings, given) => {
    const facts = found([subscription(given)]);
    const prior = storedAfter(facts, {}, OLD);
    const deployed = catalog(settings);
    expect(windowsOf(NOTHING, prior, deployed, OLD)).toStrictEqual([HELD_APP]);
    expect(windowsOf(NOTHING, prior, deployed)).toStrictEqual([]);
  });

  it('a manual grant for a removed offer waits too', () => {
    const prior = storedAfter(found([]), { grants: [grant('app')] }, OLD);
    const [window] = windowsOf(NOTHING, prior, catalog({ offers: { tools } }), OLD);
    expect(window).toMatchObject({ offerId: 'app', source: 'manual', held: 'catalog' });
  });

  it('what waits ends when Stripe ends it', () => {
    const deployed = catalog({ offers: { tools } });
    const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
    const ended = found([subscription({ status: 'unpaid' })], { accountsText: ONE });
    expect(decided(ended, waiting, deployed, OLD).lost).toStrictEqual(['app', 'tools']);
    expect(windowsOf(ended, waiting, deployed, OLD)).toStrictEqual([]);
  });

  it('what waits for a subscription that Stripe does not list waits on', () => {
    const deployed = catalog({ offers: { tools } });
    const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
    const missing = windowsOf(found([], { accountsText: ONE }), waiting, deployed, OLD);
    expect(missing).toContainEqual({ ...HELD_APP, because: 'not_listed' });
  });

  it('what waits for a status that we do not know waits on', () => {
    const deployed = catalog({ offers: { tools } });
    const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
    const frozen = found([subscription({ status: { kind: 'unknown', text: 'frozen' } })]);
    expect(windowsOf(frozen, waiting, deployed, OLD)).toContainEqual({
      ...HELD_APP,
      because: 'status_unknown',
    });
  });

  it('while the loss waits the paid period goes on by the accepted catalog', () => {
    const deployed = catalog({ offers: { app: offer('app', { graceDays: 3 }), tools } });
    const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
    const items = [itemOf('app', NOW + 50 * DAY), itemOf('tools', NOW + 50 * DAY)];
    const renewed = found([subscription({ items })], { accountsText: ONE });
    expect(windowsOf(renewed, waiting, deployed, OLD)).toStrictEqual([
      windowOf('app', { endsAt: NOW + 53 * DAY }),
      windowOf('app', { endsAt: NOW + 64 * DAY, held: 'catalog' }),
      windowOf('tools', { endsAt: NOW + 64 * DAY }),
    ]);
  });
});

describe('the vendor accepts', () => {
  it.each([
    ['unmapped', { tools }, ['tools'], 'catalog'],
    [
      'mapped to another product',
      { app: offer('app', { products: ['prod_other'] }), tools },
      ['tools'],
      'product_removed',
    ],
  ] satisfies [string, Catalog['offers'], string[], string][])(
    'and the loss applies, uncounted: %s',
    (_what, offers, left, because) => {
      const deployed = catalog({ offers });
      const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
      const { state, lost } = decided(NOTHING, waiting, deployed);
      expect(state.windows.map(({ offerId }) => offerId)).toStrictEqual(left);
      expect(state.withheld).toStrictEqual([
        { offerId: 'app', source: 'sub_1', because, endedAt: NOW },
      ]);
      expect(lost).toStrictEqual([]);
    },
  );

  it('and a shortened grace leaves one window', () => {
    const deployed = catalog({ offers: { app: offer('app', { graceDays: 3 }), tools } });
    const waiting = storedAfter(NOTHING, HOLDER, deployed, OLD);
    expect(windowsOf(NOTHING, waiting, deployed)).toStrictEqual([
      windowOf('app', { endsAt: NOW + 23 * DAY }),
      TOOLS,
    ]);
  });
});

describe('a catalog that gives more', () => {
  it('gives it at once, and nothing is held', () => {
    const deployed = catalog({
      offers: {
        app: offer('app', { graceDays: 20, repositories: ['acme/app', 'acme/extra'] }),
        tools,
        plus: offer('plus', { products: ['prod_plus'] }),
      },
    });
    expect(windowsOf(NOTHING, HOLDER, deployed, OLD)).toStrictEqual([
      windowOf('app', { endsAt: NOW + 40 * DAY }),
      TOOLS,
    ]);
  });

  it('opens an offer for a product that was bought before anybody sold it', () => {
    const stranger = storedAfter(found([subscription({ items: [itemOf('plus')] })]), {}, OLD);
    expect(stranger.windows).toStrictEqual([]);
    const deployed = catalog({ offers: { app, tools, plus: offer('plus') } });
    const opened = windowOf('plus', { isNew: true });
    expect(windowsOf(NOTHING, stranger, deployed, OLD)).toStrictEqual([opened]);
    expect(windowsOf(NOTHING, stranger, deployed)).toStrictEqual([windowOf('plus')]);
  });
});

const NEW_TOOLS = windowOf('tools', { isNew: true });

it('a new customer gets nothing from the old mapping', () => {
  const deployed = catalog({ offers: { tools } });
  expect(windowsOf(BOTH, {}, deployed, OLD)).toStrictEqual([NEW_TOOLS]);
});

it.each([
  ['a shortened grace', { graceDays: 3 }],
  ['a dropped repository', { repositories: ['acme/other'] }],
])('a new customer gets nothing of %s at the second look either', (_what, change) => {
  const deployed = catalog({ offers: { app: offer('app', change) } });
  const bought = found([subscription()]);
  const first = storedAfter(bought, {}, deployed, OLD);
  const opened = windowsOf(bought, {}, deployed, OLD);
  expect(opened).toMatchObject([{ offerId: 'app', isNew: true }]);
  expect(windowsOf(bought, first, deployed, OLD)).toStrictEqual(opened);
});

it('a customer whose access ended before gets nothing back from the old mapping', () => {
  const deployed = catalog({ offers: { tools } });
  const lapsed = { ...HOLDER, windows: [windowOf('app', { endsAt: NOW })] };
  expect(windowsOf(NOTHING, lapsed, deployed, OLD)).toStrictEqual([NEW_TOOLS]);
});
