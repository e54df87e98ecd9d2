import { expect } from 'vitest';
import { parseRehearsal } from '../../../simulation/rehearsal/parse.ts';
import type { Rehearsal } from '../../../simulation/rehearsal/rehearsal.ts';
import { rehearse } from '../../../simulation/rehearsal/rehearse.ts';
import type { RehearsalResult } from '../../../simulation/rehearsal/result.ts';
import { catalog, offer } from '../../support/builders.ts';

/** Sells `acme/a` and `acme/b`, to AWS accounts as well. */
const SOURCES = {
  otherwise: {
    kind: 'catalog',
    catalog: catalog({ offers: { a: offer('a'), b: offer('b') } }),
    warnings: [],
  },
} as const;

/** With the title that every file needs. */
export const fileOf = (rest: string): string => `title: A test\n${rest}`;

/** `2:7 timeline is missing: …` for each mistake. */
export const problemsIn = (content: string): readonly string[] => {
  const parse = parseRehearsal(content, SOURCES);
  return parse.kind === 'rehearsal'
    ? []
    : parse.problems.map(({ line, column, text }) => `${line}:${column} ${text}`);
};

export const readRehearsal = (content: string): Rehearsal => {
  const parse = parseRehearsal(content, SOURCES);
  expect(parse).toMatchObject({ kind: 'rehearsal' });
  if (parse.kind !== 'rehearsal') throw new Error('it could not be read');
  return parse.rehearsal;
};

/** Plays a timeline with customer nova, who has subscribed to `a` with one AWS account. */
export const playNova = (rest: string): Promise<RehearsalResult> =>
  rehearse(readRehearsal(fileOf(`timeline:\n${NOVA}${rest}`)));

export const NOVA = `
  - create_customer: { customer: nova, aws_account_ids: 111122223333 }
  - subscribe: { subscription: s1, customer: nova, products: [prod_a] }
`;

/** `14 nova at the gateway: open | acme/a | nothing` for whatever was otherwise. */
export const missedIn = ({ outcomes }: RehearsalResult): readonly string[] =>
  outcomes
    .filter(({ isMet }) => !isMet)
    .map(({ line, what, expected, actual }) => `${line} ${what} | ${expected} | ${actual}`);
