import { expect, it } from 'vitest';
import { generate } from '../../simulation/plan/generate.ts';
import type { Plan } from '../../simulation/plan/plan.ts';
import { runPlan } from '../../simulation/run.ts';
import { leftIn } from './worlds.ts';

/*
 * A look that found nothing still takes its time, and a message that was handled may come again and
 * close its group for a while. So that whatever is left in the table can be compared to the second,
 * nothing here is slow, nothing comes twice, and what goes wrong goes wrong for every call.
 */
const regular = (plan: Plan): Plan => ({
  ...plan,
  latency: { usualSeconds: 0.02, stallShare: 0, stallSeconds: 0 },
  redeliveredShare: 0,
  faults: plan.faults.filter(({ share, fault }) => share === 1 && fault.kind !== 'dies'),
});

it.each([3, 25, 61, 70, 89, 114])(
  'what a run of seed %i leaves is the same, to the second, whether idle time is jumped over or not',
  async (seed) => {
    const plan = regular(generate(seed));
    const jumped = await runPlan(plan);
    const lived = await runPlan(plan, { jumps: false });
    expect(leftIn(jumped.world)).toEqual(leftIn(lived.world));
    expect(jumped.world.far.stripe.state.events).toEqual(lived.world.far.stripe.state.events);
    expect(jumped.calls).toBeLessThan(lived.calls / 4);
  },
);
