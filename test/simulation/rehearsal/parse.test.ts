import { describe, expect, it } from 'vitest';
import { fileOf, problemsIn, readRehearsal } from './read.ts';

const START = 1_793_534_400;
const DAY = 86_400;

/** In a file whose timeline begins in line 3, with customer nova and subscription s1. */
const inTimeline = (entry: string): readonly string[] =>
  problemsIn(
    fileOf(`timeline:
  - create_customer: nova
  - subscribe: { subscription: s1, customer: nova, products: [prod_a] }
${entry}
`),
  );

describe('a file that is right', () => {
  it('becomes a plan, with the products of its catalog made first', () => {
    const { plan, customers, checks } = readRehearsal(
      fileOf(`
lasts: 40d
timeline:
  - create_customer: { customer: nova, email: ada@nova.example, aws_account_ids: 012345678901 }
  - after: 2m
    subscribe: { subscription: s1, customer: nova, products: [prod_a], trial_period_days: 14 }
  - at: +3d12h
    cancel_at: { subscription: s1, date: 2026-11-20 }
  - expect: { customer: nova, open: [acme/a], within: 5m }
`),
    );
    expect(plan).toMatchObject({ startsAt: START, seconds: 40 * DAY, seed: 1 });
    expect(plan.acts).toEqual([
      { at: 0, act: { who: 'stripe', does: 'create_product', product: 'prod_a' } },
      { at: 0, act: { who: 'stripe', does: 'create_product', product: 'prod_b' } },
      {
        at: 0,
        act: {
          who: 'stripe',
          does: 'create_customer',
          customer: 'cus_nova',
          email: 'ada@nova.example',
          accounts: '012345678901',
        },
      },
      {
        at: 120,
        act: {
          who: 'stripe',
          does: 'subscribe',
          subscription: 's1',
          customer: 'cus_nova',
          products: ['prod_a'],
          trialDays: 14,
        },
      },
      {
        at: 302_400,
        // From 5 November, midnight, to 20 November, midnight.
        act: { who: 'stripe', does: 'cancel_at', subscription: 's1', afterSeconds: 15 * DAY },
      },
    ]);
    expect(customers).toEqual(['cus_nova']);
    expect(checks).toMatchObject([
      { at: 302_400, line: 10, kind: 'access', doors: ['gateway'], withinSeconds: 300 },
    ]);
  });

  it('makes copies with their numbers, evenly over the time they are spread', () => {
    const { plan } = readRehearsal(
      fileOf(`
timeline:
  - copies: 3
    create_customer: "c{n}"
  - after: 1h
    copies: 3
    spread: 30m
    delete_customer: "c{n}"
  - after: 1h
    sync: c2
`),
    );
    const acts = plan.acts.flatMap(({ at, act }) =>
      'customer' in act ? [[at, act.customer]] : [],
    );
    expect(acts).toEqual([
      [0, 'cus_c1'],
      [0, 'cus_c2'],
      [0, 'cus_c3'],
      [3_600, 'cus_c1'],
      [4_200, 'cus_c2'],
      [4_800, 'cus_c3'],
      [7_200, 'cus_c2'],
    ]);
  });

  it('ends an hour after the last thing it says is over', () => {
    const { plan } = readRehearsal(
      fileOf(`timeline:
  - fault: { kind: lost, service: ecr, for: 3d }
  - at: +1d
    create_customer: nova
`),
    );
    expect(plan.seconds).toBe(3 * DAY + 3_600);
  });
});

