import { errorFields } from '../core/error-fields.ts';
import type { Identity } from '../core/identity.ts';
import type { LedgerEntry } from '../core/ledger.ts';
import type { PullAnswer } from '../core/pull-answer.ts';
import { countedOf } from '../core/pull-entry.ts';
import type { PullRequest } from '../core/pull-request.ts';
import type { EpochSeconds } from '../core/time.ts';
import type { LogFields } from '../ports.ts';
import { type Outcome, type PullDeps, textOf } from './pull-world.ts';

type Noted = {
  readonly identity: Identity;
  readonly request: PullRequest;
  readonly now: EpochSeconds;
};

/** One line in the log for each answer, and at most one write to the ledger. */
export const notePull = async (
  { ledger, report }: Pick<PullDeps, 'ledger' | 'report'>,
  noted: Noted,
  outcome: Outcome,
): Promise<void> => {
  report.log('pull', lineOf(noted, outcome));
  const entry = entryOf(noted, outcome);
  if (entry !== undefined) await noteEntry({ ledger, report }, entry);
};

/** A lost entry is a wrong number in a report; a refused pull is an outage. */
export const noteEntry = async (
  { ledger, report }: Pick<PullDeps, 'ledger' | 'report'>,
  entry: LedgerEntry,
): Promise<void> => {
  try {
    await ledger.notePull(entry);
  } catch (error) {
    // Whole, so that what the ledger lacks can be read from the log.
    const { what, ...who } = entry;
    report.count('LedgerFailed', { ...who, ...what, ...errorFields(error) });
  }
};

/** A refusal at `/v2/` itself concerns no repository, and the ledger is by repository. */
const entryOf = (
  { identity, request, now }: Noted,
  { answer, sizeBytes = 0 }: Outcome,
): LedgerEntry | undefined => {
  if (request.kind === 'ping') return undefined;
  const what = countedOf(request, answer, sizeBytes);
  const { customerId, credentialId } = identity;
  return what && { customerId, credentialId, repository: request.repository, at: now, what };
};

const lineOf = (
  { identity, request, now }: Noted,
  { answer, opening, version }: Outcome,
): LogFields => ({
  at: now,
  customerId: identity.customerId,
  credentialId: identity.credentialId,
  clientClass: identity.clientClass,
  request: request.kind,
  version,
  offerId: opening?.offerId,
  source: opening?.source,
  ...subjectOf(request),
  ...decisionOf(answer),
});

const subjectOf = (request: PullRequest): LogFields => {
  if (request.kind === 'ping') return {};
  const { repository } = request;
  switch (request.kind) {
    case 'manifest':
      return { repository, reference: textOf(request.reference) };
    case 'blob':
      return { repository, digest: request.digest };
    case 'referrers':
      return { repository, digest: request.subject };
    default:
      return { repository };
  }
};

const decisionOf = (answer: PullAnswer): LogFields => {
  if (answer.kind !== 'refused') {
    const digest = 'digest' in answer ? { digest: answer.digest } : {};
    return { decision: 'allow', answer: answer.kind, ...digest };
  }
  const { refusal } = answer;
  if (refusal.kind !== 'lapsed') return { decision: refusal.kind };
  return { decision: 'lapsed', because: refusal.lapse.because, offerId: refusal.lapse.offerId };
};
