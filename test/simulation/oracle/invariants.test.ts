import { expect, it } from 'vitest';
import { deadlineWatch } from '../../../simulation/oracle/invariants/policies.ts';
import { lookAtPolicy, newScene } from '../../../simulation/oracle/scene.ts';
import { watchOf } from '../../../simulation/oracle/watcher.ts';
import { runPlan } from '../../../simulation/run.ts';
import { worldOf } from '../../../simulation/world/world.ts';
import {
  type Breaking,
  brokenRun,
  CATALOG,
  customerOf,
  DAY,
  forge,
  HOUR,
  MINUTE,
  planOf,
  put,
} from './broken-world.ts';

const cancelAt = (at: number) =>
  ({ at, act: { who: 'stripe', does: 'cancel_now', subscription: 'S1' } }) as const;

const SECRET = `wharfage_pull_${'a'.repeat(12)}_${'b'.repeat(43)}_000000`;

const once =
  (breaks: (world: Parameters<Breaking>[0]) => void): Breaking =>
  (world, isFirst) => {
    if (isFirst) breaks(world);
  };

it('has nothing to say of a world in which nothing is broken', async () => {
  const { wrong } = await runPlan(
    planOf(2, [
      { at: 2 * HOUR, act: { who: 'customer', does: 'claim', customer: 'cus_1' } },
      {
        at: 3 * HOUR,
        act: {
          who: 'customer',
          does: 'pull',
          customer: 'cus_1',
          repository: 'acme/app',
          tag: '1.0.0',
        },
      },
      { at: 9 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S1' } },
      {
        at: 10 * HOUR,
        act: {
          who: 'customer',
          does: 'pull',
          customer: 'cus_1',
          repository: 'acme/app',
          tag: '1.0.0',
        },
      },
    ]),
    { watch: watchOf },
  );
  expect(wrong).toBeUndefined();
});

it('I1: a pull is served to whom nothing is open', async () => {
  const wrong = await brokenRun(
    once(({ far, hands }) => {
      const at = far.kernel.now();
      const about = {
        customerId: 'cus_1',
        credentialId: 'x',
        repository: 'acme/tools',
        tag: 'edge',
      };
      hands.pulls.push({
        ...about,
        request: 'manifest',
        at,
        sentAt: at,
        outcome: { kind: 'served' },
      });
    }),
  );
  expect(wrong).toMatch(/^I1 gateway safety: cus_1 was served acme\/tools:edge/);
});

it('I1: the gateway stays open after the end', async () => {
  const plan = planOf(1, [
    { at: 7 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S1' } },
  ]);
  const stopped: Breaking = ({ far }) => far.queues.customers.stop();
  expect(await brokenRun(stopped, { plan })).toMatch(
    /^I1 gateway safety: cus_1 may still pull acme\/app at the gateway .* after second 25200/,
  );
});

const ALLOW = (account: string, day: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: `WharfagesimLease${day.replaceAll('-', '')}`,
        Effect: 'Allow',
        Principal: { AWS: [`arn:aws:iam::${account}:root`] },
        Action: ['ecr:BatchGetImage'],
        Condition: { DateLessThan: { 'aws:CurrentTime': `${day}T00:00:00Z` } },
      },
    ],
  });

it('I2: an account that never paid may pull from ECR', async () => {
  const wrong = await brokenRun(({ far, changes }) => {
    far.ecr.fake.stored.set('acme/tools', ALLOW('999911112222', '2027-01-04'));
    changes.repositories.add('acme/tools');
  });
  expect(wrong).toMatch(
    /^I2 policy safety: account 999911112222 may still pull acme\/tools at ECR's policy/,
  );
});

it('I2: a statement outlives the day after the last promised end', () => {
  const world = worldOf(planOf(1));
  const scene = newScene(world);
  const deadline = deadlineWatch();
  world.far.ecr.fake.stored.set('acme/app', ALLOW('111122223331', '2028-01-03'));
  lookAtPolicy(scene, 'acme/app');
  deadline.promise('111122223331', 'acme/app', world.far.kernel.now() + DAY);
  expect(deadline.check(scene, 'acme/app')).toBeUndefined();
  const late = deadlineWatch();
  late.promise('111122223331', 'acme/app', world.far.kernel.now() - 2 * DAY);
  expect(late.check(scene, 'acme/app')).toMatch(
    /^I2 policy safety: account 111122223331 may pull acme\/app at ECR's policy 1 d 12 h/,
  );
});

