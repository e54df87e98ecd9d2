import { attemptText } from './attempt.ts';
import { meansTheSame, ourStatement, policyText, readPolicy, set } from './policy-texts.ts';
import { type Probe, settled } from './probe.ts';
import { lookFor, type World } from './world.ts';

const ROUNDS = 10;
const LOOKS = { looks: 30, pauseSeconds: 1 };

/** The same statement under the Sid of another day. */
const textOfDay = (world: World, day: number): string =>
  policyText({ ...ourStatement(world), Sid: `WharfageprobeDay203101${10 + day}` });

export const policyRaces: readonly Probe[] = [
  {
    id: 'policy-read-after-set',
    belief: 'A policy that is read right after it was set is the one that was set.',
    source: 'inferred; IAM’s guide says minutes for policies to take effect, nothing about reads',
    dependents: 'functions/usecases/write-policy.ts: a stale read-back is an error and a retry',
    secondsMax: 400,
    run: async (world) => {
      const repository = await world.make.repository('policy-read-after-set');
      const lags: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const lag = await lagOf(world, repository, textOfDay(world, round));
        if (lag > 0) lags.push(lag);
      }
      return settled(
        lags.length === 0,
        `${lags.length} of ${ROUNDS} reads were stale${lags.length === 0 ? '' : `, seen after at most ${Math.max(...lags)} ms`}`,
      );
    },
  },
  {
    id: 'policy-two-sets-at-once',
    belief:
      'Of two sets at the same time both succeed, and one of the two policies stays, whole: there is no conflict error.',
    source: 'ECR’s service model has no such error and no version; the outcome is inferred',
    dependents: 'that the periodic sweep, and no lock, makes policies right',
    secondsMax: 120,
    run: async (world) => {
      const repository = await world.make.repository('policy-two-sets-at-once');
      const strange: string[] = [];
      for (let round = 0; round < ROUNDS; round += 2) {
        const texts = [textOfDay(world, round), textOfDay(world, round + 1)];
        const answers = await Promise.all(texts.map((text) => set(world, repository, text)));
        await world.wait(1);
        const back = await readPolicy(world, repository);
        const isWhole = texts.some((text) => meansTheSame(text, back));
        if (answers.some(({ kind }) => kind === 'refused') || !isWhole) {
          strange.push(`${answers.map(attemptText).join(' and ')}, then ${back}`);
        }
      }
      return settled(
        strange.length === 0,
        strange[0] ?? `${ROUNDS / 2} times both were accepted and one of them stayed`,
      );
    },
  },
];

/** 0 when the first read shows it. */
const lagOf = async (world: World, repository: string, text: string): Promise<number> => {
  const answer = await set(world, repository, text);
  if (answer.kind === 'refused') throw new Error(`ECR refused it: ${attemptText(answer)}`);
  const setAt = world.elapsedMilliseconds();
  if (meansTheSame(text, await readPolicy(world, repository))) return 0;
  const seen = await lookFor(world, LOOKS, async () =>
    meansTheSame(text, await readPolicy(world, repository)) ? true : undefined,
  );
  if (seen === undefined) throw new Error(`the policy was not there after ${LOOKS.looks} reads`);
  return Math.max(1, Math.round(world.elapsedMilliseconds() - setAt));
};
