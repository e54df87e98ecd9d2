import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const IMPORTS = 'lint/style/noRestrictedImports';
const GLOBALS = 'lint/style/noRestrictedGlobals';
const NODE = 'lint/correctness/noNodejsModules';
const ENVIRONMENT = 'lint/style/noProcessEnv';
const RULES: readonly string[] = [IMPORTS, GLOBALS, NODE, ENVIRONMENT];

const from = (path: string): string => `import { it } from '${path}';\nexport const its = it;\n`;

/** A file in this place with this content is refused by this rule. */
const REFUSED: readonly (readonly [place: string, content: string, rule: string])[] = [
  ['functions/core', from('../adapters/clock.ts'), IMPORTS],
  ['functions/core', from('../usecases/sweep.ts'), IMPORTS],
  ['functions/core', from('../http/webhook.ts'), IMPORTS],
  ['functions/core', "import type { It } from '../ports.ts';\nexport type Its = It;\n", IMPORTS],
  ['functions/core', "export { it } from '../env.ts';\n", IMPORTS],
  ['functions/core', "export const its = await import('../wiring.ts');\n", IMPORTS],
  ['functions/core', from('stripe'), IMPORTS],
  ['functions/core', from('node:crypto'), NODE],
  ['functions/core', 'export const now = Date.now();\n', GLOBALS],
  ['functions/core', 'export const now = globalThis.Date.now();\n', GLOBALS],
  ['functions/core', "export const answer = fetch('https://example.com');\n", GLOBALS],
  ['functions/core', 'export const place = process.cwd();\n', GLOBALS],
  ['functions/core', 'export const stage = process.env.STAGE;\n', ENVIRONMENT],
  ['functions/core', 'export const now = performance.now();\n', GLOBALS],
  ['functions/usecases', from('../adapters/clock.ts'), IMPORTS],
  ['functions/usecases', from('../http/webhook.ts'), IMPORTS],
  ['functions/usecases', from('../env.ts'), IMPORTS],
  ['functions/usecases', from('@aws-sdk/client-ecr'), IMPORTS],
  ['functions/usecases', from('node:crypto'), NODE],
  ['functions/usecases', 'export const now = new Date();\n', GLOBALS],
  ['functions/usecases', "export const answer = fetch('https://example.com');\n", GLOBALS],
  ['functions/usecases', 'export const stage = process.env.STAGE;\n', ENVIRONMENT],
  ['functions/http', from('../adapters/clock.ts'), IMPORTS],
  ['functions/http', from('../wiring.ts'), IMPORTS],
  ['functions/http', from('../catalog.ts'), IMPORTS],
  ['functions/http', from('../../local/clock.ts'), IMPORTS],
  ['functions/http', from('@aws-sdk/client-sqs'), IMPORTS],
  ['functions/http', 'export const stage = process.env.STAGE;\n', ENVIRONMENT],
  ['functions/adapters', from('../usecases/sweep.ts'), IMPORTS],
  ['functions/adapters', from('../http/webhook.ts'), IMPORTS],
  ['functions/adapters', from('../wiring.ts'), IMPORTS],
  ['functions/adapters', from('../../lib/names.ts'), IMPORTS],
  ['functions/adapters', from('../../bin/catalog.ts'), IMPORTS],
  ['functions/adapters', from('../../local/clock.ts'), IMPORTS],
  ['functions/adapters', from('aws-cdk-lib/aws-sqs'), IMPORTS],
  ['functions/adapters', 'export const now = Date.now();\n', GLOBALS],
  ['functions/adapters', 'export const stage = process.env.STAGE;\n', ENVIRONMENT],
  ['simulation', from('../test/support/builders.ts'), IMPORTS],
  ['simulation', 'export const now = Date.now();\n', GLOBALS],
  ['functions', from('../lib/names.ts'), IMPORTS],
  ['functions', from('../local/clock.ts'), IMPORTS],
  ['functions', from('../bin/catalog.ts'), IMPORTS],
  ['functions', from('../test/support/builders.ts'), IMPORTS],
  ['functions', from('constructs'), IMPORTS],
  ['functions', 'export const now = Date.now();\n', GLOBALS],
  ['lib', from('../functions/usecases/sweep.ts'), IMPORTS],
  ['lib', from('./../functions/usecases/sweep.ts'), IMPORTS],
  ['lib', from('../functions/sweep.ts'), IMPORTS],
  ['lib', from('../functions/core/time.ts'), IMPORTS],
  ['lib', from('../functions/adapters/clock.ts'), IMPORTS],
  ['lib', "export { readEnv } from '../functions/env.ts';\n", IMPORTS],
  [
    'lib',
    "import { readEnv } from '../functions/env.ts';\nexport const read = readEnv;\n",
    IMPORTS,
  ],
  ['lib', from('../bin/catalog.ts'), IMPORTS],
  ['lib/edge', from('../names.ts'), IMPORTS],
  ['lib/edge', from('aws-cdk-lib'), IMPORTS],
  ['lib', from('../local/clock.ts'), IMPORTS],
  ['local', from('../lib/names.ts'), IMPORTS],
  ['local', from('../lib/edge/other.ts'), IMPORTS],
  ['local/aws', from('../../lib/names.ts'), IMPORTS],
  ['local', from('aws-cdk-lib'), IMPORTS],
  ['local', from('../test/support/builders.ts'), IMPORTS],
  ['bin', from('../lib/names.ts'), IMPORTS],
  ['bin/commands', from('../../lib/names.ts'), IMPORTS],
  ['bin', from('../test/support/builders.ts'), IMPORTS],
  ['scripts', from('../local/clock.ts'), IMPORTS],
  ['scripts/bench', from('../../local/clock.ts'), IMPORTS],
];

