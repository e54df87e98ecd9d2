import type { Catalog } from './core/catalog.ts';
import type { Credential } from './core/credential.ts';
import type { Cursor } from './core/cursor.ts';
import type { Customer, Members, Transition } from './core/customer.ts';
import type { Identity } from './core/identity.ts';
import type { LedgerEntry, PullDay } from './core/ledger.ts';
import type { MetricName } from './core/metrics.ts';
import type { PolicyRecord } from './core/policy.ts';
import type {
  IndexState,
  Reference,
  ReleaseItem,
  ReleaseKey,
  ReleaseReferrer,
  ReleaseTag,
} from './core/release.ts';
import type { Subject } from './core/subject.ts';
import type { Subscription } from './core/subscription.ts';
import type { EpochSeconds } from './core/time.ts';

export type Clock = () => EpochSeconds;

// ── Stripe ─────────────────────────────────────────────────────────────────────────────────────

/** A read that told us nothing about who has paid. It never closes access. */
export type Unavailable = {
  readonly kind: 'unavailable';
  readonly because:
    | 'unauthorized' // 401, 403, or a key of the wrong mode
    | 'missing' // 404 resource_missing
    | 'wrong_mode' // an object whose livemode is not this stage's
    | 'rate_limited'
    | 'server' // 5xx
    | 'timeout' // or no connection
    | 'paging' // a list that did not end, or repeated itself
    | 'malformed'; // an answer without the fields a decision needs
};

/** Everything Stripe says about one customer now: every subscription, every page, every item. */
type BillingCustomer = {
  readonly kind: 'found';
  readonly email?: string;
  /** The metadata field `aws_account_ids` as it stands. */
  readonly accountsText: string;
  /** All statuses, ended ones included. */
  readonly subscriptions: readonly Subscription[];
};

export type BillingReading = BillingCustomer | { readonly kind: 'deleted' } | Unavailable;

export type EventPage = {
  readonly kind: 'page';
  /** Newest first, as Stripe lists them; events that concern nobody are left out of `subjects`. */
  readonly events: readonly {
    readonly eventId: string;
    readonly createdAt: EpochSeconds;
    readonly subject: Pick<Subject, 'kind' | 'id'> | undefined;
  }[];
  /** Pass it back for the next page; absent on the last. */
  readonly next?: string;
};

export type SubscriptionPage = {
  readonly kind: 'page';
  readonly subscriptions: readonly {
    readonly customerId: string;
    /** The customer's, as in `readCustomer`. */
    readonly accountsText: string;
    readonly subscription: Subscription;
  }[];
  readonly next?: string;
};

export type Billing = {
  readCustomer(customerId: string): Promise<BillingReading>;
  /** The customer behind a charge or a subscription; `none` when it has no customer. */
  resolveSubject(
    subject: Pick<Subject, 'kind' | 'id'>,
  ): Promise<
    { readonly kind: 'customer'; readonly id: string } | { readonly kind: 'none' } | Unavailable
  >;
  /** Events of the allowed types created at or after `since`, 100 a page. */
  listEvents(since: EpochSeconds, next?: string): Promise<EventPage | Unavailable>;
  /** Live subscriptions of everybody, each with its customer's accounts, 100 a page, items complete. */
  listSubscriptions(next?: string): Promise<SubscriptionPage | Unavailable>;
};

// ── DynamoDB ───────────────────────────────────────────────────────────────────────────────────

export type SaveOutcome = 'saved' | 'conflict';

export type CustomerStore = {
  /** Strongly consistent. */
  findCustomer(customerId: string): Promise<Customer | undefined>;
  /** Writes only if nobody has written since `version` was read; 0 means that there was no item. */
  saveCustomer(next: Customer, version: number): Promise<SaveOutcome>;
  /** Only the times (`dueAt`, `confirmAt`, `retries`, `retryAt`, `verifiedAt`, `verifiedBy`), if `next.version` is still the stored one. */
  postpone(next: Customer): Promise<SaveOutcome>;
  /** `effectsDone = version`, `projected = members`, `mint` gone; if `version` is still the stored one. */
  markEffectsDone(customer: Customer): Promise<SaveOutcome>;
  /** Put if absent; a second copy of the same transition changes nothing. */
  putAudit(customerId: string, transition: Transition): Promise<void>;
  /** Oldest first. */
  listAudit(customerId: string): Promise<readonly Transition[]>;
};

/** What the sparse index `due` shows of a customer; it lags behind the table. */
export type DueEntry = {
  readonly customerId: string;
  readonly dueAt: EpochSeconds;
  readonly fingerprint: string;
  /** The latest end of any open window; 0 when none. */
  readonly accessUntil: EpochSeconds;
  readonly members: Members;
};

export type DueIndex = {
  /** Customers with `dueAt <= now`, earliest first within a shard, at most `limit` in all. */
  listDue(
    now: EpochSeconds,
    limit: number,
  ): Promise<readonly Pick<DueEntry, 'customerId' | 'dueAt'>[]>;
  /** Every customer that has something to wait for. */
  listAll(): AsyncIterable<DueEntry>;
};

