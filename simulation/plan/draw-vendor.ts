import type { Catalog } from '../../functions/core/catalog.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { Draw } from './draw.ts';
import { type Market, TAGS } from './draw-acts.ts';
import type { Act, TimedAct } from './plan.ts';
import { drawTime, type Shape } from './shape.ts';

const IMAGES: readonly string[] = ['one', 'two', 'three', 'four'];

/** The vendor's shop, releases and deployments, and the hands of others in the vendor's AWS account. */
export const drawVendor = (
  draw: Draw,
  shape: Shape,
  market: Market,
  catalogs: readonly Catalog[],
): readonly TimedAct[] => {
  const acts: TimedAct[] = [...opening(draw, market)];
  for (const [place] of catalogs.entries()) {
    if (place > 0) acts.push(...deployment(draw, place, shape));
  }
  const turns = draw.between(...shape.vendorTurns);
  for (let turn = 0; turn < turns; turn += 1) {
    const at = drawTime(draw, shape, [HOUR, shape.calmAt]);
    acts.push(...draw.weighed(TURNS)(draw, { at, market, shape }));
  }
  return [...withoutForgedBackups(acts), ...closing(draw, shape)];
};

/** What somebody forged comes back with the backup, and only the next day's comparison finds it: stated, not bounded. */
const withoutForgedBackups = (acts: readonly TimedAct[]): readonly TimedAct[] =>
  acts.some(({ act }) => act.does === 'restore')
    ? acts.filter(({ act }) => act.does !== 'tamper_member')
    : acts;

const opening = (draw: Draw, { products, repositories }: Market): readonly TimedAct[] => [
  ...(draw.chance(0.15)
    ? [{ at: 0, act: { who: 'stripe', does: 'set_cancel_on_dispute', isOn: true } as const }]
    : []),
  { at: 0, act: { who: 'stripe', does: 'set_dunning', dunning: dunningOf(draw) } },
  ...products.map(
    (product): TimedAct => ({ at: 0, act: { who: 'stripe', does: 'create_product', product } }),
  ),
  ...repositories.flatMap((repository): readonly TimedAct[] =>
    draw.some(TAGS, 0.35).map((tag) => ({
      at: draw.between(1, 30 * MINUTE),
      act: { who: 'vendor', does: 'push', repository, image: draw.pick(IMAGES), tags: [tag] },
    })),
  ),
];

const dunningOf = (draw: Draw) => ({
  retryDays: [...draw.pick([[1, 2, 3, 5, 7, 9, 11, 14], [1, 3], [2]])],
  end: draw.pick(['canceled', 'past_due', 'paused', 'unpaid'] as const),
  onFirstFailure: draw.chance(0.8) ? ('past_due' as const) : ('paused' as const),
});

/** Losses wait for the vendor's word: at once, days later, or never. */
const deployment = (draw: Draw, catalog: number, { calmAt }: Shape): readonly TimedAct[] => {
  const at = draw.between(HOUR, calmAt);
  const deploy = { at, act: { who: 'vendor', does: 'deploy', catalog } } as const;
  const acceptedAt = at + draw.pick([0, MINUTE, HOUR, DAY]);
  const isAccepted = draw.chance(0.7) && acceptedAt < calmAt;
  return isAccepted
    ? [deploy, { at: acceptedAt, act: { who: 'operator', does: 'accept_catalog' } }]
    : [deploy];
};

type Scene = { readonly at: number; readonly market: Market; readonly shape: Shape };
type Turn = (draw: Draw, scene: Scene) => readonly TimedAct[];

const release: Turn = (draw, { at, market: { repositories } }) => [
  {
    at,
    act: {
      who: 'vendor',
      does: 'push',
      repository: draw.pick(repositories),
      image: draw.pick(IMAGES),
      tags: [...draw.some(TAGS, 0.4)],
    },
  },
];

const withdraw: Turn = (draw, { at, market: { repositories } }) => {
  const repository = draw.pick(repositories);
  const image = draw.pick(IMAGES);
  const act = draw.pick<Act>([
    { who: 'vendor', does: 'delete_image', repository, image },
    { who: 'vendor', does: 'untag', repository, tag: draw.pick(TAGS) },
  ]);
  return [{ at, act }];
};

/** As it was some time ago, while the world went on. */
const restore: Turn = (draw, { at, shape: { calmAt } }) => {
  const restoredAt = at + draw.pick([5 * MINUTE, HOUR, DAY]);
  const backup = { at, act: { who: 'vendor', does: 'backup' } } as const;
  return restoredAt < calmAt
    ? [backup, { at: restoredAt, act: { who: 'vendor', does: 'restore' } }]
    : [backup];
};

const handEdit: Turn = (draw, { at, market: { repositories } }) => [
  {
    at,
    act: {
      who: 'aws',
      does: draw.pick(['edit_policy', 'delete_policy'] as const),
      repository: draw.pick(repositories),
    },
  },
];

const tamper: Turn = (draw, { at, market: { repositories } }) => [
  {
    at,
    act: {
      who: 'aws',
      does: 'tamper_member',
      repository: draw.pick(repositories),
      account: '333344445555',
      customer: `cus_${draw.between(1, 3)}`,
    },
  },
];

const operate: Turn = (draw, { at }) => [
  {
    at,
    act: {
      who: 'operator',
      does: draw.pick(['sync_everyone', 'lift_breaker', 'redrive', 'accept_catalog'] as const),
    },
  },
];

const archive: Turn = (draw, { at, market: { products } }) => [
  { at, act: { who: 'stripe', does: 'archive_product', product: draw.pick(products) } },
];

const TURNS: readonly (readonly [number, Turn])[] = [
  [6, release],
  [5, withdraw],
  [2, restore],
  [3, handEdit],
  [1, tamper],
  [3, operate],
  [1, archive],
];

/** Some vendors answer the alarms in the end. */
const closing = (draw: Draw, { calmAt }: Shape): readonly TimedAct[] => {
  const acts = draw.some<Act>(
    [
      { who: 'operator', does: 'lift_breaker' },
      { who: 'operator', does: 'redrive' },
    ],
    0.3,
  );
  return acts.map((act) => ({ at: calmAt + draw.between(MINUTE, HOUR), act }));
};
