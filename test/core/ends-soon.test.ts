import { expect, it } from 'vitest';
import { endsSoon } from '../../functions/core/ends-soon.ts';
import type { Opening } from '../../functions/core/pull-access.ts';
import { DAY } from '../../functions/core/time.ts';
import { NOW } from '../support/builders.ts';

const opening = (endsAt: Opening['endsAt']): Opening => ({
  offerId: 'app',
  source: 'sub_1',
  endsAt,
  covers: 'whole',
});

it.each([
  ['within the days of the notice', NOW + 6 * DAY, 7, { endsAt: NOW + 6 * DAY }],
  ['at their last instant', NOW + 7 * DAY, 7, { endsAt: NOW + 7 * DAY }],
  ['a second later', NOW + 7 * DAY + 1, 7, {}],
  ['soon, where no notice is wanted', NOW, 0, {}],
  ['never', 'never', 7, {}],
] as const)('an opening that ends %s', (_when, endsAt, noticeDays, notice) => {
  expect(endsSoon(opening(endsAt), NOW, noticeDays)).toEqual(notice);
});
