import { CreateRepositoryCommand, SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notSettled, type Probe, settled } from '../../scripts/probe-aws/probe.ts';
import { type FakeAccount, startFakeAccount } from './support/account.ts';
import { refusal } from './support/front.ts';
import { runOn } from './support/run-program.ts';

const RUN = ['--region', 'us-east-1', '--yes-create-resources', '--with-iam', '--out', 'file'];
const CLEAN = ['--region', 'us-east-1', '--with-iam'];

let account: FakeAccount;
beforeEach(async () => {
  account = await startFakeAccount();
  for (const [name, value] of Object.entries(account.env)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await account.close();
});

const probe = (run: Probe['run'], part: Partial<Probe> = {}): Probe => ({
  id: 'tried',
  belief: 'It is so.',
  source: 'a test',
  dependents: 'nothing',
  secondsMax: 30,
  ...part,
  run,
});

/** One of everything. */
const makesAll: Probe['run'] = async ({ make, clients }) => {
  await make.repository('one');
  await make.queue('one');
  await make.table();
  await make.roleStack('one');
  const name = make.secretName('one');
  const { CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
  await clients.secrets.send(new CreateSecretCommand({ Name: name, SecretString: 'text' }));
  return settled(true, 'made');
};
const makesAllAnd =
  (act: Probe['run']): Probe['run'] =>
  async (world) => {
    await makesAll(world);
    return act(world);
  };
const fails: Probe['run'] = async () => {
  throw new Error('a mistake in the middle');
};

const nothingIsLeft = () => expect.poll(() => account.resources()).toEqual([]);
const runIdIn = (names: readonly string[]): string =>
  /wharfage-probe-([0-9a-f]{8})/.exec(names.join(' '))?.[1] ?? '';

describe('what a run made', () => {
  it('begins with the run’s prefix and carries its tag', async () => {
    let names: readonly string[] = [];
    const looks = makesAllAnd(async () => {
      names = await account.resources();
      return settled(true, 'looked');
    });
    await runOn(account, RUN, { probes: [probe(looks)] });
    const runId = runIdIn(names);
    expect(names.toSorted()).toEqual([
      `wharfage-probe-${runId}`,
      `wharfage-probe-${runId}-one`,
      `wharfage-probe-${runId}-one.fifo`,
      `wharfage-probe-${runId}/one`,
      `wharfage/wharfage-probe-${runId}/one`,
    ]);
  });

  it('is deleted when the probe ends well', async () => {
    const { code, report } = await runOn(account, RUN, { probes: [probe(makesAll)] });
    expect(code).toBe(0);
    expect(report?.cleanUp.deleted).toHaveLength(5);
    await nothingIsLeft();
  });

  it('is deleted when the probe throws in the middle, and the next probe runs', async () => {
    const probes = [probe(makesAllAnd(fails)), probe(makesAll, { id: 'next' })];
    const { code, report } = await runOn(account, RUN, { probes });
    expect(report?.results).toMatchObject([
      {
        outcome: 'not settled',
        how: 'failed',
        observed: 'it could not be carried out: a mistake in the middle',
      },
      { id: 'next' },
    ]);
    expect(code).toBe(2);
    await nothingIsLeft();
  });

  it('is deleted when the run is stopped in the middle, and no further probe runs', async () => {
    const stop = new AbortController();
    const isStopped = makesAllAnd(async ({ make }) => {
      stop.abort(new Error('SIGINT was received'));
      await make.repository('too-late');
      return settled(true, 'went on');
    });
    const probes = [probe(isStopped), probe(makesAll, { id: 'next' })];
    const { code, report, lines } = await runOn(account, RUN, { probes, stop: stop.signal });
    expect(report?.results).toMatchObject([
      { outcome: 'not settled', observed: 'it was stopped: SIGINT was received' },
    ]);
    expect(lines).toContain('Stopped early: SIGINT was received.');
    expect(code).toBe(2);
    await nothingIsLeft();
  });

  it('is deleted although no listing shows it yet', async () => {
    account.fronts.sqs.twist('ListQueues', () => ({ status: 200, body: { QueueUrls: [] } }));
    const { code } = await runOn(account, RUN, { probes: [probe(makesAll)] });
    expect(code).toBe(0);
    await nothingIsLeft();
  });

  it('is deleted when a probe takes too long', async () => {
    const waits = makesAllAnd(async ({ signal, make }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await make.repository('too-late');
      return settled(true, 'went on');
    });
    const { report } = await runOn(account, RUN, { probes: [probe(waits, { secondsMax: 2 })] });
    expect(report?.results[0]?.observed).toMatch(/^it was stopped: TimeoutError/);
    await nothingIsLeft();
  });

  it('is deleted when the run has made more calls than it may', async () => {
    const asksForEver = makesAllAnd(async ({ clients }) => {
      for (;;) await clients.ecr.config.region().then(() => beat(clients));
    });
    const { report } = await runOn(account, RUN, { probes: [probe(asksForEver)] });
    expect(report?.results[0]?.observed).toBe(
      'it could not be carried out: more than 6000 calls were made, so no more are',
    );
    await nothingIsLeft();
  }, 180_000);
});

/** A call that ends before it leaves the process: what counts is that it was begun. */
const beat = async (clients: Parameters<Probe['run']>[0]['clients']): Promise<void> => {
  try {
    const command = new SetRepositoryPolicyCommand({ repositoryName: '', policyText: '' });
    command.middlewareStack.add(() => async () => Promise.reject(new Error('not sent')), {
      step: 'initialize',
      priority: 'low',
    });
    await clients.ecr.send(command);
  } catch (error) {
    if (!(error instanceof Error && error.message === 'not sent')) throw error;
  }
};

describe('what could not be deleted', () => {
  const stuck = async () => {
    account.fronts.sqs.twist('DeleteQueue', () => refusal('AccessDenied', 'not you'));
    return runOn(account, RUN, { probes: [probe(makesAll)] });
  };

  it('is said, with the way to try again', async () => {
    const { code, lines, report } = await stuck();
    const queue = `wharfage-probe-${report?.runId}-one.fifo`;
    expect(report?.cleanUp.left).toEqual([
      { what: `queue ${queue}`, because: expect.stringContaining('not you') },
    ]);
    expect(lines).toContain(`NOT deleted: queue ${queue}: `);
    expect(lines).toContain(`--cleanup ${report?.runId}`);
    expect(code).toBe(2);
  });

  it.each([
    ['--cleanup of that run', (runId: string) => ['--cleanup', runId]],
    ['--cleanup-all', () => ['--cleanup-all']],
  ])('is deleted by %s', async (_, argsOf) => {
    const { report } = await stuck();
    account.fronts.sqs.straighten();
    const { code, lines } = await runOn(account, [...CLEAN, ...argsOf(report?.runId ?? '')]);
    expect(lines).toContain('deleted queue wharfage-probe-');
    expect(code).toBe(0);
    await nothingIsLeft();
  });

  it('stays when another run is cleaned up', async () => {
    await stuck();
    account.fronts.sqs.straighten();
    const { lines } = await runOn(account, [...CLEAN, '--cleanup', '00000000']);
    expect(lines).toContain('Deleted 0 resources.');
    await expect.poll(() => account.resources()).toEqual([expect.stringMatching(/one\.fifo$/)]);
  });

  it('is said of a stack whose deletion was begun and never ends', async () => {
    account.stacks.stick();
    const { code, report } = await runOn(account, RUN, { probes: [probe(makesAll)] });
    expect(report?.cleanUp.left).toEqual([
      {
        what: `stack wharfage-probe-${report?.runId}-one`,
        because: 'its deletion was begun, and it is still there',
      },
    ]);
    expect(code).toBe(2);
  });

  it('is not passed over when it cannot even be listed', async () => {
    account.fronts.ecr.twist('DescribeRepositories', () => refusal('AccessDeniedException'));
    const { code, lines } = await runOn(account, [...CLEAN, '--cleanup-all']);
    expect(lines).toContain('NOT deleted: any repository that is not named here: AccessDenied');
    expect(code).toBe(2);
  });
});

describe('what a run did not make', () => {
  const create =
    (name: string, runId?: string): Probe['run'] =>
    async ({ clients }) => {
      const tags = runId === undefined ? [] : [{ Key: 'wharfage:probe', Value: runId }];
      await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: name, tags }));
      return settled(true, 'made');
    };

  it.each([
    ['a name that begins otherwise', 'acme/app', 'aaaaaaaa'],
    ['a name like ours without the tag', 'wharfage-probe-aaaaaaaa/app', undefined],
    ['a name of one run with the tag of another', 'wharfage-probe-aaaaaaaa/app', 'bbbbbbbb'],
    ['a name that only looks like ours', 'wharfage-probe-aaaaaaaab/app', 'aaaaaaaa'],
  ])('is never deleted: %s', async (_, name, runId) => {
    await runOn(account, RUN, { probes: [probe(create(name, runId))] });
    await runOn(account, [...CLEAN, '--cleanup', 'aaaaaaaa']);
    await runOn(account, [...CLEAN, '--cleanup-all']);
    expect(await account.resources()).toEqual([name]);
  });

  it('is deleted once its name and its tag agree: this is what the four above lack', async () => {
    const name = 'wharfage-probe-aaaaaaaa/app';
    await runOn(account, RUN, { probes: [probe(create(name, 'aaaaaaaa'))] });
    await runOn(account, [...CLEAN, '--cleanup', 'aaaaaaaa']);
    expect(await account.resources()).toEqual([]);
  });
});

