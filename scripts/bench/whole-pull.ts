import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openUpstream } from '../../test/support/open-upstream.ts';
import type { RegistryCustomer, RegistryWorld } from '../../test/support/registry-world.ts';
import { hasPrograms, runProgram } from './programs.ts';
import { medianOf, printTable } from './table.ts';

const REPOSITORY = 'acme/big';
const TAG = '200mb';
const LAYERS = 5;
/** Base64 of noise, which gzip brings back to three quarters: 40 MB on the wire. */
const TEXT_BYTES = 53_300_000;
const PAIRS = 7;

/** A pull of 200 MB by skopeo, through the gateway and straight from the upstream, in turn. */
export const benchWholePull = async (world: RegistryWorld, folder: string): Promise<void> => {
  if (!hasPrograms('a whole pull', 'skopeo')) return;
  const { image, bytes } = await world.pushNoise(
    REPOSITORY,
    TAG,
    Array.from({ length: LAYERS }, () => TEXT_BYTES),
  );
  const customer = await world.customer();
  const upstream = await openUpstream(image, world.storage.layerUrl);
  const through: number[] = [];
  const straight: number[] = [];
  try {
    for (let pair = 0; pair < PAIRS; pair += 1) {
      through.push(await pullSeconds(folder, new URL(world.origin).host, customer));
      straight.push(await pullSeconds(folder, upstream.host));
    }
  } finally {
    await upstream.close();
  }
  const [own, other] = [medianOf(through), medianOf(straight)];
  const ratios = through.map((seconds, pair) => seconds / (straight[pair] ?? Number.NaN));
  printTable(
    `A whole pull: ${(bytes / 1e6).toFixed(0)} MB in ${LAYERS} layers, skopeo copy (median of ${PAIRS} pairs, in turn)`,
    ['through', 'seconds', 'ratio of medians', 'median of ratios'],
    [
      [
        'the gateway and its front',
        own.toFixed(2),
        (own / other).toFixed(3),
        medianOf(ratios).toFixed(3),
      ],
      ['the upstream, open', other.toFixed(2), '1', '1'],
    ],
  );
  console.log(
    '\nThe upstream is a registry that asks for nothing and sends clients to the same storage. Everything\nruns on this machine, so that no network hides what the gateway adds.',
  );
};

const pullSeconds = async (
  folder: string,
  host: string,
  customer?: Pick<RegistryCustomer, 'username' | 'secret'>,
): Promise<number> => {
  const target = join(folder, 'pulled');
  const begin = performance.now();
  await runProgram('skopeo', [
    '--insecure-policy',
    'copy',
    '--src-tls-verify=false',
    ...(customer === undefined ? [] : [`--src-creds=${customer.username}:${customer.secret}`]),
    `docker://${host}/${REPOSITORY}:${TAG}`,
    `dir:${target}`,
  ]);
  const seconds = (performance.now() - begin) / 1_000;
  await rm(target, { recursive: true });
  return seconds;
};
