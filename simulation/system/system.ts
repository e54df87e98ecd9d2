import type { Catalog } from '../../functions/core/catalog.ts';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import { type LambdaFunction, lambdaFunction } from '../kernel/lambda.ts';
import type { ProcessName } from '../kernel/process.ts';
import type { Bundle, Far } from './deps.ts';
import {
  buildApplyPolicy,
  buildGateway,
  buildIndexRelease,
  buildSweep,
  buildSync,
  buildWebhook,
} from './functions.ts';

type Skews = Readonly<Partial<Record<ProcessName, number>>>;

/** The six functions, deployed. */
export const deployedSystem = (far: Far, first: Catalog, skews: Skews) => {
  let bundle = bundleOf(first);
  const parts = (name: ProcessName) => ({
    kernel: far.kernel,
    name,
    timeoutSeconds: TIMEOUT_SECONDS[name],
    skewSeconds: skews[name] ?? 0,
  });
  const functions = {
    webhook: lambdaFunction(parts('webhook'), buildWebhook(far, bundle)),
    sync: lambdaFunction(parts('sync'), buildSync(far, bundle)),
    sweep: lambdaFunction(parts('sweep'), buildSweep(far, bundle)),
    applyPolicy: lambdaFunction(parts('apply-policy'), buildApplyPolicy(far, bundle)),
    indexRelease: lambdaFunction(parts('index-release'), buildIndexRelease(far, bundle)),
    gateway: lambdaFunction(parts('gateway'), buildGateway(far, bundle)),
  };
  far.queues.customers.consume(functions.sync);
  far.queues.policies.consume(functions.applyPolicy);
  far.stripe.deliverTo(async (body, header) => {
    const run = await functions.webhook.invoke({ body, header });
    return { status: run.kind === 'returned' ? run.result : NO_ANSWER };
  });
  return {
    functions,
    bundle: (): Bundle => bundle,
    deploy: (catalog: Catalog): void => {
      bundle = bundleOf(catalog);
      functions.webhook.deploy(buildWebhook(far, bundle));
      functions.sync.deploy(buildSync(far, bundle));
      functions.sweep.deploy(buildSweep(far, bundle));
      functions.applyPolicy.deploy(buildApplyPolicy(far, bundle));
      functions.indexRelease.deploy(buildIndexRelease(far, bundle));
      functions.gateway.deploy(buildGateway(far, bundle));
    },
    /** Before the table is replaced: nothing works on the old one any more. */
    stopWorkers: (): void => {
      far.queues.customers.stop();
      far.queues.policies.stop();
      const workers: readonly Pick<LambdaFunction<never, unknown>, 'stop'>[] = [
        functions.sync,
        functions.sweep,
        functions.applyPolicy,
        functions.gateway,
      ];
      for (const worker of workers) worker.stop();
    },
    startWorkers: (): void => {
      far.queues.customers.start();
      far.queues.policies.start();
    },
  };
};

export type System = ReturnType<typeof deployedSystem>;

const NO_ANSWER = 0;

/** As lib/functions.ts and lib/gateway-functions.ts deploy them. */
const TIMEOUT_SECONDS: Readonly<Record<ProcessName, number>> = {
  webhook: 10,
  sync: 150,
  sweep: 900,
  'apply-policy': 120,
  'index-release': 900,
  gateway: 15,
  operator: 3_600,
};

const bundleOf = (catalog: Catalog): Bundle => ({ catalog, catalogHash: catalogHash(catalog) });
