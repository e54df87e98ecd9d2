import { describe, it } from 'vitest';
import { type Case, nameOf, tell } from './story.ts';
import { travelsOf } from './travels.ts';

/** Each case once for every way its events may travel. */
export const runCases = (cases: readonly Case[]): void => {
  describe.each(cases.map((told) => [nameOf(told), told] as const))('%s', (_name, told) => {
    for (const travel of travelsOf(told.reachable)) {
      it(travel.name, () => tell(told, travel));
    }
  });
};
