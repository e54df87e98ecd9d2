import { afterAll, beforeAll, describe, it } from 'vitest';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import { dayOf } from '../../functions/core/calendar.ts';
import type { Access } from '../../functions/core/customer.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { ClaimOutcome } from '../../functions/usecases/claim-credential.ts';
import type { Call, Plan } from './support/fault-proxy.ts';
import { act, customersIn } from './wire/acts.ts';
import { startClaimer } from './wire/claims.ts';
import { calm, down, late, spoiled } from './wire/faults.ts';
import { type Kill, killAt, killSometime, STEPS_OF_A_GRANT } from './wire/kills.ts';
import { draw, SEED } from './wire/seed.ts';
import { openWire, startWorld, type Wire, type World } from './wire/world.ts';

const endpoint = process.env.DYNAMODB_ENDPOINT;
if (endpoint === undefined) {
  throw new Error('DYNAMODB_ENDPOINT is not set: start this with npm run test:interop');
}

let wire: Wire;
beforeAll(async () => {
  wire = await openWire(endpoint);
});
afterAll(() => wire.close());

const newWorld = async (onTestFinished: (close: () => Promise<void>) => void): Promise<World> => {
  const world = await startWorld(wire);
  onTestFinished(world.close);
  return world;
};

const say = (line: string): void => {
  process.stdout.write(`over the wire: ${line}\n`);
};

/** For a machine with much else to do; alone all of this takes a minute. */
const TIMEOUT_MS = 480_000;

const withoutSweeps = { tick: async (): Promise<void> => undefined };

/** These customers leave by the dozen, and the operator lets them: the breaker has its own tests. */
const lift = async ({ stores, clock }: World): Promise<void> => {
  for (let day = 0; day < 3; day += 1) {
    await stores.breaker.liftBreaker(dayOf(clock.now() + day * DAY), clock.now(), 'ada');
  }
};

say(`WHARFAGE_WIRE_SEED=${SEED}`);

describe.concurrent(`with the faults of WHARFAGE_WIRE_SEED=${SEED}`, {
  timeout: TIMEOUT_MS,
}, () => {
  /** Grant, renewal, an account removed, revocation. Answers what the audit says of it. */
  const lifeOf = async (world: World): Promise<readonly Access[]> => {
    const { stripe, guard, converge } = world;
    const customer = stripe.world.createCustomer({
      id: 'cus_Nova',
      metadata: { aws_account_ids: '111122223333,444455556666' },
    });
    const subscription = stripe.world.subscribe({ customer, products: ['prod_app'] });
    guard.note();
    await converge(2 * HOUR);
    for (let days = 0; days < 32; days += 8) {
      world.advance(8 * DAY);
      await world.settle();
      await world.sweep();
    }
    await converge(2 * HOUR);
    stripe.world.updateCustomer(customer, { metadata: { aws_account_ids: '111122223333' } });
    guard.note();
    await converge(2 * HOUR);
    stripe.world.cancelNow(subscription);
    guard.note();
    await converge(2 * HOUR);
    return (await world.stores.customers.listAudit(customer)).map(({ after }) => after);
  };

  /** When it happened differs from run to run by the seconds that it takes. */
  const storyOf = (audit: readonly Access[]) =>
    audit.map(({ windows, withheld, accounts }) => ({
      open: windows.map(({ offerId, startsAt, endsAt }) => [offerId, (endsAt - startsAt) / DAY]),
      withheld: withheld.map(({ offerId, because }) => [offerId, because]),
      accounts,
    }));

  it('a customer’s life is the same when answers are lost and connections break on every connection', async ({
    expect,
    onTestFinished,
  }) => {
    const undisturbed = await newWorld(onTestFinished);
    await undisturbed.addWorker('calm');
    const world = await newWorld(onTestFinished);
    const worker = await world.addWorker('spoiled');
    const met = new Map<string, Set<string>>();
    const plan: Plan = {
      faultOf: (call) => {
        const fault = spoiled('life')(call);
        const kinds = met.get(call.service) ?? new Set();
        met.set(call.service, kinds.add(fault.kind));
        return fault;
      },
    };
    worker.follow(plan);
    world.followWebhooks(plan);
    const [audit, wanted] = await Promise.all([lifeOf(world), lifeOf(undisturbed)]);
    expect(storyOf(audit)).toEqual(storyOf(wanted));
    expect(storyOf(audit)).toMatchObject([
      { open: [['app', 44]], accounts: ['111122223333', '444455556666'] },
      { open: [['app', 75]], accounts: ['111122223333', '444455556666'] },
      { open: [['app', 75]], accounts: ['111122223333'] },
      { open: [], withheld: [['app', 'canceled']] },
    ]);
    expect(world.guard.violations()).toEqual([]);
    expect(world.deadLetters()).toEqual([]);
    for (const [service, kinds] of met) {
      expect([service, [...kinds]]).toEqual([service, expect.arrayContaining(['lose', 'reset'])]);
    }
  });
});

