import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repositoriesOf } from '../../functions/core/scopes.ts';

describe('the repositories that a token is asked for', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['nobody asks at login', [], []],
    ['an empty text asks for nothing', [''], []],
    ['one repository', ['repository:acme/app:pull'], ['acme/app']],
    ['pushing is asked for and grants no more', ['repository:acme/app:pull,push'], ['acme/app']],
    ['no action', ['repository:acme/app:'], ['acme/app']],
    ['the deprecated class of a type', ['repository(plugin):acme/app:pull'], ['acme/app']],
    [
      'several parameters',
      ['repository:acme/app:pull', 'repository:acme/tools:pull'],
      ['acme/app', 'acme/tools'],
    ],
    [
      'several in one text',
      ['repository:acme/app:pull  repository:acme/tools:pull'],
      ['acme/app', 'acme/tools'],
    ],
    [
      'the same one twice, as helm asks',
      ['repository:acme/app:pull', 'repository:acme/app:pull'],
      ['acme/app'],
    ],
    ['the catalog, as crane asks', ['registry:catalog:*'], []],
    ['an unknown type', ['vehicle:acme/app:pull'], []],
    ['a type with something before it', ['arepository:acme/app:pull'], []],
    ['a host with its port, which is no name of ours', ['repository:a.example:5000/app:pull'], []],
    ['one colon', ['repository:acme/app'], []],
    ['no colon', ['repository'], []],
    ['no name', ['repository::pull'], []],
    ['upper case', ['repository:Acme/app:pull'], []],
    ['a step upwards', ['repository:../app:pull'], []],
  ])('%s', (_what, scopes, expected) => {
    expect(repositoriesOf(scopes)).toStrictEqual(expected);
  });

  it('of 10,000 different ones are the first hundred, in one text or in many', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `repository:acme/app${index}:pull`);
    const first = Array.from({ length: 100 }, (_, index) => `acme/app${index}`);
    expect(repositoriesOf(many)).toStrictEqual(first);
    expect(repositoriesOf([many.join(' ')])).toStrictEqual(first);
    const halves = [many.slice(0, 60).join(' '), many.slice(60, 160).join(' ')];
    expect(repositoriesOf(halves)).toStrictEqual(first);
  });

  it('are looked for in the first hundred texts only', () => {
    const nothing = (length: number) => Array.from({ length }, () => 'registry:catalog:*');
    const one = 'repository:acme/app:pull';
    expect(repositoriesOf([...nothing(99), one])).toStrictEqual(['acme/app']);
    expect(repositoriesOf([...nothing(100), one])).toStrictEqual([]);
    expect(repositoriesOf([[...nothing(100), one].join(' ')])).toStrictEqual([]);
  });

  it('are names of repositories, whatever is asked', () => {
    const part = fc.constantFrom('repository', ':', 'acme', '/', 'A', ' ', '..', 'pull', ',', 'é');
    fc.assert(
      fc.property(fc.array(fc.array(part).map((parts) => parts.join(''))), (scopes) => {
        for (const name of repositoriesOf(scopes)) expect(name).toMatch(/^(acme|pull|repository)/);
      }),
    );
  });
});
