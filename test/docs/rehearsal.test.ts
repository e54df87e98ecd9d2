import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../simulation/rehearsal/operations.ts';
import { parseRehearsal, vocabulary } from '../../simulation/rehearsal/parse.ts';
import { rehearse } from '../../simulation/rehearsal/rehearse.ts';

const urlOf = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const page = readFileSync(urlOf('docs/rehearsal.md'), 'utf8');

/** What stands between backticks or in a code block, word by word as the format writes them. */
const named = new Set(
  [...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => [
    code,
    ...code.split(/[\s{},:"[\]]+/),
  ]),
);

const snippets = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

/** Amounts, which no word names. */
const isWord = (word: string): boolean => !/^\d+$/.test(word);

describe('the page about the format', () => {
  it('names every key and every value that the parser knows', () => {
    const words = vocabulary().filter(isWord);
    expect(words.length).toBeGreaterThan(250);
    expect(words.filter((word) => !named.has(word))).toEqual([]);
  });

  it('names every call that a fault may be for', () => {
    expect(
      Object.values(OPERATIONS)
        .flat()
        .filter((name) => !named.has(name)),
    ).toEqual([]);
  });

  it('names only options that the command has, and files that exist', () => {
    expect(existsSync(urlOf('rehearsals/card-fails.yaml'))).toBe(true);
    expect(existsSync(urlOf('docs/stripe-rules.md'))).toBe(true);
    expect(existsSync(urlOf('docs/operate.md'))).toBe(true);
  });

  it('has snippets', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(4);
  });

  it.each(snippets.map((text) => [/^title: (.*)$/m.exec(text)?.[1] ?? 'no title', text] as const))(
    'has a snippet that comes as expected: %s',
    async (_title, text) => {
      const parse = parseRehearsal(text, { otherwise: { kind: 'invalid', problems: [] } });
      expect(parse).toMatchObject({ kind: 'rehearsal' });
      if (parse.kind === 'invalid') return;
      const result = await rehearse(parse.rehearsal);
      expect(result.outcomes.filter(({ isMet }) => !isMet)).toEqual([]);
      expect(result.outcomes.length).toBeGreaterThan(0);
      expect(result.isFine).toBe(true);
    },
    60_000,
  );
});
