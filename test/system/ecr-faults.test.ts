import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../functions/core/policy-document.ts';
import { HOUR, MINUTE } from '../../functions/core/time.ts';
import { THROTTLED } from '../../local/aws/faults.ts';
import { STAGE } from '../../local/names.ts';
import { type LocalSystem, localSystem, TICK_SECONDS } from '../support/local-system.ts';

const ATTEMPTS = 3;
const APP = 'acme/app';
const TOOLS = 'acme/tools';

let system: LocalSystem;
beforeAll(async () => {
  system = await localSystem();
});
afterAll(async () => {
  await system.close();
});

describe('ECR does not do what it is asked', () => {
  it('throttles every attempt of one apply: the policy is there after the retry', async () => {
    system.ecr.fail('GetRepositoryPolicy', ATTEMPTS, THROTTLED);
    system.subscribe('cus_Throttled', '100000000001');
    await system.settle();
    expect(system.allowed(APP)).toEqual([]);
    await system.live(15 * MINUTE);
    expect(system.allowed(APP)).toEqual(['100000000001']);
  });

  it('writes the policy and never says so: the next attempt finds it, and nobody is doubled or lost', async () => {
    await system.live(MINUTE);
    system.ecr.fail('SetRepositoryPolicy', ATTEMPTS, { kind: 'do_then_drop' });
    system.subscribe('cus_Unanswered', '100000000002');
    await system.live(15 * MINUTE);
    expect(system.allowed(APP)).toEqual(['100000000001', '100000000002']);
    const { policy } = await system.stores.members.readRepository(APP);
    expect(policy?.applied).toEqual(['100000000001', '100000000002']);
  });

  it('does not know one of two repositories: the other is opened, the alarm names it, and a later sweep mends it', async () => {
    const since = system.clock.now();
    system.ecr.fail('GetRepositoryPolicy', 1, {
      kind: 'refuse',
      code: 'RepositoryNotFoundException',
      status: 400,
      message: 'The repository does not exist in the registry',
    });
    system.subscribe('cus_Both', '100000000003', ['prod_app', 'prod_tools']);
    await system.live(MINUTE);
    const [missing, ...others] = system.counted('RepositoryMissing', since);
    expect(others).toEqual([]);
    const opened = missing?.repository === APP ? TOOLS : APP;
    expect(system.allowed(opened)).toContain('100000000003');
    // Whether a tick of the sweep fell into that minute already, the machine's speed decides.
    await system.live(TICK_SECONDS);
    expect(system.allowed(APP)).toContain('100000000003');
    expect(system.allowed(TOOLS)).toContain('100000000003');
  });
});

describe('an account that AWS does not know', () => {
  it('is quarantined, and the others keep pulling', async () => {
    system.ecr.markDead('100000000009');
    const before = system.allowed(APP);
    system.subscribe('cus_Dead', '100000000009, 100000000004');
    await system.live(MINUTE);
    expect(system.allowed(APP)).toEqual([...before, '100000000004']);
    expect(system.counted('AccountQuarantined')).toMatchObject([
      { repository: APP, account: '100000000009' },
    ]);
  });

  it('is tried again the next day, and let in when it exists', async () => {
    system.ecr.markAlive('100000000009');
    await system.live(12 * HOUR);
    expect(system.allowed(APP)).not.toContain('100000000009');
    await system.live(13 * HOUR);
    expect(system.allowed(APP)).toContain('100000000009');
    expect((await system.stores.members.readRepository(APP)).policy?.quarantined).toEqual({});
  });
});

describe('what the customer and the vendor write', () => {
  it('a malformed account id stops none of the others', async () => {
    system.subscribe('cus_Typo', '10000000000, 100000000005');
    await system.live(MINUTE);
    expect(system.allowed(APP)).toContain('100000000005');
    expect(system.counted('AccountMalformed')).toMatchObject([
      { customerId: 'cus_Typo', count: 1 },
    ]);
  });

  it('an account removed from the metadata leaves the policy, and the customer keeps the rest', async () => {
    system.world.updateCustomer('cus_Dead', { metadata: { aws_account_ids: '100000000004' } });
    await system.live(MINUTE);
    expect(system.allowed(APP)).not.toContain('100000000009');
    expect(system.allowed(APP)).toContain('100000000004');
    expect(await system.openTo('cus_Dead')).toEqual(['app']);
  });

  it('a policy emptied by hand is mended by the next sweep, which reports the drift', async () => {
    const before = system.allowed(APP);
    system.ecr.editByHand(APP);
    expect(system.allowed(APP)).toEqual([]);
    await system.live(TICK_SECONDS);
    expect(system.allowed(APP)).toEqual(before);
    expect(system.counted('DriftFound')).toMatchObject([
      { what: 'policy', repository: APP, cause: 'edited outside Wharfage' },
    ]);
  });

  it("a vendor's statement stays, until its role is deleted: then it is left out, named, and new customers still get in", async () => {
    const role = 'arn:aws:iam::444455556666:role/ci';
    system.ecr.editByHand(APP, withStatement(system, role));
    await system.live(TICK_SECONDS);
    system.subscribe('cus_Beside', '100000000006');
    await system.live(MINUTE);
    expect(system.allowed(APP)).toContain('100000000006');
    expect(vendorsOf(system)).toMatchObject([{ Sid: 'VendorCi', Principal: { AWS: role } }]);

    system.ecr.markDead(role);
    const before = system.allowed(APP);
    system.subscribe('cus_After', '100000000007');
    await system.live(MINUTE);
    expect(system.allowed(APP)).toEqual([...before, '100000000007'].sort());
    expect(vendorsOf(system)).toEqual([]);
    expect(system.counted('VendorStatementDead')).toMatchObject([
      { repository: APP, sids: ['VendorCi'] },
    ]);
  });
});

const vendorsOf = ({ ecr }: LocalSystem) => parsePolicy(ecr.policies()[APP] ?? '', STAGE)?.foreign;

/** The live policy as the vendor would add to it in the console. */
const withStatement = ({ ecr }: LocalSystem, role: string): string => {
  const policy = JSON.parse(ecr.policies()[APP] ?? '');
  const statement = {
    Sid: 'VendorCi',
    Effect: 'Allow',
    Principal: { AWS: role },
    Action: 'ecr:PutImage',
  };
  return JSON.stringify({ ...policy, Statement: [policy.Statement, statement].flat() });
};
