import { calendarEndOf } from './calendar.ts';
import type { Engine } from './engine.ts';
import type { Interval, ItemRecord, PriceRecord, SubscriptionRecord } from './state.ts';
import { newId, recordOf } from './state.ts';

export type ItemRequest = {
  readonly productId: string;
  readonly interval: Interval;
  /** `null`: metered. */
  readonly quantity: number | null;
};

const priceOf = ({ state, at }: Engine, request: ItemRequest): PriceRecord => {
  recordOf(state.products, request.productId);
  const isMetered = request.quantity === null;
  const found = Object.values(state.prices).find(
    (price) =>
      price.productId === request.productId &&
      price.interval === request.interval &&
      price.isMetered === isMetered,
  );
  if (found !== undefined) return found;
  const created: PriceRecord = {
    id: newId(state, 'price'),
    created: at,
    productId: request.productId,
    interval: request.interval,
    isMetered,
  };
  state.prices[created.id] = created;
  return created;
};

/** A new item whose period starts at `startsAt` and ends one interval later, or where `periodEnd` says. */
export const newItem = (
  engine: Engine,
  request: ItemRequest,
  periodStart: number,
  periodEnd = calendarEndOf(periodStart, request.interval),
): ItemRecord => ({
  id: newId(engine.state, 'si'),
  created: engine.at,
  priceId: priceOf(engine, request).id,
  quantity: request.quantity,
  periodStart,
  periodEnd,
});

/** The items of a changed plan: as Stripe does, an item keeps its id and period when only its price is changed. */
export const changedItems = (
  engine: Engine,
  { items }: SubscriptionRecord,
  requests: readonly ItemRequest[],
): ItemRecord[] =>
  requests.map((request, index) => {
    const old = items[index];
    if (old === undefined || intervalOf(engine, old) !== request.interval) {
      return newItem(engine, request, engine.at);
    }
    return { ...old, priceId: priceOf(engine, request).id, quantity: request.quantity };
  });

export const intervalOf = ({ state }: Engine, item: ItemRecord): Interval =>
  recordOf(state.prices, item.priceId).interval;

export const amountOf = ({ state }: Engine, items: readonly ItemRecord[]): number =>
  items.reduce((total, item) => {
    const { productId } = recordOf(state.prices, item.priceId);
    return total + recordOf(state.products, productId).unitAmount * (item.quantity ?? 0);
  }, 0);

/** Items whose period is over move on by whole intervals until they cover `at`. */
export const advanceItems = (
  engine: Engine,
  subscription: SubscriptionRecord,
): readonly ItemRecord[] => {
  const over = subscription.items.filter((item) => item.periodEnd <= engine.at);
  for (const item of over) {
    item.periodStart = item.periodEnd;
    item.periodEnd = calendarEndOf(
      item.periodStart,
      intervalOf(engine, item),
      subscription.anchorAt,
    );
  }
  return over;
};