describe.concurrent(`processes killed at moments of WHARFAGE_WIRE_SEED=${SEED}`, {
  timeout: TIMEOUT_MS,
}, () => {
  const ACTS_EACH = 4;
  const TURNS_MAX = 60;

  /**
   * Two processes, one of which is killed at each turn while customers go on; `during` is what else
   * happens. Every third turn they are left alone: ten receives are for poison, not for bad luck.
   */
  const killAway = async (
    world: World,
    who: string,
    { times, during }: { readonly times: number; readonly during: () => Promise<void> },
  ): Promise<readonly Kill[]> => {
    const workers = [await world.addWorker(`${who}A`), await world.addWorker(`${who}B`)];
    const customers = customersIn(world, who, 11);
    const kills: Kill[] = [];
    let starting: Promise<void> = Promise.resolve();
    for (let turn = 0; turn < TURNS_MAX && kills.length < times; turn += 1) {
      const rest = async (): Promise<void> => {
        await during();
        await world.settle();
      };
      const isSpared = turn % 3 === 2;
      for (let count = 0; count < ACTS_EACH; count += 1) {
        act(world, customers, [who, turn * ACTS_EACH + count]);
      }
      const kill = isSpared ? await rest() : await killSometime(workers, [who, turn], rest);
      // The other one goes on alone while this one starts, and is the only one that can be next.
      await starting;
      if (kill !== undefined) {
        kills.push(kill);
        await kill.victim.died();
        starting = kill.victim.start();
      }
      world.advance((isSpared ? 16 : Math.floor(draw('pause', who, turn) * 20)) * MINUTE);
    }
    await starting;
    return kills;
  };

  it('a process killed again and again in a stream of changes: the queues alone bring everything back', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await newWorld(onTestFinished);
    await lift(world);
    const kills = await killAway(world, 'queue', { times: 16, during: async () => undefined });
    expect(kills.length).toBe(16);
    const seconds = await world.converge(4 * HOUR, withoutSweeps);
    say(
      `${kills.length} kills at work; whole again after ${seconds / MINUTE} minutes without a sweep`,
    );
    await world.converge(2 * HOUR);
    expect(world.guard.violations()).toEqual([]);
    expect(world.deadLetters()).toEqual([]);
  });

  it('killed at each step of a first grant: one message is enough, and it is not lost', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await newWorld(onTestFinished);
    const worker = await world.addWorker('steps');
    const missed: string[] = [];
    for (const [index, plot] of STEPS_OF_A_GRANT.entries()) {
      subscribeWithOneEvent(world, `cus_Step${index}`, String(200_000_000_000 + index));
      const kill = await killAt([worker], plot, world.settle);
      if (kill === undefined) missed.push(`${plot.moment} ${plot.point.name}`);
      else {
        await worker.died();
        await worker.start();
      }
      await world.converge(HOUR, withoutSweeps);
      // A policy that was just written waits before it is written again.
      world.advance(MINUTE);
    }
    expect(missed).toEqual([]);
    expect(world.guard.violations()).toEqual([]);
    expect(world.deadLetters()).toEqual([]);
  });

  /** Of all that Stripe would send, one event arrives: no other message can stand in for its own. */
  const subscribeWithOneEvent = ({ stripe, guard }: World, id: string, account: string): void => {
    stripe.delivery.next(100, 'lose');
    stripe.world.createCustomer({ id, metadata: { aws_account_ids: account } });
    stripe.world.subscribe({ customer: id, products: ['prod_app'] });
    stripe.delivery.calm();
    guard.note();
    const created = stripe
      .snapshot()
      .events.findLast(({ type }) => type === 'customer.subscription.created');
    stripe.delivery.resend(created?.id ?? '');
    void stripe.delivery.flush();
  };

  it('every event lost and the sweep itself killed: the sweep alone brings everything back', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await newWorld(onTestFinished);
    await lift(world);
    world.followWebhooks({ faultOf: () => ({ kind: 'reset' }) });
    const kills = await killAway(world, 'sweep', { times: 6, during: world.sweep });
    const seconds = await world.converge(4 * HOUR);
    say(`${kills.length} kills without any event; whole again after ${seconds / MINUTE} minutes`);
    expect(kills).toHaveLength(6);
    expect(world.guard.violations()).toEqual([]);
    expect(world.deadLetters()).toEqual([]);
  });

  it('a message that kills whoever works on it is kept among the dead letters, and the sweep does its work', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await newWorld(onTestFinished);
    const worker = await world.addWorker('poison');
    worker.follow({
      faultOf: calm,
      arriving: ({ operation, body }) => {
        if (operation !== 'PutItem' || !body.includes('CUSTOMER#cus_Grim')) return 'pass';
        worker.kill();
        return 'drop';
      },
    });
    world.stripe.world.createCustomer({
      id: 'cus_Grim',
      metadata: { aws_account_ids: '111122223333' },
    });
    world.stripe.world.subscribe({ customer: 'cus_Grim', products: ['prod_app'] });
    world.guard.note();
    const poison = new Set<string>();
    let deaths = 0;
    for (let turn = 0; turn < 15; turn += 1) {
      await world.settle();
      for (const { messageId } of world.waiting()) poison.add(messageId);
      if (!worker.isAlive()) {
        deaths += 1;
        await worker.died();
        await worker.start();
      }
      world.advance(15 * MINUTE);
    }
    const idsOf = (letters: readonly { readonly messageId: string }[]): readonly string[] =>
      letters.map(({ messageId }) => messageId).sort();
    expect(deaths).toBeGreaterThanOrEqual(10);
    expect(world.waiting()).toEqual([]);
    expect(idsOf(world.deadLetters())).toEqual([...poison].sort());
    worker.follow({ faultOf: calm });
    await world.converge(HOUR);
    expect(idsOf(world.deadLetters())).toEqual([...poison].sort());
  });
});

