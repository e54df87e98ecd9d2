import { describe, expect, it } from 'vitest';
import { rehearse } from '../../../simulation/rehearsal/rehearse.ts';
import { fileOf, missedIn, NOVA, playNova, readRehearsal } from './read.ts';

describe('expectations of access', () => {
  it('that come true leave nothing to tell', async () => {
    const result = await playNova(`
  - after: 1m
    expect: { customer: nova, at: both, open: [acme/a], kept: [], because: { a: paid, b: nothing }, ends: { a: 2026-12-15T12:00Z }, audit_lines: 1 }
`);
    expect(missedIn(result)).toEqual([]);
    expect(result).toMatchObject({ isFine: true });
    expect(result.outcomes).toHaveLength(7);
  });

  it('that do not come true are told with what there was instead', async () => {
    const result = await playNova(`
  - after: 1m
    expect: { customer: nova, at: both, open: [acme/b], kept: [acme/a], because: { a: trialing }, ends: { a: +14d, b: +14d }, audit_lines: 7 }
`);
    expect(result.isFine).toBe(false);
    expect(missedIn(result)).toEqual([
      '7 nova at the gateway: open | acme/b | acme/a',
      '7 nova from AWS account 111122223333: open | acme/b | acme/a',
      '7 nova kept after the end | acme/a | nothing',
      '7 nova a ends | 2026-11-15 12:00:00 UTC | 2026-12-15 12:00:00 UTC',
      '7 nova b ends | 2026-11-15 12:00:00 UTC | it is not open',
      '7 nova a because | trialing | paid',
      '7 nova lines in the audit trail | 7 | 1',
    ]);
  });

  it('looks at its instant, before what happens at that instant', async () => {
    const result = await playNova(`
  - after: 1h
    cancel: s1
  - expect: { customer: nova, open: [acme/a] }
  - expect: { customer: nova, open: [], within: 1m }
  - expect: { customer: nova, open: [acme/b], within: 1m }
`);
    expect(missedIn(result)).toEqual([
      '11 nova at the gateway: open (after 1m) | acme/b | nothing',
    ]);
  });

  it('sees an account that the customer took out of the metadata, when it is named', async () => {
    const result = await playNova(`
  - after: 1h
    update_customer: { customer: nova, aws_account_ids: '' }
  - after: 2m
    expect: { customer: nova, at: aws, accounts: [111122223333], open: [] }
  - expect: { customer: nova, at: aws, open: [acme/a] }
`);
    expect(missedIn(result)).toEqual([
      '11 nova from AWS, without an account: open | acme/a | nothing',
    ]);
  });

  it('a deleted customer is still looked at by the accounts that were named last', async () => {
    const result = await playNova(`
  - after: 1h
    fault: { kind: refused, status: 500, service: ecr, for: 1h }
  - after: 1m
    delete_customer: nova
  - after: 5m
    expect: { customer: nova, at: aws, open: [] }
`);
    expect(missedIn(result)).toEqual([
      '11 nova from AWS account 111122223333: open | nothing | acme/a',
    ]);
  });
});

describe('expectations throughout a span', () => {
  it('see a gap of minutes between two looks', async () => {
    const result = await playNova(`
  - after: 1h
    always: { customer: nova, at: both, open: [acme/a], for: 3d }
  - never: { customer: nova, open: [acme/b], for: 3d }
  - after: 1d
    cancel: s1
  - after: 5m
    subscribe: { subscription: s2, customer: nova, products: [prod_a] }
  - after: 1h
    expect: { customer: nova, at: both, open: [acme/a] }
`);
    expect(missedIn(result)).toEqual(['7 nova at the gateway: open | always acme/a | nothing']);
    const [missed] = result.outcomes.filter(({ isMet }) => !isMet);
    // A day after the span began; and a few seconds.
    expect((missed?.at ?? 0) - result.startsAt - 90_000).toBeLessThan(10);
    expect((missed?.at ?? 0) - result.startsAt - 90_000).toBeGreaterThan(0);
  });

  it('see what the clock alone closes, to the second', async () => {
    const result = await playNova(`
  - after: 1h
    grant: { customer: nova, offer: b, for: 36h }
  - after: 1h
    always: { customer: nova, open: [acme/b], for: 3d }
  - always: { customer: nova, one_of: [[acme/a], [acme/a, acme/b]], for: 3d }
  - never: { customer: nova, open: [acme/b], for: 3d }
`);
    expect(missedIn(result)).toEqual([
      '12 nova at the gateway: open | never acme/b | acme/a, acme/b',
      '9 nova at the gateway: open | always acme/b | acme/a',
    ]);
    expect(result.outcomes.find(({ line }) => line === 9)?.at).toBe(
      result.startsAt + 3_600 + 36 * 3_600,
    );
  });

  it('at the AWS door without an account nothing is open', async () => {
    const { outcomes } = await rehearse(
      readRehearsal(
        fileOf(`timeline:
  - create_customer: nova
  - subscribe: { subscription: s1, customer: nova, products: [prod_a] }
  - after: 1h
    always: { customer: nova, at: aws, open: [acme/a], for: 1h }
`),
      ),
    );
    expect(outcomes).toMatchObject([
      { isMet: false, what: 'nova from AWS, without an account: open', actual: 'nothing' },
    ]);
  });
});

