import { createHash } from 'node:crypto';
import type { Plan } from '../../simulation/plan/plan.ts';
import { runPlan } from '../../simulation/run.ts';
import type { World } from '../../simulation/world/world.ts';

/** Everything that every call of real code met, and when, as one hash. */
export const traceOf = async (plan: Plan): Promise<{ readonly hash: string; calls: number }> => {
  const hash = createHash('sha256');
  let calls = 0;
  await runPlan(plan, {
    watch: (world) => {
      world.far.wire.listen((call) => {
        calls += 1;
        hash.update(JSON.stringify([world.far.kernel.now(), call]));
      });
      return { step: () => undefined, rest: () => undefined };
    },
  });
  return { hash: hash.digest('hex'), calls };
};

/** What the schedules note for themselves, and what is only counted. */
const NOTES = /^STAGE CURSOR#| INDEX$|^RELEASES##MISSES|^LEDGER#/;

/** Everything that is left at the end, by key; ids of credentials are drawn in turn, so their order stands for them. */
export const leftIn = ({ far }: World): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  const named = (text: string): string =>
    text.replace(/(?<![0-9A-Za-z])[0-9A-Za-z]{12}(?![0-9A-Za-z])/g, (id) => {
      if (/^\d+$/.test(id)) return id;
      const name = names.get(id) ?? `credential ${names.size + 1}`;
      names.set(id, name);
      return name;
    });
  const items = [...far.stores.table]
    .filter(([key]) => !NOTES.test(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, text]) => [named(key), named(text).replace(/"hash":"[^"]*"/, '"hash":""')] as const,
    );
  const policies = [...far.ecr.fake.stored].map(
    ([repository, text]) => [`policy of ${repository}`, text] as const,
  );
  return new Map([...items, ...policies]);
};