describe('what is wrong is told with its place, the value and what is allowed', () => {
  it.each([
    ['', '1:1 the file is missing: an object with title, about'],
    ['timeline: [', 'this is not YAML as it is needed here'],
    ['title: x\ntitle: y', '2:1 this is not YAML as it is needed here: Map keys must be unique'],
    ['titel: x', '1:1 titel is not a known key: title, about, starts'],
    ['title:\n', '1:7 title is missing: a line of 1 to 200 characters is needed'],
    ['title: x', '1:1 timeline is missing: a list of what happens, in order of time, is needed'],
    ['title: x\nstarts: 2026-02-30', '2:9 starts is "2026-02-30": that is not in the calendar'],
    ['title: x\nstarts: tomorrow', '2:9 starts is "tomorrow": a UTC day or instant is needed'],
    ['title: x\nlasts: 3', '2:8 lasts is 3: a length of time is needed, such as 14d'],
    ['title: x\ninvariants: no', '2:13 invariants is "no": true or false is needed'],
    ['title: x\nseed: -1', '2:7 seed is -1: a whole number from 0 to 4294967295 is needed'],
    ['title: x\nclocks: { gatway: 1m }', '2:11 clocks.gatway is not a known key: webhook, sync'],
    ['title: x\nclocks: { sync: soon }', '2:17 clocks.sync is "soon": a length of time is needed'],
    ['title: x\nworld: { redelivered: 2 }', '2:23 world.redelivered is 2: a number from 0 to 1'],
    [
      'title: x\ncatalog: { offers: { a: { products: [oops], repositories: [acme/a] } } }',
      '2:38 catalog: offers.a.products[0] is "oops": a Stripe product id is needed',
    ],
    [
      'title: x\ncatalogs: { first: { offers: {} } }',
      '2:13 catalogs.first: the name first is taken by the catalog that is deployed at the beginning',
    ],
    ['title: &name x\ntimeline: *name', '2:11 *name is an alias: write out what it stands for'],
  ])('%j', (content, said) => {
    expect(problemsIn(content).join('\n')).toContain(said);
  });

  it.each([
    [
      '  - cancel s1',
      '5:5 timeline[2] is "cancel s1": an object such as { at: +3d, cancel: s1 } is',
    ],
    ['  - at: +3d', '5:5 this entry says nothing that happens: exactly one thing'],
    ['  - { pay: s1, pause: s1 }', '5:5 this entry says pay and pause: exactly one thing'],
    [
      '  - refnud: s1',
      '5:5 refnud is not a known key: at, after, copies, spread, create_customer,',
    ],
    ['  - { at: 3d, pay: s1 }', '5:11 at is "3d": a time since the beginning such as +3d'],
    ['  - { at: 2026-10-01, pay: s1 }', '5:11 at is "2026-10-01": that is before the rehearsal'],
    ['  - { at: +1d, after: 1d, pay: s1 }', '5:5 this entry has at and after'],
    ['  - { at: +2d, pay: s1 }\n  - { at: +1d, pay: s1 }', '6:11 at is before the entry above it'],
    ['  - { spread: 1d, pay: s1 }', '5:5 spread is for entries with copies'],
    ['  - { copies: 0, pay: s1 }', '5:15 copies is 0: a whole number from 1 to 10000 is needed'],
    [
      '  - pay: s2',
      '5:10 pay is "s2": no subscribe further up makes that subscription; there are s1',
    ],
    [
      '  - sync: nora',
      '5:11 sync is "nora": no create_customer further up makes that customer; there are nova',
    ],
    ['  - create_customer: nova', '5:22 create_customer is "nova": that customer exists already'],
    [
      '  - add_item: { subscription: s1, product: prod_c }',
      '5:44 add_item.product is "prod_c": no catalog has that product, and no create_product further up makes it; there are prod_a, prod_b',
    ],
    ['  - add_item: { subscription: s1 }', '5:15 add_item.product is missing: a Stripe product id'],
    [
      '  - set_payment: { customer: nova, payment: broken }',
      '5:45 set_payment.payment is "broken": ok, fails, delayed, delayed_then_fails, none are allowed',
    ],
    [
      '  - grant: { customer: nova, offer: c, for: 3d }',
      '5:37 grant.offer is "c": no catalog has that offer; there are a, b',
    ],
    [
      '  - push: { repository: acme/c, image: one, tags: [] }',
      '5:25 push.repository is "acme/c": no catalog sells that repository; there are acme/a, acme/b',
    ],
    [
      '  - deploy: next',
      '5:13 deploy is "next": that is not one of the catalogs of this file; there are first',
    ],
    [
      '  - close_account: 1234',
      '5:20 close_account is 1234: an AWS account id of 12 digits is needed',
    ],
    ['  - backup: now', '5:13 backup is "now": nothing may stand behind it'],
    [
      '  - refund: { customer: nova, amount: half }',
      '5:39 refund.amount is "half": a whole number from 1',
    ],
    ['  - pull: { customer: nova, repository: acme/a }', '5:11 pull takes customer and tag'],
    [
      '  - pull: { account: 111122223333, repository: acme/a, expect: lapsed }',
      '5:11 pull.expect: at the AWS door, served or refused',
    ],
    ['  - events: { are: lost }', '5:13 events takes for or until, and not both'],
    ['  - events: { are: delayed, for: 1d }', '5:13 events.by is missing: delayed events need it'],
    [
      '  - events: { are: lost, by: 1d, for: 1d }',
      '5:13 events.by is for delayed events, and these are lost',
    ],
    [
      '  - events: { are: lost, for: 1d, type: invoice.created }',
      '5:41 events.type is "invoice.created": customer.subscription.created,',
    ],
    [
      '  - fault: { kind: refused, for: 1d }',
      '5:12 fault.status is missing: a fault of kind refused needs it',
    ],
    [
      '  - fault: { kind: lost, status: 500, for: 1d }',
      '5:12 fault.status says nothing about a fault of kind lost',
    ],
    [
      '  - fault: { kind: lost, service: sqs, operation: setPolicy, for: 1d }',
      '5:12 fault.operation is "setPolicy": sqs has SendMessageBatch',
    ],
    [
      '  - expect: { open: [] }',
      '5:13 expect says open: an object with one of customer, metric, webhook, stripe_reads, dead_letters is needed',
    ],
    ['  - expect: { customer: nova }', '5:13 expect says nothing of the customer'],
    [
      '  - expect: { customer: nova, open: acme/a }',
      '5:37 expect.open is "acme/a": a list of 0 to 100 is needed',
    ],
    [
      '  - expect: { customer: nova, ends: { c: +3d } }',
      '5:39 expect.ends.c is not a known key: a, b are allowed',
    ],
    [
      '  - expect: { customer: nova, because: { a: paidd } }',
      '5:45 expect.because.a is "paidd": trialing, paid,',
    ],
    ['  - expect: { metric: Nope }', '5:23 expect.metric is "Nope": WebhookAccepted,'],
    [
      '  - expect: { metric: DriftFound, times: 1, at_most: 2 }',
      '5:13 expect takes times, or at_least and at_most',
    ],
    ['  - always: { customer: nova, for: 1d }', '5:13 always takes open (all of these), or one_of'],
    [
      '  - never: { customer: nova, open: [acme/a], until: +0s }',
      '5:12 never.until is over before it begins',
    ],
  ])('%s', (entry, said) => {
    expect(inTimeline(entry).join('\n')).toContain(said);
  });

  it('all mistakes are told at once, in the order of the file', () => {
    const problems = problemsIn(
      'title: x\nlasts: 3\ntimeline:\n  - sync: nora\n  - pay: s1\nseed: many\n',
    );
    expect(problems.map((each) => each.split(' ')[0])).toEqual(['2:8', '4:11', '5:10', '6:7']);
  });

  it('a timeline that is longer than it lasts is told', () => {
    const content = fileOf('lasts: 1d\ntimeline:\n  - at: +2d\n    create_customer: nova\n');
    expect(problemsIn(content)).toEqual(['2:8 lasts ends before the timeline does']);
  });

  it('a file without a catalog says so where that of the checkout is no help', async () => {
    const { parseRehearsal } = await import('../../../simulation/rehearsal/parse.ts');
    const parse = parseRehearsal('title: x\ntimeline: []\n', {
      otherwise: { kind: 'invalid', problems: ['offers is missing'] },
    });
    expect(parse).toMatchObject({
      problems: [
        {
          line: 1,
          text: 'this file has no catalog, and that of this checkout is not valid: offers is missing',
        },
      ],
    });
  });
});
