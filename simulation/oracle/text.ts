import type { World } from '../world/world.ts';

/** `3 h 20 min`: how long. */
export const ago = (seconds: number): string => {
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ];
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [unit, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
};

/** When, in the plan's own seconds: that is where to look. */
export const at = ({ plan }: Pick<World, 'plan'>, time: number): string =>
  `second ${Math.round(time - plan.startsAt)}`;