it('I3: a paying account is not let in', async () => {
  const wrong = await brokenRun(({ far, changes }) => {
    far.ecr.fake.stored.delete('acme/app');
    changes.repositories.add('acme/app');
  });
  expect(wrong).toMatch(
    /^I3 liveness: account 111122223331 may not pull acme\/app at ECR's policy/,
  );
});

it('I3: a paying customer is never opened', async () => {
  const stopped: Breaking = ({ far }) => far.queues.customers.stop();
  expect(await brokenRun(stopped, { at: 0 })).toMatch(
    /^I3 liveness: cus_1 may not pull acme\/app at the gateway/,
  );
});

it('I4: access ends, and Stripe has not said so', async () => {
  const wrong = await brokenRun(once((world) => forge(world, 'cus_1', { windows: [] })));
  expect(wrong).toMatch(/^I4 no cut-off on ignorance: cus_1 version 2 .* has nothing from sub_/);
});

it('I4: an account goes, and Stripe has not said so', async () => {
  const wrong = await brokenRun(once((world) => forge(world, 'cus_1', { accounts: [] })));
  expect(wrong).toMatch(/^I4 no cut-off on ignorance: cus_1 version 2 has the accounts \[\]/);
});

it('I5: effects are marked done before their version', async () => {
  const wrong = await brokenRun(
    once((world) => put(world, { ...customerOf(world, 'cus_1'), effectsDone: 9 })),
  );
  expect(wrong).toMatch(
    /^I5 monotonicity: cus_1 went from version 1 \(effects 1\) to 1 \(effects 9\)/,
  );
});

it('I5: access changes without a new version', async () => {
  const wrong = await brokenRun(
    once((world) => put(world, { ...customerOf(world, 'cus_1'), windows: [] })),
  );
  expect(wrong).toMatch(/^I5 monotonicity: cus_1/);
});

it('I6: more is written than the rules give', async () => {
  const wrong = await brokenRun(
    once((world) => {
      const { windows } = customerOf(world, 'cus_1');
      forge(world, 'cus_1', {
        windows: windows.map((window) => ({ ...window, endsAt: window.endsAt + DAY })),
      });
    }),
  );
  expect(wrong).toMatch(/^I6 final access by the rules: cus_1 version 2/);
});

it('I6: something is kept after its end that no catalog leaves', async () => {
  const keep = { keep: { days: 'forever', afterPaidDays: 300 } } as const;
  const offer = { ...CATALOG.offers.app, afterEnd: keep };
  const catalogs = [{ ...CATALOG, offers: { ...CATALOG.offers, app: offer } }] as never;
  const acts = [cancelAt(7 * HOUR)];
  const paid = once((world) => {
    const prior = customerOf(world, 'cus_1');
    const time = {
      offerId: 'app',
      source: 'sub_x',
      startsAt: 1_700_000_000,
      endsAt: 1_793_000_000,
    };
    put(world, { ...prior, paidTimes: [time] });
  });
  const plan = { ...planOf(1, acts), catalogs };
  expect(await brokenRun(() => {}, { plan })).toBeUndefined();
  expect(await brokenRun(paid, { plan, at: DAY + 25 * HOUR })).toMatch(
    /^I6 final access by the rules: at rest cus_1 keeps acme\/app after its end, and has paid for/,
  );
});

it('I5: accounts are noted as applied, and ECR does not show them', async () => {
  const forgets = once(({ far }) => {
    const key = 'MEMBERS#acme/app POLICY';
    const record = JSON.parse(far.stores.table.get(key) ?? '{}');
    far.stores.table.set(key, JSON.stringify({ ...record, applied: ['999911112222'] }));
    far.queues.policies.stop();
  });
  expect(await brokenRun(forgets, { at: DAY + 25 * HOUR + 55 * MINUTE })).toMatch(
    /^I5 monotonicity: at rest 999911112222 are noted as applied to acme\/app/,
  );
});

