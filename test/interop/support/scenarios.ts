import type { ClientCommand } from './run-client.ts';

/** A registry, a customer's credential, and a fresh folder that is this scenario's home. */
export type At = {
  readonly host: string;
  readonly username: string;
  readonly secret: string;
  readonly folder: string;
};

/** What a customer does, in one client's words. Absent: that client has no such thing. */
export type Commands = {
  readonly login?: (at: At) => readonly ClientCommand[];
  readonly pull: (at: At, reference: string) => readonly ClientCommand[];
  /** The image of another architecture than this machine's, or all of them. */
  readonly multiArch?: (at: At, reference: string) => readonly ClientCommand[];
  readonly artifact: (at: At, reference: string) => readonly ClientCommand[];
  readonly referrers?: (at: At, reference: string) => readonly ClientCommand[];
  /** Forgets what was pulled. */
  readonly clear?: () => Promise<void>;
};

export const SCENARIOS = {
  login: 'logs in',
  pull: 'pulls an image by its tag',
  multiArch: 'pulls for another architecture',
  artifact: 'pulls a Helm chart',
  referrers: 'lists what refers to an image',
  lapsedLogin: 'logs in after the subscription lapsed',
  lapsedPull: 'pulls after the subscription lapsed',
  wrongSecretLogin: 'logs in with a wrong secret',
  wrongSecretPull: 'pulls with a wrong secret',
  revokedMidPull: 'goes on with a pull during which the subscription ends',
  expiredToken: 'goes on with a pull during which the access token expires',
  interruptedBlob: 'goes on with a layer that breaks off',
} as const;

export type Scenario = keyof typeof SCENARIOS;

export type Expected =
  | { readonly kind: 'succeeds'; readonly saying?: RegExp }
  /** It ends with an error, and the sentence with the address reaches the terminal. */
  | { readonly kind: 'sentence' }
  /** It ends with an error of the client's own. */
  | { readonly kind: 'fails'; readonly why: string; readonly saying?: RegExp }
  /** There is no such command. */
  | { readonly kind: 'none'; readonly why: string };

export const succeeds: Expected = { kind: 'succeeds' };
export const sentence: Expected = { kind: 'sentence' };
export const fails = (why: string, saying?: RegExp): Expected => ({
  kind: 'fails',
  why,
  ...(saying === undefined ? {} : { saying }),
});
export const none = (why: string): Expected => ({ kind: 'none', why });

export type Client = {
  readonly name: string;
  /** In the lane of every run, or only with `--all`. */
  readonly lane: 'every' | 'all';
  /** An environment variable without which this client cannot run here. */
  readonly needs?: string;
  /** What the scenarios pull: images, unless it knows nothing but these. */
  readonly pulls?: 'charts' | 'signatures';
  readonly commands: () => Commands;
  readonly expected: Readonly<Record<Scenario, Expected>>;
};

/** A variable that scripts/interop.sh sets. */
export const given = (name: string): string => {
  const value = process.env[name];
  if (value !== undefined) return value;
  throw new Error(`${name} is not set: start this with npm run test:interop`);
};
