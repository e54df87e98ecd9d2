import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { main } from '../../bin/wharfage.ts';
import { commandWorld } from '../support/command-world.ts';

const NAMES = [
  'status',
  'pulls',
  'sync',
  'plan',
  'credential',
  'grant',
  'ungrant',
  'breaker',
  'accounts',
  'doctor',
  'probe',
  'rehearse',
  'restore-mode',
];

describe('the command line', () => {
  it.each(['--help', '-h', 'help'])('%s explains the whole and every command', async (argument) => {
    const { code, out } = await commandWorld().run(argument);
    expect(code).toBe(0);
    for (const name of NAMES) expect(out).toContain(`\n  ${name} `);
  });

  it('without a command shows the help and counts as a usage error', async () => {
    const { code, out } = await commandWorld().run();
    expect(code).toBe(2);
    expect(out).toContain('Usage: wharfage <command>');
  });

  it.each(NAMES)('%s --help shows its forms and an example, and reaches nothing', async (name) => {
    const world = commandWorld();
    const { code, out } = await world.run(name, '--help');
    expect(code).toBe(0);
    expect(out).toContain(`wharfage ${name}`);
    expect(out).toContain('Example:');
    expect(world.settings.opened).toStrictEqual([]);
  });

  it.each([
    [['bogus'], 'there is no command "bogus"; there are status, pulls,'],
    [['status', 'cus_1', '--nope'], "Unknown option '--nope': see wharfage status --help"],
    [['status'], 'wanted a customer id, got nothing'],
    [['status', 'cus_1', 'cus_2'], 'wanted a customer id, got "cus_1 cus_2"'],
    [['status', 'sub_1'], 'a Stripe customer id such as cus_NffrFeUfNV2Hib is needed, got "sub_1"'],
    [['status', 'cus_1', '--stage', 'Live'], '--stage takes 1 to 16 of a-z and 0-9'],
    [['sync', '--all', 'cus_1'], 'no argument is allowed, got "cus_1"'],
    [['sync', '--all', '--repair'], '--repair is for one customer'],
    [
      ['plan', '--accept', 'xyz'],
      '--accept takes the catalog\'s hash, 16 of 0-9 and a-f, got "xyz"',
    ],
    [
      ['credential', 'show', 'cus_1'],
      'wharfage credential takes claim, rotate or retire, got "show"',
    ],
    [
      ['credential', 'claim', 'cus_1', '--credential', 'x'],
      '--credential takes 12 letters and digits, got "x"',
    ],
    [
      ['credential', 'claim', 'cus_1', '--registry', 'https://x'],
      '--registry takes a host such as registry.acme.com, got "https://x"',
    ],
    [
      ['credential', 'rotate', 'cus_1', '--overlap-days', '7.5'],
      '--overlap-days takes a whole number from 0 to 365, got "7.5"',
    ],
    [
      ['credential', 'rotate', 'cus_1', '--overlap-days', '366'],
      '--overlap-days takes a whole number from 0 to 365, got "366"',
    ],
    [['credential', 'retire', 'cus_1'], 'retire takes either --credential <id> or --all'],
    [
      ['credential', 'retire', 'cus_1', '--all', '--credential', 'Cred00000001'],
      'retire takes either',
    ],
    [['credential', 'retire', 'cus_1', '--all'], 'add --yes if you mean it'],
    [['grant', 'cus_1', '--until', '2027-01-01'], '--offer is needed'],
    [['grant', 'cus_1', '--offer', 'app'], '--until is needed'],
    [
      ['grant', 'cus_1', '--offer', 'app', '--until', 'soon'],
      '--until takes a UTC day such as 2027-01-31',
    ],
    [['grant', 'cus_1', '--offer', 'app', '--until', '2027-02-30'], 'got "2027-02-30"'],
    [['grant', 'cus_1', '--offer', 'app', '--until', '2200-01-01'], 'got "2200-01-01"'],
    [
      ['grant', 'cus_1', '--offer', 'app', '--until', '2026-11-21'],
      '--until must be later than now, 2026-11-21 12:00 UTC',
    ],
    [
      ['grant', 'cus_1', '--offer', 'gold', '--until', '2027-01-01'],
      '--offer takes one of the deployed catalog\'s offers, app, tools, got "gold"',
    ],
    [['--stage', 'test', 'status', 'cus_1'], 'the command comes before its options, got "--stage"'],
    [
      ['credential', 'claim', 'cus_1', '--all', '--yes'],
      'wharfage credential claim does not take --all, --yes; it takes --credential, --registry',
    ],
    [
      ['credential', 'rotate', 'cus_1', '--credential', 'Cred00000001'],
      'wharfage credential rotate does not take --credential; it takes',
    ],
    [
      ['credential', 'retire', 'cus_1', '--all', '--yes', '--overlap-days', '3'],
      'wharfage credential retire does not take --overlap-days',
    ],
    [
      ['credential', 'claim', 'cus_1', '--registry', '--credential'],
      "Option '--registry' argument is ambiguous: see wharfage credential --help",
    ],
    [
      ['credential', 'claim', 'cus_1', '--registry=-evil'],
      '--registry takes a host such as registry.acme.com, got "-evil"',
    ],
    [['sync', 'cus_1', '--by', ' '], '--by takes a name of 1 to 100 characters, got ""'],
    [['sync', 'cus_1', '--by', 'a\u001b[2J'], 'got "a\\u001b[2J"'],
    [['breaker', 'reset'], 'wharfage breaker takes show or lift, got "reset"'],
    [['breaker'], 'wanted show or lift, got nothing'],
    [['restore-mode', '--table', 'a b'], '--table takes a DynamoDB table\'s name, got "a b"'],
  ])('%j is a usage error that says what is allowed', async (argv, message) => {
    const world = commandWorld();
    const { code, out, errors } = await world.run(...argv);
    expect(errors).toContain(message);
    expect(errors.startsWith('wharfage: ')).toBe(true);
    expect([code, out]).toStrictEqual([2, '']);
    expect(world.stores.table.size).toBe(0);
  });

  it('opens the stage that was asked for', async () => {
    const world = commandWorld();
    await world.run('status', 'cus_1');
    await world.run('status', 'cus_1', '--stage', 'test', '--region', 'eu-west-1');
    await world.run('status', 'cus_1', '--stack', 'mine', '--local');
    await world.run('restore-mode', '--table', 'restored');
    const target = { region: undefined, isLocal: false, tableName: undefined };
    expect(world.settings.opened).toStrictEqual([
      { ...target, stackName: 'wharfage-live' },
      { ...target, stackName: 'wharfage-test', region: 'eu-west-1' },
      { ...target, stackName: 'mine', isLocal: true },
      { ...target, stackName: 'wharfage-live', tableName: 'restored' },
    ]);
  });

  it('says what it could not reach, with the causes, and exits with 3', async () => {
    const world = commandWorld();
    const cause = Object.assign(new Error('token expired'), { name: 'ExpiredTokenException' });
    world.settings.unreachable = new Error('the stack could not be read', { cause });
    expect(await world.run('doctor')).toStrictEqual({
      code: 3,
      out: '',
      errors: 'wharfage: the stack could not be read: ExpiredTokenException: token expired\n',
    });
  });

  it('does not pass for done when its result could not be written', async () => {
    const errors: string[] = [];
    const code = await main(['--help'], {
      open: async () => {
        throw new Error('not opened');
      },
      outside: {
        wire: async () => {
          throw new Error('nothing asked');
        },
        readText: async () => '',
        writeText: async () => {},
        writePage: async () => {},
      },
      checkout: { kind: 'invalid', problems: [] },
      out: async () => {
        throw new Error('write EPIPE');
      },
      errors: { write: (text) => errors.push(text) },
      user: 'ada',
      defaultStage: 'live',
    });
    expect([code, errors]).toStrictEqual([3, ['wharfage: write EPIPE\n']]);
  });

  it('says in one sentence that nobody reads its result any more', async () => {
    const entry = fileURLToPath(new URL('../../bin/wharfage.mjs', import.meta.url));
    const child = spawn(process.execPath, [entry, '--help']);
    child.stdout.destroy();
    const [errors, [code]] = await Promise.all([textOf(child.stderr), once(child, 'close')]);
    expect([code, errors]).toStrictEqual([
      3,
      'wharfage: it is done, but the result could not be written to stdout: write EPIPE\n',
    ]);
  });

  it('rewrites its progress line on a terminal, and wipes it before the result', async () => {
    const world = commandWorld();
    world.settings.isTty = true;
    const { errors, out } = await world.run('sync', '--all');
    expect(errors).toBe('\r\u001b[Ksubscriptions listed: 1\r\u001b[Kcustomers: 1 of 1\r\u001b[K');
    expect(out).not.toContain('\r');
  });
});