const ALLOWED: readonly (readonly [place: string, content: string])[] = [
  ['functions/core', from('./time.ts')],
  ['functions/usecases', from('./sweep.ts')],
  ['functions/usecases', from('../core/time.ts')],
  ['functions/usecases', "import type { It } from '../ports.ts';\nexport type Its = It;\n"],
  ['functions/http', from('../usecases/sweep.ts')],
  ['functions/http', from('../core/time.ts')],
  ['functions/http', "import type { It } from 'aws-lambda';\nexport type Its = It;\n"],
  ['functions/adapters', from('./clock.ts')],
  ['functions/adapters', from('../core/time.ts')],
  ['functions/adapters', from('../ports.ts')],
  ['functions/adapters', from('node:crypto')],
  ['functions/adapters', from('@aws-sdk/client-ecr')],
  ['functions', from('./usecases/sweep.ts')],
  ['functions', from('./adapters/clock.ts')],
  ['functions', from('@aws-sdk/client-ecr')],
  ['functions', 'export const stage = process.env.STAGE;\n'],
  ['lib', from('./names.ts')],
  ['lib', from('aws-cdk-lib/aws-sqs')],
  ['lib', "import type { SyncEnv } from '../functions/env.ts';\nexport type Its = SyncEnv;\n"],
  [
    'lib',
    "import type { Catalog } from '../functions/core/catalog.ts';\nexport type Its = Catalog;\n",
  ],
  ['local', from('../functions/wiring.ts')],
  ['local', from('../bin/catalog.ts')],
  // What runs at the edge is the same code here.
  ['local', from('../lib/edge/edge-function.ts')],
  ['bin', from('../local/clock.ts')],
  ['bin', from('../functions/wiring.ts')],
  ['test/lib', from('../../local/clock.ts')],
];

/** Every case is a file of its own in a scratch copy of the tree, so that one run of Biome judges all. */
const pathOf = (place: string, kind: string, index: number): string =>
  `${place}/${kind}-${index}.ts`;

type Diagnostic = { readonly category: string; readonly location: { readonly path: string } };

let directory = '';
const found = new Map<string, readonly string[]>();

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'wharfage-boundaries-'));
  copyFileSync(
    fileURLToPath(new URL('../biome.json', import.meta.url)),
    join(directory, 'biome.json'),
  );
  const files = [
    ...REFUSED.map(
      ([place, content], index) => [pathOf(place, 'refused', index), content] as const,
    ),
    ...ALLOWED.map(
      ([place, content], index) => [pathOf(place, 'allowed', index), content] as const,
    ),
    ['bin/app.ts', from('../lib/wharfage-stack.ts')] as const,
    ['functions/ports.ts', from('./adapters/clock.ts')] as const,
    ['functions/env.ts', from('./wiring.ts')] as const,
    ['functions/adapters/clock.ts', 'export const now = Date.now();\n'] as const,
  ];
  for (const [path, content] of files) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  const { stdout } = spawnSync(
    process.execPath,
    [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: directory, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
  for (const { category, location } of diagnostics) {
    if (!RULES.includes(category)) continue;
    found.set(location.path, [...(found.get(location.path) ?? []), category]);
  }
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the linter', () => {
  it.each(REFUSED.map(([place, content, rule], index) => ({ place, content, rule, index })))(
    'refuses in $place: $content',
    ({ place, rule, index }) => {
      expect(found.get(pathOf(place, 'refused', index))).toContain(rule);
    },
  );

  it.each(ALLOWED.map(([place, content], index) => ({ place, content, index })))(
    'allows in $place: $content',
    ({ place, index }) => {
      expect(found.get(pathOf(place, 'allowed', index))).toBeUndefined();
    },
  );

  it('lets the CDK app alone import deploy-time code', () => {
    expect(found.get('bin/app.ts')).toBeUndefined();
  });

  it('lets one adapter alone read the clock', () => {
    expect(found.get('functions/adapters/clock.ts')).toBeUndefined();
  });

  it.each(['functions/ports.ts', 'functions/env.ts'])('keeps %s to core', (path) => {
    expect(found.get(path)).toEqual([IMPORTS]);
  });
});
