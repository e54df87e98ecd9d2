import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AfterEnd, Catalog, TagRule } from '../../functions/core/catalog.ts';
import type { Customer, PaidTime, Window } from '../../functions/core/customer.ts';
import { accessTo, openingFor } from '../../functions/core/pull-access.ts';
import { isSold, opensOf, rulesHashOf } from '../../functions/core/tag-rules.ts';
import { DAY } from '../../functions/core/time.ts';
import { catalog, customer, NOW, offer } from '../support/builders.ts';

const APP = 'acme/app';
const nearby = fc.integer({ min: -30, max: 30 }).map((days) => NOW + days * DAY);

const rules: fc.Arbitrary<readonly TagRule[]> = fc.subarray<TagRule>([
  { semver: '^1' },
  { semver: '^2' },
  { semver: '>=1.5 <2.5' },
  { glob: 'lts-*' },
]);
const afterEnds: fc.Arbitrary<AfterEnd> = fc.oneof(
  fc.constant('deny' as const),
  fc.record({
    keep: fc.record({
      days: fc.oneof(fc.constant('forever' as const), fc.integer({ min: 1, max: 40 })),
      afterPaidDays: fc.integer({ min: 0, max: 30 }),
    }),
  }),
);
const catalogs: fc.Arbitrary<Catalog> = fc
  .record({ app: fc.tuple(rules, afterEnds), suite: fc.tuple(rules, afterEnds) })
  .map((given) =>
    catalog({
      offers: Object.fromEntries(
        Object.entries(given).map(([id, [sold, afterEnd]]) => [
          id,
          offer(id, { repositories: [APP], awsAccounts: 'none', tags: sold, afterEnd }),
        ]),
      ),
    }),
  );

const offerIds = fc.constantFrom('app', 'suite', 'gone');
const windows: fc.Arbitrary<readonly Window[]> = fc.array(
  fc.record(
    {
      offerId: offerIds,
      source: fc.constantFrom('sub_1', 'sub_2'),
      startsAt: nearby,
      endsAt: nearby,
      because: fc.constant('paid' as const),
      held: fc.constantFrom('breaker', 'catalog'),
      isNew: fc.constant(true as const),
    },
    { requiredKeys: ['offerId', 'source', 'startsAt', 'endsAt', 'because'] },
  ),
  { maxLength: 4 },
);
const paidTimes: fc.Arbitrary<readonly PaidTime[]> = fc.array(
  fc.record({
    offerId: offerIds,
    source: fc.constantFrom('sub_1'),
    startsAt: nearby,
    endsAt: nearby,
  }),
  { maxLength: 4 },
);
const customers: fc.Arbitrary<Customer> = fc
  .record({ windows, paidTimes })
  .map((given) => customer(given));
const tags = fc.constantFrom('1.0.0', '1.6.0', '2.0.0', 'v2.9.0', '3.0.0', 'lts-4', 'latest');

const stampOf = (tag: string, given: { deployed: Catalog; accepted: Catalog }, at: number) => ({
  firstPushedAt: at,
  opens: opensOf(given, APP, tag, at),
  rulesHash: rulesHashOf(given, APP),
});

describe('whatever was bought and whenever it ended', () => {
  it('nothing opens outside of a window, or beyond what is kept', () => {
    fc.assert(
      fc.property(customers, catalogs, catalogs, (who, deployed, accepted) => {
        for (const opening of accessTo(who, { deployed, accepted }, APP, NOW).openings) {
          const { offerId, endsAt, pushedBefore } = opening;
          if (pushedBefore === undefined) {
            expect(
              who.windows.some(
                (window) =>
                  window.offerId === offerId && window.startsAt <= NOW && window.endsAt === endsAt,
              ),
            ).toBe(true);
            expect(endsAt).toBeGreaterThan(NOW);
            continue;
          }
          expect(pushedBefore).toBeLessThanOrEqual(NOW);
          expect(
            who.windows.some((w) => w.offerId === offerId && w.startsAt <= NOW && w.endsAt > NOW),
          ).toBe(false);
          const longest = [deployed, accepted].map((each) => {
            const afterEnd = each.offers[offerId]?.afterEnd ?? 'deny';
            if (afterEnd === 'deny') return 0;
            return afterEnd.keep.days === 'forever' ? Infinity : afterEnd.keep.days;
          });
          const end = endsAt === 'never' ? Infinity : endsAt;
          expect(end).toBeLessThanOrEqual(pushedBefore + Math.max(...longest) * DAY);
          expect(end).toBeGreaterThan(NOW);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a tag opens by a rule of a catalog that the customer’s right is read with, and by nothing else', () => {
    fc.assert(
      fc.property(customers, catalogs, catalogs, tags, (who, deployed, accepted, tag) => {
        const both = { deployed, accepted };
        const opening = openingFor(accessTo(who, both, APP, NOW), stampOf(tag, both, 1));
        const readWith = ({ held, isNew }: Window): readonly Catalog[] => {
          if (held === 'catalog') return [accepted];
          return held === undefined && isNew ? [deployed] : [deployed, accepted];
        };
        const sells = (given: Catalog, offerId: string): boolean => {
          const sold = given.offers[offerId];
          return sold !== undefined && isSold(sold.tags, tag);
        };
        const byWindow = who.windows.some(
          (window) =>
            window.startsAt <= NOW &&
            NOW < window.endsAt &&
            readWith(window).some((given) => sells(given, window.offerId)),
        );
        if (byWindow) expect(opening).toBeDefined();
        if (opening !== undefined && !byWindow) {
          expect(opening.pushedBefore).toBeDefined();
          expect([deployed, accepted].some((given) => sells(given, opening.offerId))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('fewer rules never open more', () => {
    fc.assert(
      fc.property(customers, catalogs, tags, fc.nat(), (who, wide, tag, pick) => {
        const narrow: Catalog = {
          ...wide,
          offers: Object.fromEntries(
            Object.entries(wide.offers).map(([id, each]) => [
              id,
              {
                ...each,
                tags:
                  each.tags.length === 0
                    ? [{ semver: '^1' }]
                    : [each.tags[pick % each.tags.length] as TagRule],
              },
            ]),
          ),
        };
        const isOpen = (given: Catalog): boolean => {
          const catalogsNow = { deployed: given, accepted: given };
          return (
            openingFor(accessTo(who, catalogsNow, APP, NOW), stampOf(tag, catalogsNow, 1)) !==
            undefined
          );
        };
        if (isOpen(narrow)) expect(isOpen(wide)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
