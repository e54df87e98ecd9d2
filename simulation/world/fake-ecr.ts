import type { RepositoryPolicies } from '../../functions/ports.ts';
import type { Hooks } from '../stores/memory-stores.ts';

/**
 * ECR's repository policies in memory, as far as we depend on them: 10,240 characters, `Principal not
 * found` for the whole document and without a name, roles that turn into ids when they are deleted,
 * principals rewritten on read-back, no compare-and-swap, and writes that get lost or land late.
 */
export type FakeEcr = {
  readonly policies: RepositoryPolicies;
  /** Account ids and role ARNs that no longer exist. */
  readonly dead: Set<string>;
  /** How a stored policy reads back. */
  readBackAs: 'written' | 'ids' | 'shuffled';
  /** What becomes of the next write that is accepted. */
  nextWrite: 'lands' | 'is_lost' | 'lands_late';
  /** The late write arrives now, over whatever is there. */
  landLate(): void;
  /** Set and cleared by the test; a throw is a throttle, a time-out or a crash. */
  readonly hooks: Hooks;
  /** `setPolicy acme/app` and the like, in order. */
  readonly calls: string[];
  /** What is stored, as text. */
  readonly stored: Map<string, string>;
};

type Statement = {
  readonly Sid?: string;
  readonly Principal: unknown;
  readonly Action?: string | readonly string[];
};

const POLICY_CHARACTERS_MAX = 10_240;
const ROOT_ARN = /arn:aws:iam::(\d{12}):root/g;

export const fakeEcr = (repositories: readonly string[]): FakeEcr => {
  const existing = new Set(repositories);
  const stored = new Map<string, string>();
  const dead = new Set<string>();
  const calls: string[] = [];
  let late: { readonly repository: string; readonly text: string } | undefined;

  const observed =
    <Args extends readonly [string, ...unknown[]], Result>(
      method: string,
      perform: (...args: Args) => Result,
    ) =>
    async (...args: Args): Promise<Result> => {
      calls.push(`${method} ${args[0]}`);
      await fake.hooks.before?.(method, args);
      const result = perform(...args);
      await fake.hooks.after?.(method, args);
      return result;
    };

  const store = (repository: string, text: string): void => {
    const landing = fake.nextWrite;
    fake.nextWrite = 'lands';
    if (landing === 'lands') stored.set(repository, text);
    if (landing === 'lands_late') late = { repository, text };
  };

  const fake: FakeEcr = {
    dead,
    readBackAs: 'written',
    nextWrite: 'lands',
    landLate: () => {
      if (late !== undefined) stored.set(late.repository, late.text);
    },
    hooks: {},
    calls,
    stored,
    policies: {
      findPolicy: observed('findPolicy', (repository: string) => {
        if (!existing.has(repository)) return { kind: 'no_repository' } as const;
        const text = stored.get(repository);
        if (text === undefined) return { kind: 'none' } as const;
        return { kind: 'found', text: rewritten(text, dead, fake.readBackAs) } as const;
      }),
      setPolicy: observed('setPolicy', (repository: string, text: string) => {
        if (!existing.has(repository)) return { kind: 'no_repository' } as const;
        const because = refusalOf(text, dead);
        if (because !== undefined) return { kind: 'refused', because } as const;
        store(repository, text);
        return { kind: 'set' } as const;
      }),
      deletePolicy: observed('deletePolicy', (repository: string): void => {
        stored.delete(repository);
      }),
    },
  };
  return fake;
};

const refusalOf = (
  text: string,
  dead: ReadonlySet<string>,
): 'invalid_policy' | 'principal_not_found' | undefined => {
  if (text.length > POLICY_CHARACTERS_MAX) return 'invalid_policy';
  const { Statement: statements } = JSON.parse(text) as { readonly Statement: Statement[] };
  const sids = statements.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid]));
  const isMalformed =
    statements.length === 0 ||
    new Set(sids).size < sids.length ||
    sids.some((sid) => !/^[A-Za-z0-9]*$/.test(sid)) ||
    statements.some(
      ({ Principal, Action = [] }) =>
        principalsIn(Principal).length === 0 ||
        [Action].flat().includes('ecr:GetAuthorizationToken'),
    );
  if (isMalformed) return 'invalid_policy';
  const isDead = (principal: string): boolean =>
    dead.has(principal.replace(ROOT_ARN, '$1')) || /^A(?:ROA|IDA)/.test(principal);
  return statements.some(({ Principal }) => principalsIn(Principal).some(isDead))
    ? 'principal_not_found'
    : undefined;
};

const principalsIn = (principal: unknown): readonly string[] =>
  typeof principal === 'string' ? [principal] : (Object.values(principal ?? {}).flat() as string[]);

const rewritten = (
  text: string,
  dead: ReadonlySet<string>,
  form: FakeEcr['readBackAs'],
): string => {
  const current = [...dead].reduce(
    (result, arn) =>
      arn.startsWith('arn:') ? result.replaceAll(arn, 'AROAEXAMPLEDEADROLE01') : result,
    text,
  );
  if (form === 'written') return current;
  const document = JSON.parse(current) as { readonly Statement: readonly Statement[] };
  const Statement = document.Statement.toReversed().map((statement) => ({
    ...statement,
    Principal: rewrittenPrincipal(statement.Principal, form),
  }));
  return JSON.stringify({ ...document, Statement }, undefined, 2);
};

const rewrittenPrincipal = (principal: unknown, form: 'ids' | 'shuffled'): unknown => {
  if (principal === '*') return { AWS: '*' };
  const entries = Object.entries(principal as Record<string, string | string[]>);
  return Object.fromEntries(
    entries.map(([kind, names]) => {
      const list = [names].flat().toReversed();
      const renamed = form === 'ids' ? list.map((name) => name.replace(ROOT_ARN, '$1')) : list;
      return [kind, renamed.length === 1 ? renamed[0] : renamed];
    }),
  );
};