it('I6: a member is there whom no customer has', async () => {
  const member = { repository: 'acme/tools', account: '111122223331', customerId: 'cus_1' };
  const strange = once(({ far }) => {
    far.stores.table.set(
      'MEMBERS#acme/tools MEMBER#111122223331#cus_1',
      JSON.stringify({ ...member, until: 4_000_000_000, version: 1 }),
    );
    far.queues.policies.stop();
  });
  expect(await brokenRun(strange, { at: DAY + 25 * HOUR })).toMatch(
    /^I6 final access by the rules: at rest the member cus_1 111122223331 of acme\/tools/,
  );
});

it('I7: a transition without a change', async () => {
  const wrong = await brokenRun(once((world) => forge(world, 'cus_1', {})));
  expect(wrong).toMatch(
    /^I7 exactly-once effect: version 2 of cus_1 has a transition without a change/,
  );
});

it('I7: a change without a transition', async () => {
  const wrong = await brokenRun(
    once((world) => {
      const prior = customerOf(world, 'cus_1');
      put(world, { ...prior, windows: [], version: 2, effectsDone: 2 });
    }),
  );
  expect(wrong).toMatch(
    /^I7 exactly-once effect: version 2 of cus_1 changes access without a transition/,
  );
});

it.each<[string, Breaking, RegExp]>([
  [
    'an item',
    ({ far }) => far.stores.table.set('CUSTOMER#cus_1 X', SECRET),
    /^I8 .* CUSTOMER#cus_1 X holds/,
  ],
  [
    'a message',
    ({ far }, isFirst) => {
      far.queues.policies.stop();
      if (isFirst) far.queues.policies.send({ body: SECRET, groupId: 'x', deduplicationId: 'x' });
    },
    /^I8 .* a message of the policies queue holds a secret/,
  ],
  ['two hands', ({ hands }) => hands.shown.set(SECRET, 2), /^I8 .* was shown 2 times/],
  [
    'a log line',
    ({ far }) => far.said.push({ at: 0, process: 'sync', text: 'look', fields: { here: SECRET } }),
    /^I13 redaction: a log line of sync/,
  ],
])('I8, I13: a secret is in %s', async (_where, breaks, said) => {
  const last: Breaking = (world, isFirst) => {
    if (isFirst) breaks(world, true);
  };
  expect(await brokenRun(last, { at: DAY + 25 * HOUR })).toMatch(said);
});

