import { kernel as newKernel } from './kernel/kernel.ts';
import { processOf } from './kernel/lambda.ts';
import { wire as newWire } from './kernel/wire.ts';

const CALLERS = 10;
const LATENCY = { usualSeconds: 0.02, stallShare: 0, stallSeconds: 0 };

/** The same kernel and wire with calls that do nothing: how fast a run could be at best. */
export const emptyRun = async (calls: number): Promise<number> => {
  const kernel = newKernel(1, 0);
  const faults = { of: () => undefined };
  const wire = newWire({ kernel, faults, latency: LATENCY, errorOf: () => new Error('no fault') });
  const call = async (): Promise<void> => {
    const process = processOf({ kernel, name: 'sync', skewSeconds: 0 });
    for (let made = 0; made < calls / CALLERS; made += 1) {
      const about = { service: 'dynamodb', operation: 'nothing', key: 'nobody' } as const;
      await wire.call(process, about, () => undefined);
    }
  };
  kernel.at(0, () => {
    for (let caller = 0; caller < CALLERS; caller += 1) void call();
  });
  await kernel.run(Number.MAX_SAFE_INTEGER);
  return wire.calls();
};
