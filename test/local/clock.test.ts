import { afterEach, describe, expect, it } from 'vitest';
import { movableClock } from '../../local/clock.ts';

const machineNow = Date.now;

afterEach(() => {
  Date.now = machineNow;
});

describe('the movable clock', () => {
  it('moves Date.now of the process while it is installed', () => {
    const clock = movableClock();
    clock.install();
    const before = Date.now();
    clock.advance(86_400);
    expect(Date.now() - before).toBeGreaterThanOrEqual(86_400_000);
    expect(clock.now()).toBe(Math.floor(Date.now() / 1_000));
    clock.uninstall();
    expect(Date.now).toBe(machineNow);
  });

  it('may be installed twice and is one clock', () => {
    const clock = movableClock();
    clock.install();
    clock.install();
    clock.advance(3_600);
    clock.uninstall();
    expect(Date.now).toBe(machineNow);
  });

  it('goes on with an offset that was kept', () => {
    const clock = movableClock();
    clock.advance(100);
    const next = movableClock(clock.offsetSeconds());
    next.advance(20);
    expect(next.offsetSeconds()).toBe(120);
  });

  it.each([-1, 0.5, Number.NaN])('does not move by %d seconds', (seconds) => {
    expect(() => movableClock().advance(seconds)).toThrow('whole seconds, 0 or more');
    expect(() => movableClock(seconds)).toThrow('whole seconds, 0 or more');
  });
});
