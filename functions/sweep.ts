import { systemClock } from './adapters/clock.ts';
import { emfReport } from './adapters/emf-report.ts';
import { catalog, catalogHash } from './catalog.ts';
import { readEnv } from './env.ts';
import { sweep } from './usecases/sweep.ts';
import { wire } from './wiring.ts';

const env = readEnv(
  process.env,
  'STAGE',
  'STRIPE_KEY_SECRET_ARN',
  'STRIPE_LIVEMODE',
  'TABLE_NAME',
  'CUSTOMERS_QUEUE_URL',
  'POLICIES_QUEUE_URL',
  'STRIPE_READS_MAX',
);
const report = emfReport(env.STAGE, systemClock);
const deps = wire(
  { ...env, STRIPE_API_BASE: process.env.STRIPE_API_BASE },
  { catalog, catalogHash },
  report,
);
const tick = sweep(deps, { catalog, catalogHash, readsMax: Number(env.STRIPE_READS_MAX) });

export const handler = async (): Promise<void> => tick();
