import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { API_VERSION } from '../../functions/core/api-version.ts';
import { EVENT_TYPES } from '../../functions/core/event-types.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const found = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

const page = read('docs/deploy.md');

describe('the deployment page', () => {
  it('subscribes to the events that the webhook takes, and no others', () => {
    expect(found(page, /enabled_events\[\d+\]=([a-z_.]+)"/g)).toEqual([...EVENT_TYPES]);
  });

  it('pins the API version that the code asks for', () => {
    expect(found(page, /api_version=(\S+)/g)).toEqual([API_VERSION]);
  });

  it('lists every prop of the construct', () => {
    const props = read('lib/wharfage.ts').split('export class')[0] ?? '';
    const names = found(props, /^ {2}readonly (\w+)\??:/gm);
    expect(names).toContain('stage');
    expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('lists every alarm', () => {
    const rules = read('lib/alarm-rules.ts') + read('lib/access-alarm-rules.ts');
    const names = found(rules, /name: '(\w+)'/g);
    expect(names).toHaveLength(19);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
