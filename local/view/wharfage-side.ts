import { standingText } from '../../bin/customer-text.ts';
import type { CredentialState } from '../../functions/core/credential-state.ts';
import type { Customer, Transition } from '../../functions/core/customer.ts';
import { entitlementsOf } from '../../functions/core/entitlement.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { unreachable } from '../../functions/core/unreachable.ts';
import type {
  ExplainedEntitlement,
  Explanation,
} from '../../functions/usecases/explain-customer.ts';
import { type AuditLine, auditLineOf } from './audit.ts';
import { OPEN_BECAUSE, TRIGGERED_BY, timeText, WITHHELD_BECAUSE } from './words.ts';

type EntitlementView = {
  readonly offerId: string;
  readonly kind: ExplainedEntitlement['kind'];
  readonly reason: string;
  readonly source: string;
  readonly held: string | null;
  readonly startsAt: EpochSeconds | null;
  readonly graceAt: EpochSeconds | null;
  /** When it ends, or ended. */
  readonly endsAt: EpochSeconds | null;
};

type CredentialView = {
  readonly credentialId: string;
  readonly kind: CredentialState['kind'];
  readonly text: string;
  /** Shows the secret, once; it is never on the page. */
  readonly command: string | null;
};

export type WharfageSide = {
  readonly version: number;
  readonly isDone: boolean;
  readonly isDeleted: boolean;
  readonly entitlements: readonly EntitlementView[];
  readonly gateway: readonly { readonly repository: string; readonly until: EpochSeconds }[];
  readonly awsDoor: readonly {
    readonly repository: string;
    readonly until: EpochSeconds;
    readonly accounts: readonly { readonly account: string; readonly standing: string }[];
  }[];
  readonly accounts: readonly string[];
  readonly malformedAccounts: readonly string[];
  readonly credentials: readonly CredentialView[];
  readonly dueAt: EpochSeconds | null;
  readonly verifiedAt: EpochSeconds | null;
  readonly verifiedBy: string | null;
  readonly isHeld: boolean;
  /** Newest first. */
  readonly audit: readonly AuditLine[];
};

/** What one line of the list shows: whether anything is open, and until when. */
export type AccessSummary = {
  readonly isOpen: boolean;
  readonly offers: readonly string[];
  readonly until: EpochSeconds | null;
};

const AUDIT_SHOWN = 50;

export const accessOf = (customer: Customer | undefined, now: EpochSeconds): AccessSummary => {
  const granted = (customer === undefined ? [] : entitlementsOf(customer, now)).flatMap((each) =>
    each.kind === 'granted' ? [each] : [],
  );
  return {
    isOpen: granted.length > 0,
    offers: granted.map(({ offerId }) => offerId),
    until: granted.length === 0 ? null : Math.max(...granted.map(({ window }) => window.endsAt)),
  };
};

/** One customer as Wharfage has it. `transitions` come oldest first. */
export const wharfageSideOf = (
  explanation: Explanation,
  transitions: readonly Transition[],
): WharfageSide => {
  const { customer, entitlements, gateway, awsDoor, credentials } = explanation;
  const { customerId, verifiedBy } = customer;
  const waiting = credentials.filter(({ state }) => state.kind === 'waiting');
  return {
    version: customer.version,
    isDone: customer.effectsDone === customer.version,
    isDeleted: customer.isDeleted,
    entitlements: entitlements.map(entitlementViewOf),
    gateway: gateway.map(({ repository, until }) => ({ repository, until })),
    awsDoor: awsDoor.map(({ repository, until, accounts }) => ({
      repository,
      until,
      accounts: Object.entries(accounts).map(([account, standing]) => ({
        account,
        standing: standingText(standing),
      })),
    })),
    accounts: customer.accounts,
    malformedAccounts: customer.malformedAccounts,
    credentials: credentials.map((each) => ({
      credentialId: each.credentialId,
      kind: each.state.kind,
      text: credentialText(each.state),
      command: waiting.includes(each)
        ? claimCommand(customerId, waiting.length === 1 ? [] : [each.credentialId])
        : null,
    })),
    dueAt: customer.dueAt ?? null,
    verifiedAt: customer.verifiedAt ?? null,
    verifiedBy: verifiedBy === undefined ? null : TRIGGERED_BY[verifiedBy],
    isHeld: customer.isHeld,
    audit: transitions.slice(-AUDIT_SHOWN).toReversed().map(auditLineOf),
  };
};

const entitlementViewOf = (entitlement: ExplainedEntitlement): EntitlementView => {
  const { offerId, kind, source } = entitlement;
  if (entitlement.kind === 'withheld') {
    const reason = WITHHELD_BECAUSE[entitlement.because];
    const endsAt = entitlement.endedAt ?? null;
    return { offerId, kind, reason, source, held: null, startsAt: null, graceAt: null, endsAt };
  }
  const { window, graceAt, because, held } = entitlement;
  return {
    offerId,
    kind,
    reason: OPEN_BECAUSE[because],
    source,
    held: held ?? null,
    startsAt: window.startsAt,
    graceAt: graceAt ?? window.endsAt,
    endsAt: window.endsAt,
  };
};

/** Of several that wait the command has to be told which. */
const claimCommand = (customerId: string, which: readonly string[]): string =>
  [
    `npx wharfage credential claim ${customerId}`,
    ...which.map((id) => `--credential ${id}`),
    '--local',
  ].join(' ');

const credentialText = (state: CredentialState): string => {
  switch (state.kind) {
    case 'waiting':
      return `Waits to be claimed until ${timeText(state.claimBy)}.`;
    case 'active':
      return `Claimed ${timeText(state.claimedAt)}.`;
    case 'retiring':
      return `In use, retires ${timeText(state.retiresAt)}.`;
    case 'retired':
      return `Retired ${timeText(state.retiredAt)}.`;
    case 'unclaimed':
      return `Nobody claimed it by ${timeText(state.since)}: its secret is gone.`;
    default:
      return unreachable(state);
  }
};
