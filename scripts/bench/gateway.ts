import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registryWorld } from '../../test/support/registry-world.ts';
import { benchUpdateChecks } from './update-checks.ts';
import { benchWholePull } from './whole-pull.ts';

/** The gateway in front of the local system, and docker-registry beside it. */
export const benchGateway = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'wharfage-bench-'));
  const world = await registryWorld();
  try {
    await benchUpdateChecks(world, folder);
    await benchWholePull(world, folder);
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
};