export type Member = {
  readonly repository: string;
  readonly account: string;
  readonly customerId: string;
  /** 0 is a tombstone. */
  readonly until: EpochSeconds;
  readonly version: number;
};

export type MemberStore = {
  /** Written only over a lower version of the same customer. A tombstone is collected after 7 days. */
  saveMember(member: Member, now: EpochSeconds): Promise<SaveOutcome>;
  /** One strongly consistent query (all its pages): the members and what was last applied. */
  readRepository(
    repository: string,
  ): Promise<{ readonly members: readonly Member[]; readonly policy: PolicyRecord | undefined }>;
  /** Conditional on the revision that was read (`next.revision - 1`; 0: no item). */
  savePolicy(repository: string, next: PolicyRecord): Promise<SaveOutcome>;
};

export type CredentialStore = {
  /** Put if absent; answers what is stored now. */
  putCredential(credential: Credential): Promise<Credential>;
  listCredentials(customerId: string): Promise<readonly Credential[]>;
  /** Only if never claimed and not retired; otherwise answers what is stored. */
  claimCredential(
    customerId: string,
    credentialId: string,
    now: EpochSeconds,
  ): Promise<
    | { readonly kind: 'claimed' }
    | { readonly kind: 'refused'; readonly credential: Credential | undefined }
  >;
  /** Brings `retiresAt` forward, never back. */
  retireCredential(
    customerId: string,
    credentialId: string,
    retiresAt: EpochSeconds,
  ): Promise<void>;
};

/** Which catalog the vendor agreed to, and which one is deployed. */
export type CatalogState = {
  readonly accepted: Catalog;
  readonly acceptedHash: string;
  readonly deployed: Catalog;
  readonly deployedHash: string;
  /**
   * `<deployed hash>:<accepted hash>` that every customer was queued for twice, with `@<when>` once;
   * empty while under way.
   */
  readonly redecided: string;
  readonly revision: number;
};

export type BreakerDay = {
  /** UTC day, `2026-11-21`. */
  readonly day: string;
  readonly customers: readonly string[];
  readonly held: readonly string[];
  readonly liftedAt?: EpochSeconds;
  readonly liftedBy?: string;
};

export type Breaker = {
  /** `days` as `2026-11-21`; a day without an item is empty. One read for all of them. */
  readBreaker(days: readonly string[]): Promise<{
    readonly days: readonly BreakerDay[];
    readonly customersWithAccess: number;
  }>;
  /** Adds the customer to the day's set if it is in it already or the set is smaller than `limit`. */
  countRevocation(day: string, customerId: string, limit: number): Promise<'counted' | 'full'>;
  /** Remembers whom the breaker held that day, at most 1,000. */
  noteHeld(day: string, customerId: string): Promise<void>;
  liftBreaker(day: string, at: EpochSeconds, by: string): Promise<void>;
};

export type StageStore = {
  findCatalogState(): Promise<CatalogState | undefined>;
  /** Conditional on `next.revision - 1`. */
  saveCatalogState(next: CatalogState): Promise<SaveOutcome>;
  findCursor(name: Cursor['name']): Promise<Cursor | undefined>;
  /** Conditional on `next.revision - 1`. */
  saveCursor(next: Cursor): Promise<SaveOutcome>;
};

// ── SQS ────────────────────────────────────────────────────────────────────────────────────────

export type SubjectQueue = {
  /** Resolves when the queue has stored them all; rejects otherwise. */
  sendSubjects(subjects: readonly Subject[]): Promise<void>;
};

export type PolicyMessage = { readonly repository: string; readonly occasion: string };

export type PolicyQueue = {
  sendPolicies(messages: readonly PolicyMessage[]): Promise<void>;
};

// ── ECR ────────────────────────────────────────────────────────────────────────────────────────

export type PolicyRefusal = 'principal_not_found' | 'invalid_policy';

export type RepositoryPolicies = {
  findPolicy(
    repository: string,
  ): Promise<
    | { readonly kind: 'found'; readonly text: string }
    | { readonly kind: 'none' }
    | { readonly kind: 'no_repository' }
  >;
  /** ECR has no compare-and-swap: the last writer wins. Never with `force`. */
  setPolicy(
    repository: string,
    text: string,
  ): Promise<
    | { readonly kind: 'set' }
    | { readonly kind: 'refused'; readonly because: PolicyRefusal }
    | { readonly kind: 'no_repository' }
  >;
  /** A policy that is already gone is a success. */
  deletePolicy(repository: string): Promise<void>;
};

// ── Secrets Manager ────────────────────────────────────────────────────────────────────────────

export type SealedSecrets = {
  /** Creates the secret, or reads the one that exists; restores one that is scheduled for deletion. Answers what is in it. */
  sealSecret(credentialId: string, text: string): Promise<string>;
  findSecret(credentialId: string): Promise<string | undefined>;
  /** At once, without a recovery window; one that is already gone is a success. */
  destroySecret(credentialId: string): Promise<void>;
};