describe.concurrent('DynamoDB in trouble', { timeout: TIMEOUT_MS }, () => {
  it('late beyond every time-out, then down: nothing granted wrongly, and whole again afterwards', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await newWorld(onTestFinished);
    const workers = [await world.addWorker('lateA'), await world.addWorker('lateB')];
    await lift(world);
    const { stripe, guard } = world;
    const subscribed = ['cus_Stays', 'cus_Leaves', 'cus_Moves'].map((id, index) => {
      stripe.world.createCustomer({ id, metadata: { aws_account_ids: `11112222333${index}` } });
      return stripe.world.subscribe({ customer: id, products: ['prod_app'] });
    });
    guard.note();
    await world.converge(HOUR);
    for (const worker of workers) worker.follow({ faultOf: late(worker.name) });
    stripe.world.cancelNow(subscribed[1] ?? '');
    stripe.world.updateCustomer('cus_Moves', { metadata: { aws_account_ids: '555566667777' } });
    stripe.world.createCustomer({ id: 'cus_Comes', metadata: { aws_account_ids: '888899990000' } });
    stripe.world.subscribe({ customer: 'cus_Comes', products: ['prod_tools'] });
    stripe.world.createCustomer({ id: 'cus_Fails', metadata: { aws_account_ids: '999900001111' } });
    stripe.world.subscribe({ customer: 'cus_Fails', products: ['prod_app'], payment: 'fails' });
    guard.note();
    await world.settle();
    world.advance(MINUTE);
    await world.settle();
    for (const worker of workers) worker.follow({ faultOf: down });
    stripe.world.createCustomer({ id: 'cus_Goes', metadata: { aws_account_ids: '222233334444' } });
    const gone = stripe.world.subscribe({ customer: 'cus_Goes', products: ['prod_app'] });
    guard.note();
    await world.settle();
    stripe.world.cancelNow(gone);
    await world.settle();
    await world.sweep();
    for (const worker of workers) worker.follow({ faultOf: calm });
    const seconds = await world.converge(4 * HOUR);
    say(`DynamoDB late and then down; whole again after ${seconds / MINUTE} minutes`);
    expect(guard.violations()).toEqual([]);
    expect(world.deadLetters()).toEqual([]);
  });

  it.for([
    ['the customer', '"sk":{"S":"CUSTOMER"}'],
    ['a member', '"sk":{"S":"MEMBER#'],
  ] as const)(
    'a write of %s that arrives when others have gone on changes nothing',
    async ([, part], { expect, onTestFinished }) => {
      const world = await newWorld(onTestFinished);
      const dead = await world.addWorker(`dead ${part}`);
      await lift(world);
      const { stripe, guard } = world;
      stripe.world.createCustomer({ id: 'cus_Old', metadata: { aws_account_ids: '111122223333' } });
      const subscription = stripe.world.subscribe({ customer: 'cus_Old', products: ['prod_app'] });
      guard.note();
      await world.converge(HOUR);
      let letGo: () => void = () => undefined;
      const until = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const held = new Promise<void>((resolve) => {
        dead.follow({
          faultOf: ({ operation, body }) => {
            if (operation !== 'PutItem' || !body.includes(part)) return { kind: 'none' };
            resolve();
            return { kind: 'hold', until };
          },
        });
      });
      stripe.world.updateCustomer('cus_Old', {
        metadata: { aws_account_ids: '111122223333,444455556666' },
      });
      guard.note();
      await held;
      dead.kill();
      await world.addWorker(`living ${part}`);
      await world.converge(HOUR);
      stripe.world.cancelNow(subscription);
      await world.converge(HOUR);
      letGo();
      await dead.died();
      expect(await world.problems()).toEqual([]);
      expect(guard.violations()).toEqual([]);
    },
  );
});

