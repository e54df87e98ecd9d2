import type { Service } from '../kernel/faults.ts';
import { imageRegistry } from '../stores/image-registry.ts';
import { memoryImages } from '../stores/memory-images.ts';
import { memoryStores } from '../stores/memory-stores.ts';
import { fakeEcr } from '../world/fake-ecr.ts';
import { STRIPE_READS } from './vocabulary.ts';

const storeOperations = (): readonly string[] => {
  const { calls: _calls, hooks: _hooks, table: _table, ...stores } = memoryStores();
  return [...new Set(Object.values(stores).flatMap((store) => Object.keys(store)))];
};

/** Every call that real code makes, as the wire names it: the table's and ECR's by our ports. */
export const OPERATIONS: Readonly<Record<Service, readonly string[]>> = {
  stripe: STRIPE_READS,
  dynamodb: storeOperations(),
  sqs: ['SendMessageBatch', 'ChangeMessageVisibilityBatch'],
  ecr: [...Object.keys(fakeEcr([]).policies), ...Object.keys(memoryImages(imageRegistry()).images)],
  secretsmanager: ['CreateSecret', 'GetSecretValue', 'DeleteSecret', 'RestoreSecret'],
};
