import { accountsIn } from '../../functions/core/policy-compare.ts';
import type { PolicyStatement } from '../../functions/core/policy-document.ts';
import { parsePolicy } from '../../functions/core/policy-document.ts';
import type { EpochSeconds } from '../../functions/core/time.ts';
import type { ImageSource, RepositoryPolicies } from '../../functions/ports.ts';
import { secondsOf } from '../kernel/calendar.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type ImageRegistry, imageRegistry, type Push } from '../stores/image-registry.ts';
import { memoryImages } from '../stores/memory-images.ts';
import { type FakeEcr, fakeEcr } from './fake-ecr.ts';

/** What travels from ECR over EventBridge, best effort. */
export type PushNews = {
  readonly repository: string;
  readonly tag?: string;
  readonly digest: string;
};

export type SimEcr = {
  readonly policies: RepositoryPolicies;
  readonly images: ImageSource;
  readonly registry: ImageRegistry;
  readonly fake: FakeEcr;
  /** Who may pull now by a statement of ours, as IAM would decide: the account exists and the date is not reached. */
  allowed(repository: string): readonly string[];
  /** Told of each push, move and deletion. */
  onNews: (news: PushNews) => void;
  push(repository: string, push: Push): string;
};

const STAGE = 'sim';

export const simEcr = (kernel: Kernel, repositories: readonly string[]): SimEcr => {
  const fake = fakeEcr(repositories);
  const registry = imageRegistry();
  const { images } = memoryImages(registry);
  const parsed = new Map<string, readonly Dated[]>();
  for (const repository of repositories) registry.createRepository(repository);
  const self: SimEcr = {
    policies: fake.policies,
    images,
    registry,
    fake,
    allowed: (repository) => {
      const text = fake.stored.get(repository) ?? '';
      const statements = parsed.get(text) ?? datedOf(text);
      parsed.set(text, statements);
      const now = kernel.now();
      return [
        ...new Set(
          statements.filter(({ until }) => now < until).flatMap(({ accounts }) => accounts),
        ),
      ].filter((account) => !fake.dead.has(account));
    },
    onNews: () => {},
    push: (repository, push) => {
      const digest = registry.push(repository, { pushedAt: Math.floor(kernel.now()), ...push });
      const [tag] = push.tags ?? [];
      self.onNews({ repository, digest, ...(tag === undefined ? {} : { tag }) });
      return digest;
    },
  };
  return self;
};

type Dated = { readonly accounts: readonly string[]; readonly until: EpochSeconds };

const datedOf = (text: string): readonly Dated[] =>
  (parsePolicy(text, STAGE)?.ours ?? []).map((statement) => ({
    accounts: accountsIn([statement]),
    until: endOf(statement),
  }));

/** A statement of ours without a date would be in force for ever. */
const endOf = (statement: PolicyStatement): EpochSeconds => {
  const { Condition: condition } = statement as {
    readonly Condition?: { readonly DateLessThan?: { readonly 'aws:CurrentTime'?: string } };
  };
  const text = condition?.DateLessThan?.['aws:CurrentTime'];
  return text === undefined ? Number.POSITIVE_INFINITY : secondsOf(text);
};
