import { beforeAll, describe, expect, it } from 'vitest';
import { parseCatalog } from '../../functions/core/parse-catalog.ts';
import { generate } from '../../simulation/plan/generate.ts';
import type { Plan } from '../../simulation/plan/plan.ts';

const SEEDS = 1_500;
const HOUR = 3_600;
let plans: readonly Plan[] = [];
beforeAll(() => {
  plans = Array.from({ length: SEEDS }, (_, index) => generate(index + 1));
});

it('a seed is one plan', () => {
  expect(generate(7)).toEqual(generate(7));
  expect(generate(7)).not.toEqual({ ...generate(8), seed: 7 });
});

it('a plan is plain data: written down and read again it is the same', () => {
  for (const plan of plans.slice(0, 100)) expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

it('the vendor could deploy every catalog that is drawn', () => {
  for (const catalog of plans.flatMap(({ catalogs }) => catalogs)) {
    expect(parseCatalog(catalog)).toEqual({
      kind: 'catalog',
      catalog,
      warnings: expect.anything(),
    });
  }
});

it('every plan ends calm: for half a day nothing new goes wrong', () => {
  for (const { seconds, faults, travel } of plans) {
    const last = Math.max(0, ...[...faults, ...travel].map(({ until }) => until));
    expect(seconds - last).toBeGreaterThanOrEqual(12 * HOUR);
  }
});

it('acts come in order, and within the time', () => {
  for (const { acts, seconds } of plans) {
    const times = acts.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.max(...times)).toBeLessThan(seconds);
  }
});

describe(`in ${SEEDS} seeds there is`, () => {
  const all = <Item>(itemsOf: (plan: Plan) => readonly Item[]): ReadonlySet<Item> =>
    new Set(plans.flatMap(itemsOf));

  it.each([
    ...['create_customer', 'set_accounts', 'delete_customer', 'set_payment', 'subscribe'],
    ...[
      'add_item',
      'remove_item',
      'change_plan',
      'cancel_now',
      'undo_cancel',
      'pause',
      'end_trial',
    ],
    ...['cancel_at_period_end', 'cancel_at', 'resume', 'pause_collection', 'extend_trial'],
    ...['schedule_phase', 'end_schedule', 'pay', 'pay_out_of_band', 'forgive', 'void_latest'],
    ...['dispute', 'close_dispute', 'refund', 'set_status', 'create_product', 'archive_product'],
    ...['set_dunning', 'set_cancel_on_dispute', 'resend', 'sync', 'rotate', 'retire_all', 'grant'],
    ...['ungrant', 'sync_everyone', 'lift_breaker', 'accept_catalog', 'redrive', 'push', 'untag'],
    ...['delete_image', 'deploy', 'backup', 'restore', 'claim', 'pull', 'close_account'],
    ...[
      'open_account',
      'edit_policy',
      'delete_policy',
      'schedule_secret_deletion',
      'tamper_member',
    ],
  ])('%s', (does) => {
    expect(all(({ acts }) => acts.map(({ act }) => act.does))).toContain(does);
  });

  it.each([...['refused', 'lost', 'unanswered', 'late', 'slow', 'stale', 'broken_paging', 'dies']])(
    'a call that is %s',
    (kind) => {
      expect(all(({ faults }) => faults.map(({ fault }) => fault.kind))).toContain(kind);
    },
  );

  it.each([401, 403, 404, 429, 500, 503])('an answer %i', (status) => {
    const statuses = all(({ faults }) =>
      faults.flatMap(({ fault }) => (fault.kind === 'refused' ? [fault.status] : [])),
    );
    expect(statuses).toContain(status);
  });

  it.each(['lost', 'never_generated', 'doubled', 'delayed'])('an event that is %s', (kind) => {
    expect(all(({ travel }) => travel.map(({ mishap }) => mishap.kind))).toContain(kind);
  });

  it.each<readonly [string, (plan: Plan) => boolean]>([
    [
      'an outage of days',
      ({ faults }) => faults.some((f) => f.share === 1 && f.until - f.from > 86_400),
    ],
    [
      'an event three days late',
      ({ travel }) =>
        travel.some(({ mishap }) => mishap.kind === 'delayed' && mishap.seconds === 259_200),
    ],
    ['a run of months', ({ seconds }) => seconds > 60 * 86_400],
    ['a crowd', ({ acts }) => acts.filter(({ act }) => act.does === 'create_customer').length > 6],
    [
      'a clock that is minutes off',
      ({ skewSeconds }) => Object.values(skewSeconds).some((skew) => Math.abs(skew) > 120),
    ],
    ['an index that lags for minutes', ({ indexLagSeconds }) => indexLagSeconds >= 60],
    ['a message that comes again', ({ redeliveredShare }) => redeliveredShare > 0],
    ['news of a push that are lost', ({ lostNewsShare }) => lostNewsShare === 1],
    [
      'a call that stalls for minutes',
      ({ latency }) => latency.stallShare > 0 && latency.stallSeconds >= 120,
    ],
    [
      'an account of two customers',
      ({ acts }) =>
        acts.filter(
          ({ act }) =>
            act.does === 'create_customer' && act.accounts?.includes('111122223300') === true,
        ).length > 1,
    ],
    [
      'a malformed account',
      ({ acts }) =>
        acts.some(
          ({ act }) => 'accounts' in act && act.accounts?.includes('not-an-account') === true,
        ),
    ],
    [
      'an offer that keeps what was paid for',
      ({ catalogs }) =>
        catalogs.some(({ offers }) =>
          Object.values(offers).some(({ afterEnd }) => afterEnd !== 'deny'),
        ),
    ],
    [
      'an offer of some tags',
      ({ catalogs }) =>
        catalogs.some(({ offers }) => Object.values(offers).some(({ tags }) => tags.length > 0)),
    ],
    [
      'two offers with one repository',
      ({ catalogs }) =>
        catalogs.some(
          ({ offers }) =>
            Object.values(offers).filter(({ repositories }) => repositories.includes('acme/app'))
              .length > 1,
        ),
    ],
    [
      'links that stop one by one',
      ({ faults }) =>
        faults.filter(
          ({ process, service, share }) =>
            process !== undefined && service !== undefined && share === 1,
        ).length > 4,
    ],
  ])('%s', (_what, isSo) => {
    expect(plans.some(isSo)).toBe(true);
  });
});
