import { APP, accountOf, awsDoor, FAR, FRIDAY } from '../../test/support/aws-door.ts';
import { printTable } from './table.ts';

const CHANGES = 1_000;

/** Writes of one repository's policy, in virtual time: changes all at once, and spread over ten minutes. */
export const benchCoalescing = async (): Promise<void> => {
  printTable(
    'Coalescing: changes of one repository',
    ['changes', 'count', 'SetRepositoryPolicy', 'all ECR calls on it'],
    [
      await coalesced('committed before the first apply', 0),
      await coalesced('spread over 10 minutes', 600),
    ],
  );
};

const coalesced = async (
  how: string,
  spreadSeconds: number,
): Promise<readonly (string | number)[]> => {
  const world = awsDoor();
  let dueAt = spreadSeconds > 0 ? FRIDAY : Number.POSITIVE_INFINITY;
  for (let change = 0; change < CHANGES; change += 1) {
    world.moveTo(FRIDAY + Math.floor((change * spreadSeconds) / CHANGES));
    await world.admit(accountOf(change % 150), change % 7 === 0 ? 0 : FAR);
    if (world.now() < dueAt) continue;
    const outcome = await world.apply();
    dueAt = outcome.kind === 'deferred' ? outcome.untilAt : world.now();
  }
  await world.settle();
  const calls = world.ecr.calls.filter((call) => call.endsWith(APP)).length;
  return [how, CHANGES, world.sets(), calls];
};