describe('a right that is lacking', () => {
  it('is no evidence: nothing is settled, and the exit code says so', async () => {
    account.fronts.ecr.twist('SetRepositoryPolicy', () => refusal('AccessDeniedException'));
    const only = ['--only', 'policy-size-limit,policy-resource-refused,policy-date-less-than'];
    const { code, report } = await runOn(account, [...RUN, ...only]);
    expect(report?.results.map(({ how }) => how)).toEqual(['failed', 'failed', 'failed']);
    expect(code).toBe(2);
  });
});

describe('the exit code', () => {
  it.each([
    [0, 'what could not be told', async () => notSettled('ECR keeps one of them')],
    [0, 'what is as believed', async () => settled(true, 'seen')],
    [1, 'what is otherwise', async () => settled(false, 'seen')],
    [2, 'what could not be tried', fails],
  ] as const)('is %i for %s', async (wanted, _, run) => {
    expect((await runOn(account, RUN, { probes: [probe(run)] })).code).toBe(wanted);
  });

  it('is 0 although what was not asked for was left out', async () => {
    const { code, report } = await runOn(account, RUN, {
      probes: [probe(fails, { needs: 'slow' })],
    });
    expect(report?.results[0]?.observed).toBe('not asked for: --slow');
    expect(code).toBe(0);
  });
});
