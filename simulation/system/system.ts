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
  const built = builtFrom(far, bundle);
  const functions = {
    webhook: lambdaFunction(parts('webhook'), built.webhook),
    sync: lambdaFunction(parts('sync'), built.sync),
    sweep: lambdaFunction(parts('sweep'), built.sweep),
    applyPolicy: lambdaFunction(parts('apply-policy'), built.applyPolicy),
    indexRelease: lambdaFunction(parts('index-release'), built.indexRelease),
    gateway: lambdaFunction(parts('gateway'), built.gateway),
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
      const next = builtFrom(far, bundle);
      functions.webhook.deploy(next.webhook);
      functions.sync.deploy(next.sync);
      functions.sweep.deploy(next.sweep);
      functions.applyPolicy.deploy(next.applyPolicy);
      functions.indexRelease.deploy(next.indexRelease);
      functions.gateway.deploy(next.gateway);
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

const builtFrom = (far: Far, bundle: Bundle) => ({
  webhook: buildWebhook(far, bundle),
  sync: buildSync(far, bundle),
  sweep: buildSweep(far, bundle),
  applyPolicy: buildApplyPolicy(far, bundle),
  indexRelease: buildIndexRelease(far, bundle),
  gateway: buildGateway(far, bundle),
});

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
