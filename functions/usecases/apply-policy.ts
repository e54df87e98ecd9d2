import type { Catalogs } from '../core/members-of.ts';
import { planPolicy, WRITE_INTERVAL_SECONDS } from '../core/policy-plan.ts';
import { appliedAtOf, driftOf, NOTHING_APPLIED, quarantineOf } from '../core/policy-record.ts';
import { accessOf } from '../core/policy-statements.ts';
import type { EpochSeconds } from '../core/time.ts';
import { countQuarantined, notePolicy } from './note-policy.ts';
import { findLivePolicy, type PolicyDeps, type PolicyRun } from './policy-run.ts';
import { probeRepository } from './probe-repository.ts';
import { type Wanted, type Written, writePolicy } from './write-policy.ts';

export type PolicySettings = {
  readonly stage: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly probeRepository: string;
  readonly catalogs: () => Promise<Catalogs>;
};

/** `deferred`: something is left to do, and not before `untilAt`. */
export type PolicyOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'deferred'; readonly untilAt: EpochSeconds };

/**
 * Makes one repository's policy agree with its members. The table decides and ECR is compared with
 * it: what a crash, a lost write or a hand edit leaves behind is mended by the next run.
 */
export const applyPolicy =
  (deps: PolicyDeps, settings: PolicySettings) =>
  async (repository: string): Promise<PolicyOutcome> => {
    const now = deps.clock();
    const { members, policy } = await deps.members.readRepository(repository);
    const live = await findLivePolicy(deps.policies, repository, settings.stage);
    if (live === undefined) {
      deps.report.count('RepositoryMissing', { repository });
      return { kind: 'done' };
    }
    const facts = { members, record: policy ?? NOTHING_APPLIED, live, now };
    const { stage, partition } = settings;
    const door = { stage, partition, access: accessOf(await settings.catalogs(), repository) };
    const probe = { repository: settings.probeRepository, door, now };
    return takeStep({
      deps,
      repository,
      door,
      now,
      record: facts.record,
      live,
      plan: planPolicy(door, facts),
      probe: probeRepository(deps.policies, probe),
    });
  };

const takeStep = async (run: PolicyRun): Promise<PolicyOutcome> => {
  const { step } = run.plan;
  switch (step.kind) {
    case 'keep':
      await keep(run);
      return { kind: 'done' };
    case 'wait':
      return { kind: 'deferred', untilAt: step.untilAt };
    case 'write':
      return writeKnown(run);
    case 'probe':
      return admitFresh(run);
  }
};

/** ECR has what it should have: only what we know about it may have changed. */
const keep = (run: PolicyRun): Promise<void> =>
  notePolicy(run, {
    document: run.live,
    quarantined: run.plan.quarantined,
    dead: [],
    driftAt: run.record.driftAt,
    appliedAt: appliedAtOf(run.record, run.live, run.now),
    change: 'unchanged',
  });

const writeKnown = async (run: PolicyRun): Promise<PolicyOutcome> => {
  const { known, fresh, quarantined } = run.plan;
  const driftAt = reportDrift(run);
  const written = await writePolicy(run, { accounts: known, quarantined, dead: [], driftAt });
  return outcomeOf(run, written, fresh);
};

const admitFresh = async (run: PolicyRun): Promise<PolicyOutcome> => {
  const { deps, repository, now, plan, record, probe } = run;
  const sorted = await probe.sortAccounts(plan.fresh);
  countQuarantined(deps.report, repository, sorted.refused);
  const wanted: Wanted = {
    accounts: [...plan.known, ...sorted.accepted],
    quarantined: quarantineOf(plan.quarantined, sorted, now),
    dead: [],
    driftAt: record.driftAt,
  };
  return outcomeOf(run, await writePolicy(run, wanted), sorted.untried);
};

const outcomeOf = (
  { deps }: PolicyRun,
  written: Written,
  waiting: readonly string[],
): PolicyOutcome => {
  const isDone = written === 'no_repository' || (written === 'complete' && waiting.length === 0);
  return isDone
    ? { kind: 'done' }
    : { kind: 'deferred', untilAt: deps.clock() + WRITE_INTERVAL_SECONDS };
};

/** Counted before it is overwritten: afterwards nobody could tell that it was there. */
const reportDrift = ({
  deps: { report },
  repository,
  record,
  live,
  now,
}: PolicyRun): EpochSeconds | undefined => {
  const drift = driftOf(record, live, now);
  if (drift === 'none') return record.driftAt;
  const fields = { what: 'policy', repository, cause: 'edited outside Wharfage' };
  report.count('DriftFound', fields);
  if (drift === 'repeated') report.count('DriftRepeated', fields);
  return now;
};
