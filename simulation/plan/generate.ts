import { DAY } from '../../functions/core/time.ts';
import { repositoriesOf } from '../../functions/usecases/sweep-repositories.ts';
import { drawOf } from './draw.ts';
import type { Market } from './draw-acts.ts';
import { drawCatalogs, productsOf } from './draw-catalogs.ts';
import { drawCustomer } from './draw-customers.ts';
import { drawVendor } from './draw-vendor.ts';
import { drawFaults, drawSkews, drawTravel } from './draw-weather.ts';
import type { Plan } from './plan.ts';
import { latencyOf, shapeOf } from './shape.ts';

/** 1 November 2026. */
const EPOCH = 1_793_491_200;

/**
 * The plan of a seed. Each part draws from numbers of its own, so that a change to one of them leaves
 * the others of every seed as they were.
 */
export const generate = (seed: number): Plan => {
  const part = (name: string) => drawOf(seed, name);
  const shape = shapeOf(part('shape'));
  const catalogs = drawCatalogs(part('catalogs'));
  const market: Market = {
    products: productsOf(catalogs),
    offers: [...new Set(catalogs.flatMap(({ offers }) => Object.keys(offers)))],
    repositories: repositoriesOf(...catalogs),
  };
  const customers = Array.from({ length: shape.customers }, (_, index) =>
    drawCustomer(part(`customer ${index + 1}`), index + 1, shape, market),
  );
  const vendor = drawVendor(part('vendor'), shape, market, catalogs);
  const settings = part('settings');
  return {
    seed,
    startsAt: EPOCH + settings.between(0, 365 * DAY),
    seconds: shape.seconds,
    catalogs,
    acts: [...vendor, ...customers.flat()]
      .filter(({ at }) => at < shape.seconds)
      .sort((a, b) => a.at - b.at),
    faults: drawFaults(part('faults'), shape),
    travel: drawTravel(part('travel'), shape),
    skewSeconds: drawSkews(part('skews')),
    latency: latencyOf(part('latency')),
    indexLagSeconds: settings.weighed([
      [4, 0],
      [4, 2],
      [1, 60],
      [1, 600],
    ]),
    redeliveredShare: settings.weighed([
      [5, 0],
      [2, 0.05],
      [1, 0.3],
    ]),
    lostNewsShare: settings.weighed([
      [5, 0],
      [2, 0.3],
      [1, 1],
    ]),
    readsBackAs: settings.pick(['written', 'ids', 'shuffled'] as const),
  };
};