describe('pulls, deliveries and counts', () => {
  it('are compared with what was expected of each', async () => {
    const result = await playNova(`
  - push: { repository: acme/a, image: one, tags: [1.0] }
  - after: 1m
    pull: { customer: nova, repository: acme/a, tag: 1.0, expect: no_credential }
  - claim: nova
  - after: 1m
    pull: { customer: nova, repository: acme/a, tag: 1.0, expect: served }
  - after: 1m
    pull: { customer: nova, repository: acme/a, tag: 2.0, expect: served }
  - pull: { customer: nova, repository: acme/b, tag: 1.0, expect: refused }
  - pull: { account: 111122223333, repository: acme/a, expect: refused }
  - deliver: { type: customer.subscription.created, signed_with: another, expect: 200 }
  - deliver: { type: customer.subscription.created, body: bom, expect: 400 }
  - after: 1m
    expect: { metric: WebhookRefused, times: 1 }
  - expect: { metric: AccessGranted }
  - expect: { webhook: 200, type: customer.subscription.created, at_most: 0 }
  - expect: { webhook: 400, times: 2 }
  - expect: { stripe_reads: 'GET /v1/customers/:id', at_least: 1, per_second_at_most: 25 }
  - expect: { stripe_reads: any, times: 0 }
  - expect: { dead_letters: 1 }
`);
    const reads = result.outcomes.find(({ what }) => what === 'requests to Stripe')?.actual;
    expect(Number(reads)).toBeGreaterThan(0);
    expect(missedIn(result)).toEqual([
      '13 nova pulls acme/a:2.0 | served | unknown_manifest',
      '16 a pull of acme/a from AWS account 111122223333 | refused | served',
      '17 the webhook answers the delivery by hand | 200 | 400',
      '19 WebhookRefused was counted | 1 | 2',
      '22 customer.subscription.created was answered 200 | 0 | 1',
      `25 requests to Stripe | 0 | ${reads}`,
      '26 dead letters | 1 | 0',
    ]);
  });

  it('count from the time they name', async () => {
    const result = await playNova(`
  - at: +1d
    cancel: s1
  - after: 1h
    expect: { metric: AccessGranted, times: 0, since: +1h }
  - expect: { metric: AccessRevoked, times: 1, since: +1h }
`);
    expect(missedIn(result)).toEqual([]);
  });
});

describe('what cannot be', () => {
  it('an entry that cannot be done fails, with its line and the reason', async () => {
    const result = await playNova(`
  - after: 1h
    cancel: s1
  - after: 1h
    cancel: s1
`);
    expect(missedIn(result)).toEqual([
      expect.stringMatching(/^9 cancel: s1 \| it is done \| sub_\w+ is canceled: that is final$/),
    ]);
    expect(result.isFine).toBe(false);
  });

  it('a rule that is broken in this world fails, and is told once', async () => {
    const rehearsal = readRehearsal(fileOf(`timeline:\n${NOVA}`));
    let looks = 0;
    const result = await rehearse(rehearsal, () => ({
      step: () => {
        looks += 1;
        return looks < 5 ? undefined : `broken at look ${looks}`;
      },
      rest: () => 'and at rest',
    }));
    expect(result).toMatchObject({ isFine: false, broken: 'broken at look 5' });
  });

  it('a file that switches the rules off is not watched', async () => {
    const rehearsal = readRehearsal(fileOf(`invariants: false\ntimeline:\n${NOVA}`));
    const result = await rehearse(rehearsal, () => ({
      step: () => 'broken',
      rest: () => 'broken',
    }));
    expect(result.isFine).toBe(true);
  });
});

describe('the tale', () => {
  it('has what was open, when, and why, and what became of each event', async () => {
    const result = await playNova(`
  - at: +1d
    events: { are: lost, for: 10d }
  - at: +2d
    cancel_at_period_end: s1
  - at: +29d
    events: { are: delayed, by: 2h, for: 2d }
  - after: 2d
    expect: { customer: nova, open: [] }
`);
    const [tale] = result.tales;
    const since = (at: number): number => Math.floor((at - result.startsAt) / 3_600);
    expect(
      tale?.bars.map(({ door, name, because, from, until }) => [
        door,
        name,
        because,
        since(from),
        since(until),
      ]),
    ).toEqual([
      ['gateway', 'a', 'paid', 0, 720],
      ['aws', 'acme/a', undefined, 0, 720],
    ]);
    expect(tale?.acts.map(({ text }) => text)).toEqual([
      'create_customer: { customer: nova, aws_account_ids: 111122223333 }',
      'subscribe: { subscription: s1, customer: nova, products: [prod_a] }',
      'cancel_at_period_end: s1',
    ]);
    const told = tale?.events.map(({ type, at, arrivedAt }) => [
      type,
      since(at),
      arrivedAt === undefined ? 'lost' : since(arrivedAt),
    ]);
    expect(told).toContainEqual(['customer.subscription.created', 0, 0]);
    expect(told).toContainEqual(['customer.subscription.updated', 48, 'lost']);
    expect(told).toContainEqual(['customer.subscription.deleted', 720, 722]);
    expect(result.trouble).toMatchObject([
      { kind: 'events', line: 7, met: 1 },
      { kind: 'events', line: 11 },
    ]);
  });

  it('is the same each time the same file is played', async () => {
    const rehearsal = readRehearsal(
      fileOf(`
timeline:
${NOVA}
  - at: +1d
    fault: { kind: lost, service: dynamodb, share: 0.3, for: 1d }
  - after: 1h
    cancel: s1
`),
    );
    const [one, other] = [await rehearse(rehearsal), await rehearse(rehearsal)];
    expect(other).toEqual(one);
    expect(one.trouble[0]?.met).toBeGreaterThan(0);
  });
});