/** Makes what cannot be guessed. */
export type Mint = {
  credentialId(): string;
  /** `wharfage_pull_<credentialId>_<43 base62>_<6 base62 crc32>` */
  secretText(credentialId: string): string;
  hashOf(secretText: string): string;
};

// ── The gateway ────────────────────────────────────────────────────────────────────────────────

/** Everything a request is decided from, in one round trip, strongly consistent. */
export type PullStore = {
  readPull(ask: {
    readonly customerId: string;
    readonly credentialId: string;
    readonly key?: ReleaseKey;
  }): Promise<{
    readonly customer?: Customer;
    readonly credential?: Credential;
    readonly item?: ReleaseItem;
  }>;
};

export type ReleaseStore = {
  /** Strongly consistent; what is not there is left out. At most 1,000 keys. */
  readReleases(keys: readonly ReleaseKey[]): Promise<readonly ReleaseItem[]>;
  /** Writes over `next.revision - 1`; answers the keys of those that somebody else wrote first. */
  saveReleases(next: readonly ReleaseItem[]): Promise<readonly ReleaseKey[]>;
  /** Removes the item if it still has this revision. */
  removeReleases(
    items: readonly (ReleaseKey & { readonly revision: number })[],
  ): Promise<readonly ReleaseKey[]>;
  /** Everything of one repository, without bodies. */
  listReleases(repository: string): AsyncIterable<ReleaseItem>;
  /** Tags after `after` in ASCII order, without bodies; `isLast` when there are no more. */
  listTags(
    repository: string,
    after: string,
    limit: number,
  ): Promise<{ readonly tags: readonly ReleaseTag[]; readonly isLast: boolean }>;
  /** Referrers of one subject after the digest `after`, in the order of their digests. */
  listReferrers(
    repository: string,
    subject: string,
    after: string,
    limit: number,
  ): Promise<{ readonly referrers: readonly ReleaseReferrer[]; readonly isLast: boolean }>;
  /** Only one caller may ask ECR about a stale tag: sets `checkedAt` if it is still what was read. */
  claimRefresh(tag: ReleaseTag, now: EpochSeconds): Promise<SaveOutcome>;
  findIndexState(repository: string): Promise<IndexState | undefined>;
  /** Conditional on `next.revision - 1`. */
  saveIndexState(next: IndexState): Promise<SaveOutcome>;
};

/** What a tag or a digest is in ECR, in the stored bytes; never converted. */
export type ImageReading =
  | {
      readonly kind: 'found';
      readonly reference: Reference;
      /** Computed from the bytes, and equal to what ECR says. */
      readonly digest: string;
      readonly mediaType: string;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'missing'; readonly reference: Reference }
  /** The bytes do not have the digest that ECR gives them. */
  | { readonly kind: 'mismatch'; readonly reference: Reference };

export type ListedImage = {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: EpochSeconds;
  readonly isArchived: boolean;
};

export type ImageSource = {
  /** BatchGetImage, in calls of at most 100. Answers in the order that was asked. A repository that is not there has nothing. */
  readImages(
    repository: string,
    references: readonly Reference[],
  ): Promise<readonly ImageReading[]>;
  /** DescribeImages, archived ones too. A repository that ECR does not know holds nothing. */
  listImages(repository: string): AsyncIterable<readonly ListedImage[]>;
  /** DescribeImages of one; `undefined` when it is not there. */
  findImage(repository: string, reference: Reference): Promise<ListedImage | undefined>;
  /** GetDownloadUrlForLayer. */
  findLayerUrl(repository: string, digest: string): Promise<string | undefined>;
};

export type Ledger = {
  /** One write at most. */
  notePull(entry: LedgerEntry): Promise<void>;
  /** At most once an hour for a credential. */
  noteUse(customerId: string, credentialId: string, at: EpochSeconds): Promise<void>;
  /** Shards summed up, newest day first. */
  listPulls(customerId: string): Promise<readonly PullDay[]>;
  /** By credential id. */
  listUses(customerId: string): Promise<Readonly<Record<string, EpochSeconds>>>;
};

/** How often ECR may be asked for what the index does not have: a minute's count, shared by all instances. */
export type MissMeter = {
  admitMiss(credentialId: string, now: EpochSeconds): Promise<'admitted' | 'refused'>;
};

export type AccessTokens = {
  issueToken(identity: Identity): Promise<string>;
  verifyToken(
    text: string,
    now: EpochSeconds,
  ): Promise<
    | { readonly kind: 'valid'; readonly identity: Identity }
    | { readonly kind: 'expired' }
    | { readonly kind: 'invalid' }
  >;
};

// ── Logs and metrics ───────────────────────────────────────────────────────────────────────────

/** Ids and numbers only: never a body, a header, an e-mail address or a secret. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export type Report = {
  log(message: string, fields: LogFields): void;
  /** A log line that is also a metric. */
  count(metric: MetricName, fields: LogFields, value?: number): void;
};
