import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { catalog } from '../../bin/catalog.ts';
import { bundle } from '../bundle.ts';
import { medianOf, printTable } from './table.ts';

const RUNS = 15;
const ENTRIES = ['webhook', 'sync', 'sweep', 'apply-policy', 'gateway', 'index-release'] as const;

/** Whatever the entry files read; nothing is called. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  STAGE: 'bench',
  TABLE_NAME: 'bench',
  CUSTOMERS_QUEUE_URL: 'http://127.0.0.1/customers.fifo',
  POLICIES_QUEUE_URL: 'http://127.0.0.1/policies.fifo',
  STRIPE_KEY_SECRET_ARN: 'arn',
  WEBHOOK_SECRET_ARN: 'arn',
  STRIPE_LIVEMODE: 'false',
  STRIPE_ACCOUNT: '',
  STRIPE_READS_MAX: '0',
  PROBE_REPOSITORY: 'probe',
  PARTITION: 'aws',
  FRONT_SECRET_ARN: 'arn',
  TOKEN_SECRET_ARN: 'arn',
  RENEWAL_URL: 'https://vendor.example/renew',
  NOTICE_DAYS: '7',
  LAYER_ORIGIN: 'https://*.amazonaws.com',
  MANIFEST_HEAD: 'full',
};

/** A process that imports one bundle, against one that imports an empty handler, in turn. */
export const benchImports = async (): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'wharfage-bench-'));
  try {
    const empty = join(directory, 'empty.mjs');
    await writeFile(empty, 'export const handler = async () => {};\n');
    const rows = [];
    for (const entry of ENTRIES) {
      const outfile = join(directory, `${entry}.mjs`);
      const source = fileURLToPath(new URL(`../../functions/${entry}.ts`, import.meta.url));
      const bytes = await bundle(source, outfile, catalog);
      const own: number[] = [];
      const none: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        none.push(importMs(empty));
        own.push(importMs(outfile));
      }
      const [median, base] = [medianOf(own), medianOf(none)];
      rows.push([entry, bytes, median.toFixed(0), base.toFixed(0), (median / base).toFixed(2)]);
    }
    printTable(
      `Start of a Node process that imports one bundle (median of ${RUNS}, in turn with an empty handler)`,
      ['function', 'bytes', 'ms', 'empty ms', 'ratio'],
      rows,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
};

const importMs = (path: string): number => {
  const begin = performance.now();
  execFileSync(
    process.execPath,
    [
      '--no-warnings',
      '--input-type=module',
      '-e',
      `await import(${JSON.stringify(pathToFileURL(path))})`,
    ],
    { env: { ...process.env, ...ENVIRONMENT } },
  );
  return performance.now() - begin;
};
