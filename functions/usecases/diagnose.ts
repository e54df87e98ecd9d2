import type { Catalogs } from '../core/members-of.ts';
import type { DueIndex, Member, MemberStore } from '../ports.ts';
import { type CatalogDeps, diagnoseCatalog } from './diagnose-catalog.ts';
import { type CredentialDeps, diagnoseCredentials } from './diagnose-credentials.ts';
import {
  diagnoseAudit,
  diagnoseMembers,
  diagnoseProgress,
  diagnoseSubscriptions,
  type StoredMembers,
} from './diagnose-customers.ts';
import { diagnosePolicy, type PolicyDiagnosisDeps, type PolicyScope } from './diagnose-policy.ts';
import { diagnoseReleases, type ReleaseDiagnosisDeps } from './diagnose-releases.ts';
import { diagnoseStripe, type StripeDeps } from './diagnose-stripe.ts';
import { diagnoseWebhook } from './diagnose-webhook.ts';
import type { Finding } from './finding.ts';
import { listStored } from './list-subscribers.ts';
import { type SurveyDeps, type Surveyed, surveyCustomers } from './survey-customers.ts';
import { repositoriesOf } from './sweep-repositories.ts';

export type DiagnoseDeps = StripeDeps &
  CatalogDeps &
  CredentialDeps &
  PolicyDiagnosisDeps &
  ReleaseDiagnosisDeps &
  SurveyDeps & {
    readonly due: DueIndex;
    readonly members: Pick<MemberStore, 'readRepository'>;
    readonly catalogs: () => Promise<Catalogs>;
    readonly readWebhookSecret: () => Promise<string>;
    /** Credential ids of all sealed secrets there are. */
    readonly listSealed: () => Promise<readonly string[]>;
  };

export type DiagnoseRequest = Pick<PolicyScope, 'stage' | 'partition'> & {
  /** Hash of the catalog in this checkout. */
  readonly checkoutHash: string;
  readonly onProgress: (what: string, done: number, total?: number) => void;
};

export type Diagnosis = {
  readonly findings: readonly Finding[];
  /** What could not be looked at, so that no finding there means nothing. */
  readonly unreached: readonly { readonly what: string; readonly error: unknown }[];
  readonly customers: number;
  readonly repositories: number;
};

/** Everything that can be compared, compared. Writes nothing, and one part that fails hides no other. */
export const diagnose =
  (deps: DiagnoseDeps) =>
  async (request: DiagnoseRequest): Promise<Diagnosis> => {
    const examination = newExamination();
    const { look, add, findings, unreached } = examination;
    const stripe = await look('Stripe', () =>
      diagnoseStripe(deps, (count) => request.onProgress('subscriptions listed', count))(),
    );
    add(stripe?.findings);
    add(
      await look('the webhook secret', async () => diagnoseWebhook(await deps.readWebhookSecret())),
    );
    add(await look('the catalog state', () => diagnoseCatalog(deps)(request.checkoutHash)));
    const catalogs = await look('the catalogs', deps.catalogs);
    if (catalogs === undefined) return { findings, unreached, customers: 0, repositories: 0 };
    const stored = await examineRepositories(deps, request, examination, catalogs);
    // Before the customers: a customer's item names its secret before the secret exists.
    const sealedIds = await look('the sealed secrets', deps.listSealed);
    const surveyed = await look('the customers', () => survey(deps, request, stored.items));
    if (surveyed !== undefined) {
      add(diagnoseProgress(surveyed, deps.clock()));
      add(diagnoseAudit(surveyed));
      add(diagnoseMembers(stored, surveyed));
      add(diagnoseSubscriptions(surveyed, stripe?.subscribers, catalogs));
    }
    if (surveyed !== undefined && sealedIds !== undefined) {
      const onProgress = (done: number, total: number): void =>
        request.onProgress('pull credentials', done, total);
      add(
        await look('the pull credentials', () =>
          diagnoseCredentials(deps, onProgress)(sealedIds, surveyed),
        ),
      );
    }
    const customers = surveyed?.size ?? 0;
    return { findings, unreached, customers, repositories: stored.repositories.length };
  };

type Examination = ReturnType<typeof newExamination>;

const newExamination = () => {
  const findings: Finding[] = [];
  const unreached: { what: string; error: unknown }[] = [];
  return {
    findings,
    unreached,
    add: (found: readonly Finding[] = []): void => {
      findings.push(...found);
    },
    look: async <Value>(what: string, work: () => Promise<Value>): Promise<Value | undefined> => {
      try {
        return await work();
      } catch (error) {
        unreached.push({ what, error });
        return undefined;
      }
    },
  };
};

/** The member items of every repository that could be read. */
const examineRepositories = async (
  deps: DiagnoseDeps,
  { stage, partition, onProgress }: DiagnoseRequest,
  { add, look }: Examination,
  { deployed, accepted }: Catalogs,
): Promise<StoredMembers> => {
  const items: Member[] = [];
  const read: string[] = [];
  const repositories = repositoriesOf(deployed, accepted);
  const diagnoseOne = diagnosePolicy(deps, {
    stage,
    partition,
    catalogs: { deployed, accepted },
  });
  const diagnoseTags = diagnoseReleases(deps, { deployed, accepted });
  for (const [index, repository] of repositories.entries()) {
    const stored = await look(`the members of ${repository}`, () =>
      deps.members.readRepository(repository),
    );
    if (stored !== undefined) {
      read.push(repository);
      items.push(...stored.members);
      add(await look(`the policy of ${repository}`, () => diagnoseOne({ repository, ...stored })));
    }
    add(await look(`the tags of ${repository}`, () => diagnoseTags(repository)));
    onProgress('repositories', index + 1, repositories.length);
  }
  return { items, repositories: read };
};

/** Everyone in the index, and whoever a live member item names. */
const survey = async (
  deps: DiagnoseDeps,
  { onProgress }: DiagnoseRequest,
  items: readonly Member[],
): Promise<ReadonlyMap<string, Surveyed>> => {
  const named = items.filter(({ until }) => until > 0).map(({ customerId }) => customerId);
  const customerIds = [...new Set([...(await listStored(deps.due)).keys(), ...named])];
  return surveyCustomers(deps, (done, total) => onProgress('customers', done, total))(customerIds);
};
