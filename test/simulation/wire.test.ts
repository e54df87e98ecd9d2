import { expect, it } from 'vitest';
import type { Fault } from '../../simulation/kernel/faults.ts';
import { kernel as newKernel } from '../../simulation/kernel/kernel.ts';
import { processOf } from '../../simulation/kernel/lambda.ts';
import { wire as newWire } from '../../simulation/kernel/wire.ts';

const ABOUT = { service: 'dynamodb', operation: 'saveCustomer', key: 'cus_1' } as const;
const answer = () => 'saved';
const refuse = () => {
  throw new Error('conditional check failed');
};

/** One call of sync; `diesAt` is the moment at which its process does. */
const call = async (
  perform: () => string,
  { fault, diesAt }: { readonly fault?: Fault; readonly diesAt?: 'before' | 'after' } = {},
) => {
  const kernel = newKernel(1, 0);
  const wire = newWire({
    kernel,
    faults: { of: () => fault },
    latency: { usualSeconds: 1, stallShare: 0, stallSeconds: 0 },
    errorOf: (service) => new Error(`${service} gave no answer`),
  });
  wire.crashAt = (_call, _number, side) => side === diesAt;
  const process = processOf({ kernel, name: 'sync', skewSeconds: 0 });
  const seen = { performed: 0, heard: 'nothing', outcome: 'none' };
  wire.listen(({ outcome }) => {
    seen.outcome = outcome;
  });
  const effect = () => {
    seen.performed += 1;
    return perform();
  };
  kernel.at(0, () => {
    wire.call(process, ABOUT, effect).then(
      (text) => {
        seen.heard = text;
      },
      (error: Error) => {
        seen.heard = error.message;
      },
    );
  });
  await kernel.run(1_000);
  return { ...seen, isDead: process.isDead };
};

it.each([
  ['an answer', answer, 'saved', 'answered'],
  ['an error', refuse, 'conditional check failed', 'failed'],
])('whoever lives hears %s', async (_what, perform, heard, outcome) => {
  expect(await call(perform)).toEqual({ performed: 1, heard, outcome, isDead: false });
});

it.each([
  ['an answer', answer],
  ['an error', refuse],
])('a process that dies after the effect never hears of %s', async (_what, perform) => {
  const seen = await call(perform, { diesAt: 'after' });
  expect(seen).toEqual({ performed: 1, heard: 'nothing', outcome: 'died', isDead: true });
});

it('one that dies before it has done nothing', async () => {
  const seen = await call(answer, { diesAt: 'before' });
  expect(seen).toEqual({ performed: 0, heard: 'nothing', outcome: 'died', isDead: true });
});

it.each<readonly [string, Fault, number]>([
  ['is lost on its way', { kind: 'lost' }, 0],
  ['takes effect and is not answered', { kind: 'unanswered' }, 1],
  ['lands when nobody waits any more', { kind: 'late', seconds: 60 }, 1],
  ['is refused', { kind: 'refused', status: 500 }, 0],
])('a call that %s is an error for its caller', async (_what, fault, performed) => {
  const seen = await call(answer, { fault });
  expect(seen).toMatchObject({ performed, heard: 'dynamodb gave no answer', outcome: 'failed' });
});
