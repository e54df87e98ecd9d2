import type { Plan, TimedAct } from '../plan/plan.ts';
import type { NamedCatalogs } from './read-catalogs.ts';
import type { TimedStep } from './read-timeline.ts';
import type { Check, Said } from './rehearsal.ts';

type Parts<Part> = readonly { readonly part: Part; readonly said: Said }[];

/** The parts of a plan, each with what the file says for it. */
export type Compiled = {
  readonly acts: Parts<TimedAct>;
  readonly faults: Parts<Plan['faults'][number]>;
  readonly travel: Parts<Plan['travel'][number]>;
  readonly checks: readonly Check[];
};

export const compile = (steps: readonly TimedStep[], catalogs: NamedCatalogs): Compiled => {
  const inOrder = steps.toSorted((a, b) => a.at - b.at);
  return {
    acts: [
      ...productActs(catalogs),
      ...inOrder.flatMap((step) =>
        step.kind === 'act' ? [{ part: { at: step.at, act: step.act }, said: saidOf(step) }] : [],
      ),
    ],
    faults: inOrder.flatMap((step) =>
      step.kind === 'fault' ? [{ part: { from: step.at, ...step.fault }, said: saidOf(step) }] : [],
    ),
    travel: inOrder.flatMap((step) =>
      step.kind === 'travel'
        ? [{ part: { from: step.at, ...step.travel }, said: saidOf(step) }]
        : [],
    ),
    checks: inOrder.flatMap((step): readonly Check[] => {
      const check = step.kind === 'act' || step.kind === 'check' ? step.check : undefined;
      return check === undefined ? [] : [{ ...check, at: step.at, ...saidOf(step) }];
    }),
  };
};

const saidOf = ({ line, text }: TimedStep): Said => ({ line, text });

/** Every product of the catalogs is there from the beginning. */
const productActs = (catalogs: NamedCatalogs): Parts<TimedAct> => {
  const ids = catalogs.flatMap(({ catalog }) =>
    Object.values(catalog.offers).flatMap(({ products }) => products),
  );
  return [...new Set(ids)].map((product) => ({
    part: { at: 0, act: { who: 'stripe', does: 'create_product', product } },
    said: { line: 0, text: `create_product: ${product}` },
  }));
};

/** When the last thing that an entry says is over, in seconds since the beginning. */
export const endOf = (step: TimedStep): number => {
  if (step.kind === 'fault') return step.fault.until;
  if (step.kind === 'travel') return step.travel.until;
  const { check } = step;
  if (check === undefined) return step.at;
  if ('until' in check) return check.until;
  return step.at + (check.kind === 'access' ? check.withinSeconds : 0);
};
