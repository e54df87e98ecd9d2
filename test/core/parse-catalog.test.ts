import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog as example } from '../../bin/catalog.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import { parseCatalog } from '../../functions/core/parse-catalog.ts';

const offer = { products: ['prod_app'], repositories: ['acme/app'] };
const withOffer = (change: object) => ({ offers: { app: { ...offer, ...change } } });

const problemsOf = (value: unknown): readonly string[] => {
  const parsed = parseCatalog(value);
  return parsed.kind === 'invalid' ? parsed.problems : [];
};

const parsedOf = (value: unknown): Catalog => {
  const parsed = parseCatalog(value);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('\n'));
  return parsed.catalog;
};

describe('a valid catalog', () => {
  it('gets a default for everything but products and repositories', () => {
    expect(parseCatalog({ offers: { app: offer } })).toEqual({
      kind: 'catalog',
      catalog: {
        offers: {
          app: {
            products: ['prod_app'],
            repositories: ['acme/app'],
            graceDays: 14,
            awsAccounts: 'none',
            tags: [],
            afterEnd: 'deny',
          },
        },
        onDispute: 'ignore',
        onFullRefund: 'ignore',
        onPauseCollection: 'keep',
        trustSendInvoice: false,
      },
      warnings: [],
    });
  });

  it('keeps every setting that the vendor chose', () => {
    const chosen = {
      offers: {
        app: {
          products: ['prod_a', 'prod_b'],
          repositories: ['a1', 'acme/app.x_y__z--w/deep'],
          graceDays: 60,
          awsAccounts: 'pull_and_cache',
          tags: [],
          afterEnd: { keep: { days: 'forever', afterPaidDays: 0 } },
        },
        charts: {
          products: ['prod_charts'],
          repositories: ['acme/charts'],
          graceDays: 0,
          awsAccounts: 'none',
          tags: [{ semver: '^1.4 || 2.x' }, { glob: 'lts-*' }],
          afterEnd: { keep: { days: 365, afterPaidDays: 30 } },
        },
      },
      onDispute: 'suspend',
      onFullRefund: 'revoke',
      onPauseCollection: 'suspend_void',
      trustSendInvoice: true,
    };
    expect(parsedOf(chosen)).toEqual(chosen);
  });

  it('may be what was parsed before: the table keeps it whole', () => {
    const once = parsedOf(example);
    expect(parsedOf(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it('may have offers that share a repository and agree at the AWS door, or stay away from it', () => {
    const sharing = {
      offers: {
        a: { ...offer, products: ['prod_a'], awsAccounts: 'pull' },
        b: { ...offer, products: ['prod_b'], awsAccounts: 'pull' },
        c: { ...offer, products: ['prod_c'], awsAccounts: 'none' },
      },
    };
    expect(problemsOf(sharing)).toEqual([]);
  });

  it.each([
    [2, 1],
    [3, 0],
  ])('with %i grace days has %i warnings', (graceDays, count) => {
    const parsed = parseCatalog(withOffer({ graceDays }));
    expect(parsed).toMatchObject({ kind: 'catalog' });
    const warnings = parsed.kind === 'catalog' ? parsed.warnings : [];
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) expect(warning).toContain('offers.app.graceDays is 2');
  });
});

describe('a mistake is told with its place, its value and what is allowed', () => {
  it.each([
    ['no catalog', undefined, 'catalog is missing: an object with the field offers is needed'],
    ['a list', [], 'catalog is a list of 0: an object with the field offers is needed'],
    ['no offers', {}, 'offers is missing: an object with one entry for each offer is needed'],
    ['an empty catalog', { offers: {} }, 'offers has 0 entries: 1 to 100 are allowed'],
    [
      'an unknown setting',
      { offers: { app: offer }, graceDays: 3 },
      'catalog.graceDays is not a known field: offers, onDispute, onFullRefund, onPauseCollection, trustSendInvoice are allowed',
    ],
    [
      'a setting with an unknown value',
      { offers: { app: offer }, onDispute: 'revoke' },
      'onDispute is "revoke": "ignore", "suspend" are allowed',
    ],
    [
      'a setting of the wrong type',
      { offers: { app: offer }, trustSendInvoice: 'yes' },
      'trustSendInvoice is "yes": false, true are allowed',
    ],
    [
      'a bad offer id',
      { offers: { 'My Offer': offer } },
      'offers.My Offer is not an offer id: 1 to 40 of a-z, 0-9, _ and - are allowed, a letter or digit first',
    ],
    ['an offer that is text', { offers: { app: 'x' } }, 'offers.app is "x": an object is needed'],
    [
      'a misspelt field',
      withOffer({ repository: 'acme/app' }),
      'offers.app.repository is not a known field: products, repositories, graceDays, awsAccounts, tags, afterEnd are allowed',
    ],
    [
      'no products',
      withOffer({ products: [] }),
      'offers.app.products is a list of 0: a list of 1 to 100 is needed',
    ],
    [
      'products that are one text',
      withOffer({ products: 'prod_app' }),
      'offers.app.products is "prod_app": a list of 1 to 100 is needed',
    ],
    [
      'a price instead of a product',
      withOffer({ products: ['price_1'] }),
      'offers.app.products[0] is "price_1": a Stripe product id is needed, such as prod_NWjs8kKbJWmuuc',
    ],
    [
      'a product twice in one offer',
      withOffer({ products: ['prod_app', 'prod_app'] }),
      'offers.app.products[1] is "prod_app": it is in this list already',
    ],
    [
      'a repository that is no text',
      withOffer({ repositories: [null] }),
      'offers.app.repositories[0] is null: the exact name of an ECR repository is needed: 2 to 256 characters, words of a-z and 0-9 joined by . or _ or __ or - or /',
    ],
    [
      'negative grace',
      withOffer({ graceDays: -1 }),
      'offers.app.graceDays is -1: a whole number of days from 0 to 60 is allowed',
    ],
    [
      'a way in that does not exist',
      withOffer({ awsAccounts: true }),
      'offers.app.awsAccounts is true: "none", "pull", "pull_and_cache" are allowed',
    ],
  ])('%s', (_name, value, problem) => {
    expect(problemsOf(value)).toContain(problem);
  });

  it.each([61, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '14', null])(
    '%s grace days are refused',
    (graceDays) => {
      expect(problemsOf(withOffer({ graceDays }))).toHaveLength(1);
    },
  );

  it.each([
    'a',
    'Acme/app',
    'acme//app',
    '/acme',
    'acme/',
    'acme/-app',
    'acme.',
    'acme..app',
    'acme___app',
    'acme/app:1',
    'acme/*',
    `a${'b'.repeat(256)}`,
  ])('the repository name %j is refused', (name) => {
    expect(problemsOf(withOffer({ repositories: [name] }))).toHaveLength(1);
  });

  it('a repository name may have 256 characters', () => {
    expect(problemsOf(withOffer({ repositories: ['a'.repeat(256)] }))).toEqual([]);
  });

  it('all mistakes at once', () => {
    const value = {
      offers: {
        a: { ...offer, graceDays: -1, colour: 'red' },
        B: { products: ['price_1', 'prod_b', 'prod_app'], repositories: [] },
      },
      onFullRefund: 'suspend',
    };
    expect(problemsOf(value).map((problem) => problem.split(' ')[0])).toEqual([
      'offers.a.colour',
      'offers.a.graceDays',
      'offers.B',
      'offers.B.products[0]',
      'offers.B.repositories',
      'onFullRefund',
      'offers.B.products',
    ]);
  });

  it('a product in two offers, because it would not be clear what it opens', () => {
    expect(problemsOf({ offers: { a: offer, b: offer } })).toEqual([
      'offers.b.products has prod_app, which offers.a.products has too: a product opens one offer',
    ]);
  });

  it('offers that share a repository and want different things of its one policy', () => {
    const value = {
      offers: {
        a: { products: ['prod_a'], repositories: ['acme/app'], awsAccounts: 'pull' },
        b: { products: ['prod_b'], repositories: ['acme/app'], awsAccounts: 'pull_and_cache' },
      },
    };
    expect(problemsOf(value)).toEqual([
      'offers.b.awsAccounts is "pull_and_cache" where offers.a.awsAccounts is "pull", and both have acme/app: a repository has one policy, so offers that share it must agree, or be "none"',
    ]);
  });

  it('a long value is cut', () => {
    const [problem = ''] = problemsOf(withOffer({ products: [`price_${'x'.repeat(10_000)}`] }));
    expect(problem.length).toBeLessThan(250);
    expect(problem).toContain('xxx…');
  });
});

describe('a catalog has limits', () => {
  const numbered = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`);
  const offers = (count: number, change: (id: string) => object = () => ({})) => ({
    offers: Object.fromEntries(
      numbered(count, 'o').map((id) => [id, { ...offer, products: [`prod_${id}`], ...change(id) }]),
    ),
  });

  it('100 offers are allowed and 101 are not', () => {
    expect(problemsOf(offers(100))).toEqual([]);
    expect(problemsOf(offers(101))).toEqual(['offers has 101 entries: 1 to 100 are allowed']);
  });

  it.each([
    ['products', 'prod_x'],
    ['repositories', 'acme/x'],
  ])('100 %s are allowed and 101 are not', (field, prefix) => {
    expect(problemsOf(withOffer({ [field]: numbered(100, prefix) }))).toEqual([]);
    expect(problemsOf(withOffer({ [field]: numbered(101, prefix) }))).toEqual([
      `offers.app.${field} is a list of 101: a list of 1 to 100 is needed`,
    ]);
  });

  it('64,000 characters as JSON: it must fit on a command line and twice into a table item', () => {
    const large = offers(100, (id) => ({ products: numbered(60, `prod_${id}x`) }));
    expect(problemsOf(large)).toEqual([
      expect.stringMatching(/^catalog has \d+ characters as JSON: 64000 are allowed$/),
    ]);
  });
});

describe('parsing', () => {
  it('never throws, and gives either a catalog or problems', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.anything({ withBigInt: true, withNullPrototype: true }),
          fc.record({ offers: fc.dictionary(fc.string(), fc.anything()) }),
          fc.record({ offers: fc.dictionary(fc.string(), fc.record({ products: fc.anything() })) }),
        ),
        (value) => {
          const parsed = parseCatalog(value);
          if (parsed.kind === 'invalid') expect(parsed.problems).not.toEqual([]);
          else expect(parsedOf(parsed.catalog)).toEqual(parsed.catalog);
        },
      ),
    );
  });

  it('an offer called like something every object has is an offer like any other', () => {
    const { offers } = parsedOf({ offers: { constructor: offer } });
    expect(Object.keys(offers)).toEqual(['constructor']);
  });
});

describe('the hash of a catalog', () => {
  it('does not depend on the order of fields', () => {
    const one = parsedOf({ offers: { app: offer }, onDispute: 'suspend' });
    const other = parsedOf({
      onDispute: 'suspend',
      offers: { app: { repositories: offer.repositories, products: offer.products } },
    });
    expect(catalogHash(one)).toBe(catalogHash(other));
  });

  it('is the same whether a default is written or left out', () => {
    expect(catalogHash(parsedOf(withOffer({ graceDays: 14 })))).toBe(
      catalogHash(parsedOf(withOffer({}))),
    );
  });

  it('changes with any rule', () => {
    expect(catalogHash(parsedOf(withOffer({ graceDays: 13 })))).not.toBe(
      catalogHash(parsedOf(withOffer({}))),
    );
  });
});
