import { readdirSync, readFileSync } from 'node:fs';
import { parseRehearsal } from '../../simulation/rehearsal/parse.ts';
import type { Rehearsal } from '../../simulation/rehearsal/rehearsal.ts';

const FOLDER = new URL('../../rehearsals/', import.meta.url);
export const readShipped = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

export type Shipped = {
  readonly file: string;
  readonly sentence: string;
  /** Of the cases; none for a story that is told for its own sake. */
  readonly numbers: readonly number[];
  /** One look at Stripe tells the truth, and the daily list finds whom to look at; or why not. */
  readonly reachable: true | string;
  readonly rehearsal: Rehearsal;
};

const NO_CATALOG = { otherwise: { kind: 'invalid', problems: ['there is none'] } } as const;

const shippedIn = (file: string): Shipped => {
  const content = readShipped(file);
  const parse = parseRehearsal(content, NO_CATALOG);
  if (parse.kind === 'invalid') throw new Error(`${file}: ${JSON.stringify(parse.problems)}`);
  const [, numbers = ''] = /^# case: (.+)$/m.exec(content) ?? [];
  const [, reachable = 'no, it is a story'] = /^# reachable: (.+)$/m.exec(content) ?? [];
  return {
    file,
    sentence: parse.rehearsal.title,
    numbers: numbers.split(', ').filter(Boolean).map(Number),
    reachable: reachable === 'true' ? true : reachable,
    rehearsal: parse.rehearsal,
  };
};

/** Everything in rehearsals/. */
export const SHIPPED = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map(shippedIn);
