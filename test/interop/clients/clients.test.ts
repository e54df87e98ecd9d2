import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BIG,
  type RegistryCustomer,
  type RegistryWorld,
  registryWorld,
} from '../../support/registry-world.ts';
import { CLIENTS } from '../support/clients.ts';
import { type HookedFront, hookedFront, type Seen } from '../support/hooked-front.ts';
import { type Outcome, runAll } from '../support/run-client.ts';
import {
  type At,
  type Client,
  type Commands,
  type Expected,
  SCENARIOS,
  type Scenario,
} from '../support/scenarios.ts';

const SMALL = 'acme/app:1.1.0';
const CHART = 'acme/charts:0.1.0';
const LARGE = `${BIG.repository}:${BIG.tag}`;
/** Beyond its hour, and beyond what two machines' clocks may differ. */
const TOKEN_LONG_DEAD_SECONDS = 7_200;

const REFERENCES = {
  images: { small: SMALL, large: LARGE, breakAfterBytes: 1_000_000 },
  charts: { small: CHART, large: CHART, breakAfterBytes: 100 },
  signatures: { small: SMALL, large: SMALL, breakAfterBytes: 100 },
} as const;
/** Well-formed, and nobody's. */
const WRONG = 'wharfage_pull_Wrong0000000_wrong';
const SENTENCE = /Access to \S+ ended on \d{4}-\d{2}-\d{2}: [^.]+\. https?:\/\/\S+/;

let world: RegistryWorld;
let front: HookedFront;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wharfage-clients-'));
  world = await registryWorld();
  front = await hookedFront(world.origin);
});
afterAll(async () => {
  await front.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

type Turn = {
  readonly commands: Commands;
  readonly at: At;
  readonly customer: RegistryCustomer;
  /** What is pulled: some clients know charts only. */
  readonly small: string;
  readonly large: string;
  readonly breakAfterBytes: number;
};

const isBlob = ({ method, path }: Seen): boolean => method === 'GET' && path.includes('/blobs/');

const login = async ({ commands, at }: Turn): Promise<void> => {
  const { code, output } = await runAll(commands.login?.(at) ?? []);
  if (code !== 0) throw new Error(`login failed: ${output}`);
};

const PLAYS: Readonly<Record<Scenario, (turn: Turn) => Promise<Outcome>>> = {
  login: ({ commands, at }) => runAll(commands.login?.(at) ?? []),
  pull: async (turn) => {
    await login(turn);
    return runAll(turn.commands.pull(turn.at, turn.small));
  },
  multiArch: async (turn) => {
    await login(turn);
    return runAll(turn.commands.multiArch?.(turn.at, turn.small) ?? []);
  },
  artifact: async (turn) => {
    await login(turn);
    return runAll(turn.commands.artifact(turn.at, CHART));
  },
  referrers: async (turn) => {
    await login(turn);
    return runAll(turn.commands.referrers?.(turn.at, turn.small) ?? []);
  },
  lapsedLogin: async ({ commands, at, customer }) => {
    await customer.lapse();
    return runAll(commands.login?.(at) ?? []);
  },
  lapsedPull: async (turn) => {
    const { commands, at, customer, small } = turn;
    await login(turn);
    await customer.lapse();
    const refused = await runAll(commands.pull(at, small));
    await customer.pay();
    const again = await runAll(commands.pull(at, small));
    if (again.code !== 0) throw new Error(`it does not pull after paying: ${again.output}`);
    return refused;
  },
  wrongSecretLogin: ({ commands, at }) => runAll(commands.login?.({ ...at, secret: WRONG }) ?? []),
  wrongSecretPull: async ({ commands, at, small }) => {
    const wrong = { ...at, secret: WRONG };
    await storeLogin(wrong);
    return runAll(commands.pull(wrong, small));
  },
  revokedMidPull: async (turn) => {
    await login(turn);
    front.before(isBlob, turn.customer.lapse);
    return runAll(turn.commands.pull(turn.at, turn.large));
  },
  expiredToken: async (turn) => {
    await login(turn);
    front.before(isBlob, async () => world.clock.advance(TOKEN_LONG_DEAD_SECONDS));
    return runAll(turn.commands.pull(turn.at, turn.large));
  },
  interruptedBlob: async (turn) => {
    await login(turn);
    const before = world.storage.requests().length;
    world.storage.breakOff(1, turn.breakAfterBytes);
    const outcome = await runAll(turn.commands.pull(turn.at, turn.large));
    const asked = world.storage.requests().slice(before);
    const layers = new Set(asked.map(({ digest }) => digest));
    // A client that came through must have come again.
    if (outcome.code === 0) expect(asked.length).toBeGreaterThan(layers.size);
    return outcome;
  },
};

/** As a login would have left it, for every client's own file. */
const storeLogin = async ({ folder: home, host, username, secret }: At): Promise<void> => {
  const auth = Buffer.from(`${username}:${secret}`).toString('base64');
  const text = JSON.stringify({ auths: { [host]: { auth } } });
  await mkdir(join(home, 'docker'), { recursive: true });
  for (const name of ['docker/config.json', 'auth.json', 'helm.json']) {
    await writeFile(join(home, name), text);
  }
};

const play = async (client: Client, scenario: Scenario): Promise<Outcome> => {
  const commands = client.commands();
  await commands.clear?.();
  const customer = await world.customer();
  const home = await mkdtemp(join(folder, 'home-'));
  const { username, secret } = customer;
  const at = { host: front.host, username, secret, folder: home };
  const outcome = await PLAYS[scenario]({
    commands,
    at,
    customer,
    ...REFERENCES[client.pulls ?? 'images'],
  });
  if (front.isWaiting()) throw new Error(`no layer was asked for: ${outcome.output}`);
  return outcome;
};

const meets = ({ code, output }: Outcome, expected: Exclude<Expected, { kind: 'none' }>): void => {
  if (expected.kind === 'succeeds') {
    expect(code, output).toBe(0);
    if (expected.saying !== undefined) expect(output).toMatch(expected.saying);
    return;
  }
  expect(code, `it should have failed: ${output}`).not.toBe(0);
  const saying = expected.kind === 'sentence' ? SENTENCE : expected.saying;
  if (saying !== undefined) expect(output).toMatch(saying);
  // Where the table says that the sentence does not show, it must not have begun to: the table is out of date then.
  if (expected.kind === 'fails') expect(output).not.toMatch(SENTENCE);
};

const isHere = ({ lane, needs }: Client): boolean =>
  (lane === 'every' || process.env.WHARFAGE_INTEROP_ALL === '1') &&
  (needs === undefined || process.env[needs] !== undefined);

const SECONDS_FOR_ALL_RETRIES = 240;

describe.each(CLIENTS.filter(isHere))('$name', (client) => {
  const scenarios = Object.entries(SCENARIOS) as [Scenario, string][];
  it.each(scenarios)(
    '%s: %s',
    async (scenario) => {
      const expected = client.expected[scenario];
      if (expected.kind === 'none') {
        const hasCommand = scenario in client.commands();
        expect(hasCommand, `there is a command after all: ${expected.why}`).toBe(false);
        return;
      }
      meets(await play(client, scenario), expected);
    },
    SECONDS_FOR_ALL_RETRIES * 1_000,
  );
});

describe('all of them together', () => {
  it('send storage no credential of ours', () => {
    const requests = world.storage.requests();
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.filter(({ hasAuthorization }) => hasAuthorization)).toStrictEqual([]);
  });

  it('met no fault of the gateway, its front or its index', () => {
    const ours = world.failures.filter((each) => /front|gateway|index/.test(each));
    expect(ours).toStrictEqual([]);
  });
});
