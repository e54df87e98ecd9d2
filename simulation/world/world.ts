import type { Customer } from '../../functions/core/customer.ts';
import { repositoriesOf } from '../../functions/usecases/sweep-repositories.ts';
import { type Fault, faultsOf, type Service } from '../kernel/faults.ts';
import { kernel as newKernel } from '../kernel/kernel.ts';
import { wire as newWire } from '../kernel/wire.ts';
import type { Plan } from '../plan/plan.ts';
import { customerIn } from '../stores/customer-items.ts';
import { memoryStores } from '../stores/memory-stores.ts';
import { type Far, mintOf } from '../system/deps.ts';
import { PROBE_REPOSITORY } from '../system/functions.ts';
import { deployedSystem, type System } from '../system/system.ts';
import { simEcr } from './ecr.ts';
import { emptyHands, type Hands } from './hands.ts';
import { type LaggingDue, laggingDue } from './lagging-due.ts';
import { simQueue } from './queue.ts';
import { simSecrets } from './secrets.ts';
import { simStripe } from './stripe.ts';
import { sdkErrorOf } from './stripe-client.ts';

/** What has happened since somebody last looked: where to look again. */
type Changes = {
  readonly customers: Set<string>;
  readonly repositories: Set<string>;
  isTruthChanged: boolean;
};

/** The whole virtual world of one plan: what is far, what is ours, and what people hold in their hands. */
export type World = {
  readonly plan: Plan;
  readonly far: Far;
  readonly system: System;
  readonly hands: Hands;
  readonly due: LaggingDue;
  /** Subscription ids by the plan's names. */
  readonly names: Map<string, string>;
  readonly changes: Changes;
  /** When anything last changed that the schedules look at. */
  changedAt: number;
  /** When anything last changed that they find only when its time has come. */
  laterChangedAt: number;
  /** When images, or what is known of them, last changed. */
  imagesChangedAt: number;
  /** The table as it was when a backup was made. */
  backup: ReadonlyMap<string, string> | undefined;
  /** While a backup is restored nothing of ours works. */
  isStopped: boolean;
  /** Acts that could not be done, and why. */
  readonly notDone: { readonly at: number; readonly act: string; readonly because: string }[];
};

export const worldOf = (plan: Plan): World => {
  const [catalog] = plan.catalogs;
  if (catalog === undefined) throw new Error('a plan needs at least one catalog');
  const kernel = newKernel(plan.seed, plan.startsAt);
  const faults = faultsOf(plan.faults, plan.startsAt, kernel.randomOf);
  const wire = newWire({ kernel, faults, latency: plan.latency, errorOf });
  const stores = memoryStores();
  const due = laggingDue(kernel, stores, plan.indexLagSeconds);
  const ecr = simEcr(kernel, [...repositoriesOf(...plan.catalogs), PROBE_REPOSITORY]);
  ecr.fake.readBackAs = plan.readsBackAs;
  const stripe = simStripe({
    kernel,
    wire,
    travel: plan.travel,
    arrivalSecondsMax: ARRIVAL_SECONDS_MAX,
    remembersSeconds: Math.max(0, ...plan.faults.map(({ fault }) => staleSecondsOf(fault))),
  });
  const { redeliveredShare } = plan;
  const queues = {
    customers: simQueue({ ...CUSTOMERS_QUEUE, kernel, redeliveredShare }),
    policies: simQueue({ ...POLICIES_QUEUE, kernel, redeliveredShare }),
  };
  const far: Far = {
    kernel,
    wire,
    stores,
    due: due.port,
    stripe,
    ecr,
    secrets: simSecrets(kernel, wire),
    queues,
    mint: mintOf(kernel),
    said: [],
  };
  const world: World = {
    plan,
    far,
    system: deployedSystem(far, catalog, plan.skewSeconds),
    hands: emptyHands(),
    due,
    names: new Map(),
    changes: { customers: new Set(), repositories: new Set(), isTruthChanged: true },
    changedAt: plan.startsAt,
    laterChangedAt: plan.startsAt,
    imagesChangedAt: plan.startsAt,
    backup: undefined,
    isStopped: false,
    notDone: [],
  };
  observe(world);
  return world;
};

const ARRIVAL_SECONDS_MAX = 3;
/** As lib/functions.ts and lib/work-queue.ts deploy them. */
const CUSTOMERS_QUEUE = {
  name: 'customers',
  visibilitySeconds: 900,
  batchMax: 3,
  concurrencyMax: 5,
};
const POLICIES_QUEUE = { name: 'policies', visibilitySeconds: 720, batchMax: 6, concurrencyMax: 2 };

const staleSecondsOf = (fault: Fault): number => (fault.kind === 'stale' ? fault.seconds : 0);

const TIMED_OUT_STATUS = 0;

const errorOf = (service: Service, fault: Fault): Error => {
  const status = fault.kind === 'refused' ? fault.status : TIMED_OUT_STATUS;
  if (service === 'stripe') {
    return sdkErrorOf(status, status === 404 ? 'resource_missing' : undefined);
  }
  const what = status === TIMED_OUT_STATUS ? 'gave no answer in time' : `answered ${status}`;
  return Object.assign(new Error(`${service} ${what}`), { name: `${service} fault` });
};

/** Writes that concern nobody's access. */
const BOOKKEEPING: readonly string[] = [
  'saveCursor',
  'saveIndexState',
  'claimRefresh',
  'readPull',
  'notePull',
  'noteUse',
  'admitMiss',
  'countRevocation',
];
const READ = /^(?:read|find|list)/;

/** Writes in which no look at the schedules finds anything before a time of theirs. */
const FOR_LATER: readonly string[] = [
  'postpone',
  'putAudit',
  'putCredential',
  'claimCredential',
  'retireCredential',
  'noteHeld',
];
const OF_IMAGES: readonly string[] = ['saveReleases', 'removeReleases'];

const noteWrite = (world: World, method: string): void => {
  const now = world.far.kernel.now();
  if (FOR_LATER.includes(method)) world.laterChangedAt = now;
  else if (OF_IMAGES.includes(method)) world.imagesChangedAt = now;
  else world.changedAt = now;
};

const observe = (world: World): void => {
  const { far, changes, due } = world;
  far.stores.hooks.after = (method, args) => {
    if (READ.test(method) || BOOKKEEPING.includes(method)) return;
    noteWrite(world, method);
    const customerId = customerIdOf(args[0]);
    if (customerId === undefined) return;
    changes.customers.add(customerId);
    due.written(customerId, customerIn(far.stores, customerId));
  };
  far.ecr.fake.hooks.after = (method, [repository]) => {
    if (READ.test(method)) return;
    world.changedAt = far.kernel.now();
    changes.repositories.add(String(repository));
  };
  far.stripe.onTruth = () => {
    world.laterChangedAt = far.kernel.now();
    changes.isTruthChanged = true;
  };
};

const customerIdOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value.startsWith('cus_') ? value : undefined;
  const { customerId } = Object(value) as Partial<Customer>;
  return customerId;
};
