import type { ClientClass } from '../core/client-class.ts';
import { isValid } from '../core/credential-state.ts';
import type { Customer } from '../core/customer.ts';
import { errorFields } from '../core/error-fields.ts';
import { ACCESS_TOKEN_SECONDS } from '../core/identity.ts';
import type { Catalogs } from '../core/members-of.ts';
import { accessTo, accountAccessOf, lapseFor } from '../core/pull-access.ts';
import { parsePullSecret } from '../core/pull-secret.ts';
import type { Refusal } from '../core/refusal.ts';
import { repositoriesOf } from '../core/scopes.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { AccessTokens, Clock, Ledger, PullStore, Report } from '../ports.ts';
import { noteEntry } from './note-pull.ts';

type IssueDeps = {
  readonly pulls: PullStore;
  readonly tokens: Pick<AccessTokens, 'issueToken'>;
  readonly ledger: Pick<Ledger, 'noteUse' | 'notePull'>;
  /** In constant time. */
  readonly isHashOf: (hash: string, secretText: string) => boolean;
  /** Read only for customers whose rights need the accepted one. */
  readonly catalogs: () => Promise<Catalogs>;
  readonly clock: Clock;
  readonly report: Report;
};

export type TokenAsk = {
  readonly username: string;
  readonly secret: string;
  readonly scopes: readonly string[];
  readonly clientClass: ClientClass;
};

export type IssuedToken =
  | {
      readonly kind: 'issued';
      readonly token: string;
      readonly expiresInSeconds: number;
      readonly customerId: string;
      readonly credentialId: string;
    }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      /** Set once the secret was right. */
      readonly customerId?: string;
      readonly credentialId?: string;
    };

const CUSTOMER_ID = /^cus_[A-Za-z0-9_]{1,64}$/;
/** Compared when there is no credential, so that its absence takes no less time. No text has this hash. */
const NO_HASH = `sha256:${'0'.repeat(64)}`;

/**
 * Exchanges a pull credential for an access token that points at it. Cheapest first: nothing is read
 * before user name and checksum hold, nothing hashed before the one read, and whatever is wrong with
 * a credential has one answer. A dependency's failure is thrown: it says nothing about the credential.
 */
export const issueAccessToken =
  (deps: IssueDeps) =>
  async (ask: TokenAsk): Promise<IssuedToken> => {
    const now = deps.clock();
    const known = await authenticate(deps, ask, now);
    if (known.kind === 'refused') return known;
    const { customer, credentialId } = known;
    const { customerId } = customer;
    const who = { customerId, credentialId };
    // The other classes show a refusal only where they pull.
    const refusal =
      ask.clientClass === 'd' ? await lapseOf(deps, { customer, ask, now }) : undefined;
    await note(deps, who, refusal, now);
    if (refusal !== undefined) return { kind: 'refused', refusal, ...who };
    const expiresAt = now + ACCESS_TOKEN_SECONDS;
    const identity = { ...who, clientClass: ask.clientClass, expiresAt };
    const token = await deps.tokens.issueToken(identity);
    return { kind: 'issued', token, expiresInSeconds: ACCESS_TOKEN_SECONDS, ...who };
  };

type Known = {
  readonly kind: 'known';
  readonly customer: Customer;
  readonly credentialId: string;
};
type Refused = Extract<IssuedToken, { kind: 'refused' }>;

const authenticate = async (
  { pulls, isHashOf }: IssueDeps,
  { username: customerId, secret }: TokenAsk,
  now: EpochSeconds,
): Promise<Known | Refused> => {
  const credentialId = CUSTOMER_ID.test(customerId)
    ? parsePullSecret(secret)?.credentialId
    : undefined;
  if (credentialId === undefined) return WRONG;
  const { customer, credential } = await pulls.readPull({ customerId, credentialId });
  const isRight = isHashOf(credential?.hash ?? NO_HASH, secret);
  if (!isRight || customer === undefined || credential === undefined) return WRONG;
  return isValid(credential, now)
    ? { kind: 'known', customer, credentialId }
    : { kind: 'refused', refusal: { kind: 'retired_credential' }, customerId, credentialId };
};

const WRONG = { kind: 'refused', refusal: { kind: 'wrong_credential' } } as const;

type Lapsed = Extract<Refusal, { kind: 'lapsed' }>;

/** Lapsed as far as this request goes: of the repositories it names, or of everything when it names none. */
const lapseOf = async (
  { catalogs: readCatalogs }: IssueDeps,
  about: { readonly customer: Customer; readonly ask: TokenAsk; readonly now: EpochSeconds },
): Promise<Lapsed | undefined> => {
  const { customer, ask, now } = about;
  const catalogs = await readCatalogs();
  const repositories = repositoriesOf(ask.scopes);
  if (repositories.length === 0) {
    // There is one only when nothing at all is open.
    const { lapse } = accountAccessOf(customer, catalogs, now);
    return lapse && { kind: 'lapsed', lapse };
  }
  const accesses = repositories.map((repository) => ({
    repository,
    access: accessTo(customer, catalogs, repository, now),
  }));
  if (accesses.some(({ access }) => access.openings.length > 0)) return undefined;
  const [lapsed] = accesses.flatMap(({ repository, access }): Lapsed[] => {
    const lapse = lapseFor(access);
    return lapse === undefined ? [] : [{ kind: 'lapsed', repository, lapse }];
  });
  return lapsed;
};

type Who = { readonly customerId: string; readonly credentialId: string };

/**
 * One write. Who is refused a repository is counted as at the registry, where these clients do not
 * come any more, and has not used the credential.
 */
const note = async (
  deps: IssueDeps,
  who: Who,
  refusal: Lapsed | undefined,
  at: EpochSeconds,
): Promise<void> => {
  if (refusal?.repository === undefined) return noteUse(deps, who, at);
  const { repository, lapse } = refusal;
  const what = { kind: 'denial', because: lapse.because } as const;
  await noteEntry(deps, { ...who, repository, at, what });
};

/** A lost note is a wrong date in a report; a refused login is an outage. */
const noteUse = async (
  { ledger, report }: IssueDeps,
  { customerId, credentialId }: Who,
  at: EpochSeconds,
): Promise<void> => {
  try {
    await ledger.noteUse(customerId, credentialId, at);
  } catch (error) {
    report.count('LedgerFailed', {
      customerId,
      credentialId,
      at,
      kind: 'use',
      ...errorFields(error),
    });
  }
};
