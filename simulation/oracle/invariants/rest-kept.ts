import type { Catalog, Offer } from '../../../functions/core/catalog.ts';
import { accessTo, type Opening } from '../../../functions/core/pull-access.ts';
import { DAY } from '../../../functions/core/time.ts';
import type { Scene, Subject } from '../scene.ts';
import { distinctOf } from '../table.ts';
import { at } from '../text.ts';

/** I6: after an end nobody keeps what was not paid for, nor what the vendor does not leave. */
export const atRestKept = (scene: Scene): string | undefined => {
  const { world, catalogs, repositories } = scene;
  const now = Math.floor(world.far.kernel.now());
  for (const subject of scene.subjects.values()) {
    if (subject.stored === undefined) continue;
    for (const repository of repositories) {
      const { openings } = accessTo(subject.stored, catalogs, repository, now);
      const wrong = openings
        .map((opening) => wrongOf(scene, subject, opening))
        .find((each) => each !== undefined);
      if (wrong === undefined) continue;
      return `I6 final access by the rules: at rest ${subject.customerId} keeps ${repository} after its end, ${wrong}`;
    }
  }
  return undefined;
};

const wrongOf = (
  { world, catalogs }: Scene,
  subject: Subject,
  { offerId, pushedBefore }: Opening,
): string | undefined => {
  if (pushedBefore === undefined) return undefined;
  const daysNeeded = distinctOf(catalogs).flatMap(({ offers }) => daysOf(offers[offerId]));
  if (daysNeeded.length === 0) return `and no catalog leaves anything of ${offerId}`;
  const now = world.far.kernel.now();
  const paid = paidFor(world.plan.catalogs, subject, offerId, now);
  const days = secondsIn(paid) / DAY;
  if (days < Math.min(...daysNeeded)) return `and has paid for at most ${days} days of ${offerId}`;
  const last = Math.max(...paid.map(([, end]) => end));
  return pushedBefore > last
    ? `with what was pushed before ${at(world, pushedBefore)}, and has paid until ${at(world, last)} at most`
    : undefined;
};

const daysOf = (offer: Offer | undefined): readonly number[] =>
  offer === undefined || offer.afterEnd === 'deny' ? [] : [offer.afterEnd.keep.afterPaidDays];

type Span = readonly [from: number, to: number];

/** Every period that was ever seen as paid: what counts is never more. */
const paidFor = (
  catalogs: readonly Catalog[],
  { history }: Subject,
  offerId: string,
  now: number,
): readonly Span[] =>
  history.passages.flatMap(({ truth }) =>
    truth.subscriptions
      .filter(({ status, invoice }) => status === 'active' && isPaid(invoice))
      .flatMap(({ items }) => items)
      .filter(({ productId }) =>
        catalogs.some(({ offers }) => offers[offerId]?.products.includes(productId) === true),
      )
      .flatMap(({ startsAt, endsAt }): readonly Span[] =>
        startsAt === undefined || endsAt === undefined ? [] : [[startsAt, Math.min(endsAt, now)]],
      ),
  );

const isPaid = (
  invoice: { readonly status: string; readonly isZero: boolean } | undefined,
): boolean => invoice?.status === 'paid' && !invoice.isZero;

const secondsIn = (spans: readonly Span[]): number => {
  let seconds = 0;
  let until = 0;
  for (const [from, to] of [...spans].sort(([one], [other]) => one - other)) {
    seconds += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return seconds;
};
