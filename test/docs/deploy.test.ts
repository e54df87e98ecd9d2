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
    const [own = '', registry = ''] =
      read('lib/wharfage-props.ts').split('interface RegistryProps');
    const namesOf = (props: string) => found(props, /^ {2}readonly (\w+)\??:/gm);
    const names = [...namesOf(own), ...namesOf(registry).map((name) => `registry.${name}`)];
    expect(names).toEqual(expect.arrayContaining(['stage', 'registry.domainName']));
    expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('lists every alarm', () => {
    const rules = ['alarm-rules', 'access-alarm-rules', 'gateway-alarm-rules']
      .map((file) => read(`lib/${file}.ts`))
      .join('');
    const names = found(rules, /name: '(\w+)'/g);
    expect(names).toHaveLength(27);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