describe.concurrent('a claim in a process that is killed', { timeout: TIMEOUT_MS }, () => {
  const MOMENTS = [
    ['the claim is on its way', 'UpdateItem', 'before'],
    ['the claim is noted, and nobody knows', 'UpdateItem', 'after'],
    ['the secret is asked for', 'GetSecretValue', 'before'],
    ['the secret is read, and nobody knows', 'GetSecretValue', 'after'],
    ['the deletion is on its way', 'DeleteSecret', 'before'],
    ['the secret is gone, and nobody knows', 'DeleteSecret', 'after'],
  ] as const;

  type Seen = readonly [ClaimOutcome | undefined, ClaimOutcome | undefined];
  const kindsOf = (seen: Seen): readonly (ClaimOutcome['kind'] | undefined)[] =>
    seen.map((outcome) => outcome?.kind);
  const undisturbed = (): Plan => ({ faultOf: calm });

  it('shows the secret once at most, wherever it dies, and says when it was claimed', async ({
    expect,
    onTestFinished,
  }) => {
    const world = await newWorld(onTestFinished);
    await world.addWorker('claims');
    const customers = Array.from({ length: MOMENTS.length + 2 }, (_, index) => {
      const customer = world.stripe.world.createCustomer({ id: `cus_Claim${index}` });
      world.stripe.world.subscribe({ customer, products: ['prod_app'] });
      return customer;
    });
    await world.converge(HOUR);
    const [racing = '', spoilt = '', ...dying] = customers;
    const claim = async (customer: string, planFor: (kill: () => void) => Plan) =>
      (await startClaimer(wire, world, customer, planFor)).outcome;
    const seen: Record<string, unknown> = {};
    for (const [index, [name, operation, when]] of MOMENTS.entries()) {
      const customer = dying[index] ?? '';
      const first = await claim(customer, (kill) => {
        const strike = (call: Call) => {
          if (call.operation !== operation) return 'pass';
          kill();
          return 'drop';
        };
        return {
          faultOf: calm,
          ...(when === 'before' ? { arriving: strike } : { effected: strike }),
        };
      });
      seen[name] = kindsOf([first, await claim(customer, undisturbed)]);
    }
    expect(seen).toEqual({
      'the claim is on its way': [undefined, 'claimed'],
      'the claim is noted, and nobody knows': [undefined, 'refused'],
      'the secret is asked for': [undefined, 'refused'],
      'the secret is read, and nobody knows': [undefined, 'refused'],
      'the deletion is on its way': [undefined, 'refused'],
      'the secret is gone, and nobody knows': [undefined, 'refused'],
    });
    const both = await Promise.all([claim(racing, undisturbed), claim(racing, undisturbed)]);
    expect([...kindsOf(both)].sort()).toEqual(['claimed', 'refused']);
    const lost = await claim(spoilt, () => ({
      faultOf: ({ index }) => ({ kind: index === 0 ? 'lose' : 'none' }),
    }));
    const [credential] = await world.stores.credentials.listCredentials(spoilt);
    expect(lost?.kind === 'claimed' && credentialMint.hashOf(lost.secretText)).toBe(
      credential?.hash,
    );
    expect((await claim(spoilt, undisturbed))?.kind).toBe('refused');
  });
});
