import { describe, expect, it } from 'vitest';
import { applyPolicies } from '../../functions/usecases/apply-policies.ts';
import { APP, accountOf, awsDoor, catalogOf, FAR, FRIDAY, PROBE } from '../support/aws-door.ts';
import { recordingReport } from '../support/recordings.ts';

const world = (now: () => number) => {
  const door = awsDoor();
  const apply = applyPolicies(
    {
      members: door.stores.members,
      policies: door.ecr.policies,
      report: recordingReport(),
      clock: now,
    },
    {
      stage: 'prod',
      partition: 'aws',
      probeRepository: PROBE,
      catalogs: async () => ({ deployed: catalogOf(), accepted: catalogOf() }),
    },
  );
  return { door, apply };
};

describe('the messages of one repository', () => {
  it('are served by one apply', async () => {
    const { door, apply } = world(() => FRIDAY);
    await door.admit(accountOf(1), FAR);
    const messages = ['one', 'two', 'three'].map((occasion) => ({ repository: APP, occasion }));
    expect(await apply(messages)).toEqual({ kind: 'done' });
    expect(door.sets()).toBe(1);
  });

  it('come again when the apply may go on', async () => {
    let now = FRIDAY;
    const { door, apply } = world(() => now);
    await door.admit(accountOf(1), FAR);
    await apply([{ repository: APP, occasion: 'one' }]);
    await door.admit(accountOf(1), 0);
    now = FRIDAY + 10;
    expect(await apply([{ repository: APP, occasion: 'two' }])).toEqual({
      kind: 'deferred',
      seconds: 20,
    });
  });

  it('do nothing when there are none', async () => {
    const { door, apply } = world(() => FRIDAY);
    expect(await apply([])).toEqual({ kind: 'done' });
    expect(door.ecr.calls).toEqual([]);
  });
});
