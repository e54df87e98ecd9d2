import { isHashOf } from '../../functions/adapters/credential-hash.ts';
import { credentialMint } from '../../functions/adapters/credential-mint.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import type { MetricName } from '../../functions/core/metrics.ts';
import { pullSecretOf } from '../../functions/core/pull-secret.ts';
import type {
  AccessTokens,
  DueIndex,
  LogFields,
  Mint,
  PolicyQueue,
  Report,
  SubjectQueue,
} from '../../functions/ports.ts';
import { currentCatalogs } from '../../functions/usecases/current-catalogs.ts';
import type { SweepDeps } from '../../functions/usecases/sweep.ts';
import type { SubjectDeps } from '../../functions/usecases/sync-subjects.ts';
import type { Service } from '../kernel/faults.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { overWire } from '../kernel/over-wire.ts';
import type { Process, ProcessName } from '../kernel/process.ts';
import type { Wire } from '../kernel/wire.ts';
import type { MemoryStores } from '../stores/memory-stores.ts';
import type { SimEcr } from '../world/ecr.ts';
import type { SimQueue } from '../world/queue.ts';
import type { SimSecrets } from '../world/secrets.ts';
import type { SimStripe } from '../world/stripe.ts';

/** What a function said: a log line, or a count of a metric. */
type Said = {
  readonly at: number;
  readonly process: ProcessName;
  readonly text: string;
  readonly metric?: MetricName;
  readonly fields: LogFields;
};

/** Everything at the far ends, shared by all processes. */
export type Far = {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly stores: MemoryStores;
  readonly due: DueIndex;
  readonly stripe: SimStripe;
  readonly ecr: SimEcr;
  readonly secrets: SimSecrets;
  readonly queues: { readonly customers: SimQueue; readonly policies: SimQueue };
  readonly mint: Mint;
  readonly said: Said[];
};

/** What one deployment puts into every function. */
export type Bundle = { readonly catalog: Catalog; readonly catalogHash: string };

export const reportFor = ({ kernel, said }: Far, { name }: Process): Report => ({
  log: (text, fields) => {
    said.push({ at: kernel.now(), process: name, text, fields });
  },
  count: (metric, fields) => {
    said.push({ at: kernel.now(), process: name, text: metric, metric, fields });
  },
});

/** The port as one process sees it. */
export const portsFor =
  ({ wire }: Far, process: Process) =>
  <Port extends object>(service: Service, port: Port): Port =>
    overWire(wire, process, service, port);

/** As functions/wiring.ts, over the virtual wire. */
export const depsFor = (
  far: Far,
  process: Process,
  { catalog, catalogHash }: Bundle,
): SubjectDeps & SweepDeps => {
  const over = portsFor(far, process);
  const report = reportFor(far, process);
  const stage = over('dynamodb', far.stores.stage);
  const { clock } = process;
  const catalogs = currentCatalogs({ stage, clock }, catalog, catalogHash);
  return {
    billing: far.stripe.billingFor(process, catalogs, report),
    customers: over('dynamodb', far.stores.customers),
    due: over('dynamodb', far.due),
    members: over('dynamodb', far.stores.members),
    credentials: over('dynamodb', far.stores.credentials),
    breaker: over('dynamodb', far.stores.breaker),
    stage,
    secrets: far.secrets.portFor(process),
    mint: far.mint,
    subjects: subjectsOver(far, process),
    policies: policiesOver(far, process),
    catalogs,
    report,
    clock,
  };
};

const BATCH_MAX = 10;

const sendOver = async <Message>(
  { wire }: Far,
  process: Process,
  queue: SimQueue,
  {
    messages,
    groupOf,
  }: {
    readonly messages: readonly (Message & { readonly occasion: string })[];
    readonly groupOf: (message: Message) => string;
  },
): Promise<void> => {
  for (let from = 0; from < messages.length; from += BATCH_MAX) {
    const batch = messages.slice(from, from + BATCH_MAX);
    const [first] = batch;
    const about = { service: 'sqs', operation: 'SendMessageBatch' } as const;
    await wire.call(process, { ...about, key: first === undefined ? '' : groupOf(first) }, () => {
      for (const message of batch) {
        const groupId = groupOf(message);
        const deduplicationId = `${groupId}:${message.occasion}`;
        queue.send({ body: JSON.stringify(message), groupId, deduplicationId });
      }
    });
  }
};

export const subjectsOver = (far: Far, process: Process): SubjectQueue => ({
  sendSubjects: (messages) =>
    sendOver(far, process, far.queues.customers, { messages, groupOf: ({ id }) => id }),
});

const policiesOver = (far: Far, process: Process): PolicyQueue => ({
  sendPolicies: (messages) =>
    sendOver(far, process, far.queues.policies, {
      messages,
      groupOf: ({ repository }) => repository,
    }),
});

export const postponementOver =
  ({ wire }: Far, process: Process, queue: SimQueue) =>
  (receiptHandles: readonly string[], seconds: number): Promise<void> =>
    wire.call(process, { service: 'sqs', operation: 'ChangeMessageVisibilityBatch', key: '' }, () =>
      queue.postpone(receiptHandles, Math.ceil(seconds)),
    );

/** The real form, from the seed's numbers, so that a run can be repeated. */
export const mintOf = (kernel: Kernel): Mint => {
  const random = kernel.randomOf('mint');
  const digits = (count: number): string =>
    Array.from({ length: count }, () => BASE62.charAt(Math.floor(random() * BASE62.length))).join(
      '',
    );
  return {
    credentialId: () => digits(CREDENTIAL_DIGITS),
    secretText: (credentialId) => pullSecretOf(credentialId, digits(SECRET_DIGITS)),
    hashOf: credentialMint.hashOf,
  };
};

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CREDENTIAL_DIGITS = 12;
const SECRET_DIGITS = 43;

/** As functions/gateway-wiring.ts. Access tokens are the identity itself: what signs them has its own tests. */
export const gatewayDepsFor = (far: Far, process: Process, bundle: Bundle) => {
  const over = portsFor(far, process);
  const report = reportFor(far, process);
  const { clock } = process;
  const stage = over('dynamodb', far.stores.stage);
  const releases = over('dynamodb', far.stores.releases);
  const images = over('ecr', far.ecr.images);
  const shared = {
    pulls: over('dynamodb', far.stores.pulls),
    ledger: over('dynamodb', far.stores.ledger),
    catalogs: currentCatalogs({ stage, clock }, bundle.catalog, bundle.catalogHash),
    clock,
    report,
  };
  return {
    ...shared,
    releases,
    images,
    misses: over('dynamodb', far.stores.misses),
    tokens,
    isHashOf,
  };
};

const tokens: AccessTokens = {
  issueToken: async (identity) => JSON.stringify(identity),
  verifyToken: async (text, now) => {
    const identity = JSON.parse(text);
    return now < identity.expiresAt ? { kind: 'valid', identity } : { kind: 'expired' };
  },
};
