import type { AfterEnd, Catalog, Offer } from '../../functions/core/catalog.ts';
import type { Draw } from './draw.ts';

/** A product that no offer of the first catalog knows. */
const NEW_PRODUCT = 'prod_extra';
/** In Stripe and in no catalog. */
const FOREIGN_PRODUCT = 'prod_foreign';

type Settings = Omit<Catalog, 'offers'>;

/** What the vendor sells, and how it changes. The first one is deployed at the beginning. */
export const drawCatalogs = (draw: Draw): readonly Catalog[] => {
  const first = { offers: offersOf(draw), ...settingsOf(draw) };
  const catalogs = [keepable(first)];
  const changes = draw.weighed([
    [5, 0],
    [3, 1],
    [1, 2],
  ]);
  for (let change = 0; change < changes; change += 1) {
    const before = catalogs.at(-1) ?? first;
    catalogs.push(keepable(draw.pick(CHANGES)(before, draw)));
  }
  return catalogs;
};

export const productsOf = (catalogs: readonly Catalog[]): readonly string[] => [
  ...new Set([
    ...catalogs.flatMap(({ offers }) => Object.values(offers).flatMap(({ products }) => products)),
    NEW_PRODUCT,
    FOREIGN_PRODUCT,
  ]),
];

/** Time whose payment is disputed or refunded must not be kept: such a catalog is refused. */
const keepable = (catalog: Catalog): Catalog =>
  Object.values(catalog.offers).some(({ afterEnd }) => afterEnd !== 'deny')
    ? { ...catalog, onDispute: 'suspend', onFullRefund: 'revoke' }
    : catalog;

const settingsOf = (draw: Draw): Settings => ({
  onDispute: draw.pick(['ignore', 'suspend'] as const),
  onFullRefund: draw.pick(['ignore', 'revoke'] as const),
  onPauseCollection: draw.pick(['keep', 'suspend_void', 'suspend'] as const),
  trustSendInvoice: draw.chance(0.4),
});

const offerOf = (draw: Draw, name: string): Offer => ({
  products: [`prod_${name}`],
  repositories: [`acme/${name}`],
  graceDays: draw.weighed([
    [5, 14],
    [3, 3],
    [1, 1],
    [1, 0],
  ]),
  awsAccounts: 'pull',
  tags: [],
  afterEnd: draw.chance(0.2) ? (KEEP[draw.between(0, 1)] ?? 'deny') : 'deny',
});

const KEEP: readonly AfterEnd[] = [
  { keep: { days: 'forever', afterPaidDays: 0 } },
  { keep: { days: 2, afterPaidDays: 1 } },
];

const offersOf = (draw: Draw): Catalog['offers'] => {
  const app = offerOf(draw, 'app');
  const tools = offerOf(draw, 'tools');
  const shared: Offer = { ...tools, repositories: ['acme/app', 'acme/tools'] };
  const tagged: Offer = { ...tools, repositories: ['acme/app'], ...TAGGED };
  return draw.weighed<Catalog['offers']>([
    [4, { app }],
    [3, { app, tools }],
    [3, { app, tools: shared }],
    [2, { app: { ...app, ...TAGGED } }],
    [2, { app, tools: tagged }],
    [1, { app: { ...app, awsAccounts: 'none' } }],
    [1, { app: { ...app, awsAccounts: 'pull_and_cache' } }],
  ]);
};

/** Who may pull from ECR may pull every tag: rules go with the gateway alone. */
const TAGGED = { tags: [{ semver: '1.x' }, { glob: 'edge*' }], awsAccounts: 'none' } as const;

type Change = (before: Catalog, draw: Draw) => Catalog;

const withOffer = (catalog: Catalog, id: string, change: Partial<Offer>): Catalog => {
  const offer = catalog.offers[id];
  return offer === undefined
    ? catalog
    : { ...catalog, offers: { ...catalog.offers, [id]: { ...offer, ...change } } };
};

const CHANGES: readonly Change[] = [
  // A product is added: whoever has it gains.
  (before) => withOffer(before, 'app', { products: ['prod_app', NEW_PRODUCT] }),
  // A repository is added.
  (before, draw) =>
    withOffer(before, draw.pick(Object.keys(before.offers)), {
      repositories: ['acme/app', 'acme/extra'],
    }),
  // A product goes: whoever has it loses, once the vendor has accepted it.
  (before) => withOffer(before, 'app', { products: [NEW_PRODUCT] }),
  // A repository goes, another comes.
  (before) => withOffer(before, 'app', { repositories: ['acme/extra'] }),
  (before, draw) => withOffer(before, 'app', { graceDays: draw.pick([0, 3, 14, 30]) }),
  (before, draw) => ({ ...before, ...settingsOf(draw) }),
  (before) => {
    const { app: _gone, ...offers } = before.offers;
    return Object.keys(offers).length === 0 ? before : { ...before, offers };
  },
];