it('I9: a secret is in the hands of somebody else', async () => {
  const wrong = await brokenRun(
    once(({ far, hands }) => {
      const key = [...far.stores.table.keys()].find((each) => each.includes('cus_1 CREDENTIAL#'));
      const credentialId = key?.split('#').at(-1) ?? '';
      hands.held.set('cus_2', [{ credentialId, secretText: SECRET }]);
    }),
    { plan: planOf(2), at: DAY + 25 * HOUR },
  );
  expect(wrong).toMatch(/^I9 isolation: cus_2 holds the secret of CUSTOMER#cus_1 CREDENTIAL#/);
});

const VENDORS = {
  Sid: 'VendorsOwn',
  Effect: 'Allow',
  Principal: '*',
  Action: ['ecr:BatchGetImage'],
};

it('I10: a write of ours leaves out what is the vendor’s', async () => {
  let hasOne = false;
  const wrong = await brokenRun(({ far, changes, plan }, isFirst) => {
    const { stored, calls } = far.ecr.fake;
    const text = stored.get('acme/app') ?? '{}';
    const policy = JSON.parse(text);
    if (isFirst)
      stored.set(
        'acme/app',
        JSON.stringify({ ...policy, Statement: [VENDORS, ...policy.Statement] }),
      );
    if (!isFirst && !hasOne && far.kernel.now() > plan.startsAt + 8 * HOUR) {
      hasOne = true;
      const ours = policy.Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'VendorsOwn');
      stored.set('acme/app', JSON.stringify({ ...policy, Statement: ours }));
      calls.push('setPolicy acme/app');
    }
    changes.repositories.add('acme/app');
  });
  expect(wrong).toMatch(/^I10 blast radius: our write at second \d+ left the vendor's statement/);
});

it('I10: a write of ours leaves out who is entitled', async () => {
  const wrong = await brokenRun(
    once(({ far, changes }) => {
      far.ecr.fake.stored.delete('acme/app');
      far.ecr.fake.calls.push('deletePolicy acme/app');
      changes.repositories.add('acme/app');
    }),
  );
  expect(wrong).toMatch(/^I10 blast radius: account 111122223331 is entitled to acme\/app/);
});

it('I11: a policy is too large', async () => {
  const wrong = await brokenRun(
    once(({ far, changes }) => {
      const Statement = [
        { ...VENDORS, Action: Array.from({ length: 900 }, () => 'ecr:BatchGetImage') },
      ];
      far.ecr.fake.stored.set('acme/app', JSON.stringify({ Statement }));
      changes.repositories.add('acme/app');
    }),
  );
  expect(wrong).toMatch(/^I11 size: the policy of acme\/app has \d+ characters/);
});

it('I12: the audit has a gap', async () => {
  const wrong = await brokenRun(
    once(({ far }) => far.stores.table.delete('CUSTOMER#cus_1 AUDIT#000000000001')),
  );
  expect(wrong).toMatch(/^I12 audit: transition 1 of cus_1 is missing/);
});

it('I12: the next transition is stored before the last is in the audit', async () => {
  const plan = planOf(1, [
    { at: 7 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S1' } },
  ]);
  const wrong = await brokenRun(
    once(({ far }) => far.stores.table.delete('CUSTOMER#cus_1 AUDIT#000000000001')),
    { plan },
  );
  expect(wrong).toMatch(/^I12 audit: transition 1 of cus_1 is not in the audit although version 2/);
});

it('I15: whoever has access is refused as a stranger', async () => {
  const wrong = await brokenRun(
    once(({ far, hands }) => {
      const at = far.kernel.now();
      const about = {
        customerId: 'cus_1',
        credentialId: 'x',
        repository: 'acme/app',
        tag: '1.0.0',
      };
      const outcome = { kind: 'refused', because: 'unknown_repository' } as const;
      hands.pulls.push({ ...about, request: 'manifest', at, sentAt: at, outcome });
    }),
  );
  expect(wrong).toMatch(
    /^I15 fail closed, honestly: cus_1 was refused acme\/app as unknown_repository/,
  );
});

it('I19: more customers lose access on one day than the breaker lets pass', async () => {
  const plan = planOf(5, [
    { at: 7 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S1' } },
    { at: 7 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S2' } },
    { at: 7 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S3' } },
    { at: 8 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S4' } },
  ]);
  const forgets: Breaking = ({ far }) => far.stores.table.delete('STAGE BREAKER#2026-11-01');
  expect(await brokenRun(() => {}, { plan })).toBeUndefined();
  expect(await brokenRun(forgets, { plan })).toMatch(/^I19 breaker: 4 customers \(cus_/);
});

it('I21: a message stays for ever', async () => {
  const wrong = await brokenRun(({ far }, isFirst) => {
    far.queues.policies.stop();
    if (isFirst) far.queues.policies.send({ body: '{}', groupId: 'x', deduplicationId: 'x' });
  });
  expect(wrong).toMatch(/^I21 termination: a message to x has been in the policies queue/);
});

it('measures how long a change takes at each door', async () => {
  const plan = planOf(1, [
    { at: 7 * HOUR, act: { who: 'stripe', does: 'cancel_now', subscription: 'S1' } },
  ]);
  let watch: ReturnType<typeof watchOf> | undefined;
  await runPlan(plan, {
    watch: (world) => {
      watch = watchOf(world);
      return watch;
    },
  });
  const measured = new Map(watch?.bounds().map(({ name, worstSeconds }) => [name, worstSeconds]));
  expect(measured.get('revocation to refusal, the gateway, told by its event')).toBeLessThan(5);
  expect(measured.get("revocation to refusal, ECR's policy, told by its event")).toBeLessThan(
    MINUTE,
  );
  expect(measured.get('payment to access, the gateway, told by its event')).toBeLessThan(5);
});
