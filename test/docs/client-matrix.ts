import type { Client, Expected, Scenario } from '../interop/support/scenarios.ts';

const COLUMNS: readonly (readonly [Scenario, string])[] = [
  ['login', 'login'],
  ['pull', 'pull'],
  ['multiArch', 'other platform'],
  ['artifact', 'chart'],
  ['referrers', 'referrers'],
  ['lapsedLogin', 'lapsed: login'],
  ['lapsedPull', 'lapsed: pull'],
  ['wrongSecretLogin', 'wrong secret: login'],
  ['wrongSecretPull', 'wrong secret: pull'],
  ['revokedMidPull', 'lapses during a pull'],
  ['expiredToken', 'token expires during a pull'],
  ['interruptedBlob', 'layer breaks off'],
];

const WORDS: Readonly<Record<Expected['kind'], string>> = {
  succeeds: 'ok',
  sentence: 'sentence',
  fails: 'error',
  none: '–',
};

/** What every client does in every scenario, as the lines of a Markdown table. */
export const matrixRows = (clients: readonly Client[]): readonly string[] => {
  const rows = clients.map(({ name, expected }) => [
    name,
    ...COLUMNS.map(([scenario]) => WORDS[expected[scenario].kind]),
  ]);
  const head = ['client', ...COLUMNS.map(([, title]) => title)];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
};
