import type { Customer } from '../../functions/core/customer.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import { repositoriesOf } from '../../functions/usecases/sweep-repositories.ts';
import { customerIn, customerKeyOf } from '../stores/customer-items.ts';
import type { World } from '../world/world.ts';
import type { Fate } from './excuses.ts';
import { fateAt, isDeceivedAt } from './excuses.ts';
import { type History, lived, NO_HISTORY } from './history.ts';
import { CATALOG_KEY, catalogsIn, distinctOf, type Policy, policyOf } from './table.ts';
import { type Truth, truthOf } from './truth.ts';

/** The last change of what is true of a customer. */
type Change = {
  readonly at: number;
  readonly fate: Fate;
  /** Stripe's list of subscriptions shows it. */
  readonly isListed: boolean;
  /** Stripe may have shown something else to whoever looked. */
  readonly isDeceived: boolean;
};

export type Subject = {
  readonly customerId: string;
  history: History;
  truthText: string;
  truth: Truth;
  change: Change;
  /** As stored, and as text. */
  stored: Customer | undefined;
  storedText: string | undefined;
  storedAt: number;
};

/** What the watcher knows: Stripe's history, and the table and the policies as it last saw them. */
export type Scene = {
  readonly world: World;
  readonly repositories: readonly string[];
  readonly subjects: Map<string, Subject>;
  readonly policies: Map<string, Policy>;
  catalogs: Catalogs;
  /** Pairs that some process may still decide with. */
  catalogsBefore: readonly { readonly catalogs: Catalogs; readonly until: number }[];
  catalogItem: string | undefined;
  bundle: unknown;
  catalogAt: number;
  /** When the last backup was put in place. */
  restoredAt: number;
};

export const newScene = (world: World): Scene => ({
  world,
  repositories: repositoriesOf(...world.plan.catalogs),
  subjects: new Map(),
  policies: new Map(),
  catalogs: catalogsIn(world),
  catalogsBefore: [],
  catalogItem: undefined,
  bundle: undefined,
  catalogAt: world.plan.startsAt,
  restoredAt: Number.NEGATIVE_INFINITY,
});

const NOBODY: Truth = { isDeleted: false, accounts: [], subscriptions: [] };

export const subjectOf = ({ subjects, world }: Scene, customerId: string): Subject => {
  const known = subjects.get(customerId);
  if (known !== undefined) return known;
  const subject: Subject = {
    customerId,
    history: NO_HISTORY,
    truthText: '',
    truth: NOBODY,
    change: { at: world.plan.startsAt, fate: 'arrived', isListed: true, isDeceived: false },
    stored: undefined,
    storedText: undefined,
    storedAt: 0,
  };
  subjects.set(customerId, subject);
  return subject;
};

/** Reads Stripe's truth again; answers whose has changed. */
export const lookAtTruth = (scene: Scene): readonly Subject[] => {
  const { far, plan } = scene.world;
  const now = far.kernel.now();
  return Object.keys(far.stripe.state.customers).flatMap((customerId) => {
    const subject = subjectOf(scene, customerId);
    const truth = truthOf(far.stripe.state, customerId);
    const text = JSON.stringify(truth);
    if (text === subject.truthText) return [];
    const fate = fateAt(plan, now - plan.startsAt);
    const isDeceived = isDeceivedAt(plan, now - plan.startsAt);
    const isListed = listedOf(truth) !== listedOf(subject.truth);
    subject.change = soonest(subject, { at: now, fate, isListed, isDeceived });
    subject.truthText = text;
    subject.truth = truth;
    subject.history = lived(subject.history, { at: now, truth }, distinctOf(scene.catalogs));
    return [subject];
  });
};

/** What the daily list of subscriptions shows of a customer: accounts beside a live subscription only. */
const listedOf = ({ accounts, subscriptions }: Truth): string => {
  const live = subscriptions
    .filter(({ status }) => status !== 'canceled' && status !== 'incomplete_expired')
    .map((each) => ({ ...each, isDisputed: undefined, isRefunded: undefined }));
  return JSON.stringify(live.length === 0 ? [] : [live, accounts]);
};

/** Of two changes at one instant that whose news has the worse fate. */
const soonest = ({ change, truthText }: Subject, next: Change): Change => {
  if (truthText === '' || change.at !== next.at) return next;
  return { ...next, isListed: change.isListed && next.isListed };
};

export const isSameCatalog = ({ world, catalogItem, bundle }: Scene): boolean =>
  world.far.stores.table.get(CATALOG_KEY) === catalogItem && world.system.bundle() === bundle;

/** Reads again what is deployed and accepted; answers whether that has changed. */
export const lookAtCatalogs = (scene: Scene): boolean => {
  const { world } = scene;
  scene.catalogItem = world.far.stores.table.get(CATALOG_KEY);
  scene.bundle = world.system.bundle();
  const now = world.far.kernel.now();
  const next = catalogsIn(world);
  if (JSON.stringify(next) === JSON.stringify(scene.catalogs)) return false;
  const before = { catalogs: scene.catalogs, until: now + KNOWN_SECONDS };
  scene.catalogsBefore = [before, ...scene.catalogsBefore].filter(({ until }) => until > now);
  scene.catalogs = next;
  scene.catalogAt = now;
  for (const subject of scene.subjects.values()) {
    const { history, truth } = subject;
    subject.history = lived(history, { at: now, truth }, distinctOf(next));
  }
  return true;
};

/** A process that runs keeps its code, and for a minute what it read of the acceptance. */
const KNOWN_SECONDS = 900;

/** Reads a customer's item again; answers how it was, when it has changed. */
export const lookAtCustomer = (
  scene: Scene,
  customerId: string,
): { readonly subject: Subject; readonly before: Customer | undefined } | undefined => {
  const subject = subjectOf(scene, customerId);
  const { stores } = scene.world.far;
  const text = stores.table.get(customerKeyOf(customerId));
  if (text === subject.storedText) return undefined;
  const before = subject.stored;
  subject.storedText = text;
  subject.storedAt = scene.world.far.kernel.now();
  subject.stored = customerIn(stores, customerId);
  return { subject, before };
};

/** Reads a policy again; answers how it was. */
export const lookAtPolicy = (scene: Scene, repository: string): Policy => {
  const before = scene.policies.get(repository) ?? NO_POLICY;
  const text = scene.world.far.ecr.fake.stored.get(repository);
  scene.policies.set(repository, policyOf(text));
  return before;
};

export const NO_POLICY: Policy = { untils: new Map(), foreign: [] };
