import { expect, it } from 'vitest';
import { catalog, offer } from '../support/builders.ts';
import { type CommandWorld, commandWorld } from '../support/command-world.ts';

const STORY = `title: A short story
timeline:
  - create_customer: { customer: nova, aws_account_ids: 111122223333 }
  - subscribe: { subscription: s1, customer: nova, products: [prod_a] }
  - at: +2d
    cancel: s1
  - after: 1h
    expect: { customer: nova, open: [] }
`;

const worldWith = (files: Readonly<Record<string, string>>): CommandWorld => {
  const world = commandWorld(catalog({ offers: { a: offer('a') } }));
  for (const [path, text] of Object.entries(files)) world.settings.files.set(path, text);
  return world;
};

it('tells what opened, what closed, when and why, and opens no stage', async () => {
  const world = worldWith({ 'story.yaml': STORY });
  const { code, out } = await world.run('rehearse', 'story.yaml');
  expect(code).toBe(0);
  expect(out).toContain('A short story (story.yaml)');
  expect(out).toMatch(/\+0s +happens +subscribe: \{ subscription: s1, customer: nova/);
  expect(out).toMatch(/\+\ds +access +\+a until 2026-12-15 12:00 UTC, .*: a paid \(event\)/);
  expect(out).toMatch(/2026-11-03 12:00 UTC +\+2d\d?s? +access +-a: a canceled \(event\)/);
  expect(out).toContain('All of 1 expectation came true.');
  expect(out).toContain('1 rehearsal: everything came as expected.');
  expect(world.settings.opened).toEqual([]);
});

it('exits with 1 where it came otherwise, and shows the difference and its line', async () => {
  const world = worldWith({
    'good.yaml': STORY,
    'bad.yaml': STORY.replace('open: []', 'open: [acme/a]'),
  });
  const { code, out } = await world.run('rehearse', 'good.yaml', 'bad.yaml');
  expect(code).toBe(1);
  expect(out).toContain(`1 of 1 expectation did not come true
  line 7, 2026-11-03 13:00 UTC: nova at the gateway: open
    expected  acme/a
    actual    nothing`);
  expect(out).toContain('1 of 2 rehearsals failed: bad.yaml');
});

it('exits with 2 for what cannot be read, names every place, and plays nothing', async () => {
  const world = worldWith({
    'good.yaml': STORY,
    'bad.yaml': STORY.replace('cancel: s1', 'cancel: s2').replace('+2d', '2d'),
  });
  const { code, out, errors } = await world.run('rehearse', 'good.yaml', 'bad.yaml', '--html', 'o');
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(errors).toContain('nothing was played: 1 mistake\nbad.yaml:5:9: at is "2d": a time since');
  expect(world.settings.files.has('o')).toBe(false);
});

it.each([
  [['rehearse'], 'wharfage rehearse takes one or more files, got nothing'],
  [['rehearse', 'nowhere.yaml'], 'nowhere.yaml cannot be read'],
  [
    ['rehearse', 's.yaml', '--catalog', 'c.yaml'],
    'c.yaml is not a valid catalog:\ncatalog.x is not a known field',
  ],
  [['rehearse', 's.yaml', '--catalog', 'no.ts'], 'no.ts cannot be read'],
])('%j is a usage error', async (argv, said) => {
  const { code, errors } = await worldWith({ 's.yaml': STORY, 'c.yaml': 'x: 1' }).run(...argv);
  expect(code).toBe(2);
  expect(errors).toContain(said);
});

it('--catalog counts more than what the file and the checkout say', async () => {
  const other = 'offers: { other: { products: [prod_a], repositories: [acme/z] } }';
  const own = 'catalog: { offers: { own: { products: [prod_a], repositories: [acme/y] } } }\n';
  const world = worldWith({ 'story.yaml': STORY + own, 'other.yaml': other });
  expect((await world.run('rehearse', 'story.yaml')).out).toContain('+own until');
  const { out } = await world.run('rehearse', 'story.yaml', '--catalog', 'other.yaml');
  expect(out).toContain('+other until');
});

it('--catalog takes the module that the stack takes', async () => {
  const world = worldWith({ 'story.yaml': STORY.replace('prod_a', 'prod_starter') });
  const { code, out } = await world.run('rehearse', 'story.yaml', '--catalog', 'bin/catalog.ts');
  expect(code).toBe(0);
  expect(out).toContain('+starter until');
});

it('--html writes the picture, over the last one', async () => {
  const world = worldWith({ 'story.yaml': STORY, 'out.html': 'the last one' });
  const { code } = await world.run('rehearse', 'story.yaml', '--html', 'out.html');
  expect(code).toBe(0);
  const page = world.settings.files.get('out.html') ?? '';
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toContain('<h1>A short story</h1>');
  expect(page).toContain('gateway: a');
});

it('--json has everything', async () => {
  const { code, data } = await worldWith({ 'story.yaml': STORY }).json('rehearse', 'story.yaml');
  expect(code).toBe(0);
  expect(data).toMatchObject({
    rehearsals: [
      {
        path: 'story.yaml',
        title: 'A short story',
        isFine: true,
        outcomes: [{ line: 7, isMet: true, expected: 'nothing', actual: 'nothing' }],
        tales: [
          {
            customerId: 'cus_nova',
            bars: [{ door: 'gateway', name: 'a', because: 'paid' }, { door: 'aws' }],
          },
        ],
      },
    ],
  });
});
