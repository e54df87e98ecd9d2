import type { ParseArgsOptionsConfig } from 'node:util';
import type { CatalogParse } from '../functions/core/parse-catalog.ts';
import type { Ledger, ReleaseStore, RepositoryPolicies } from '../functions/ports.ts';
import type { SweepDeps } from '../functions/usecases/sweep.ts';
import type { SubjectDeps } from '../functions/usecases/sync-subjects.ts';
import type { Wire } from './probe/wire.ts';

/** What a command works on: one deployed stage, or the local system. */
export type Deps = SubjectDeps &
  SweepDeps & {
    readonly repositories: RepositoryPolicies;
    readonly ledger: Pick<Ledger, 'listPulls' | 'listUses'>;
    readonly releases: Pick<ReleaseStore, 'listTags'>;
    readonly readWebhookSecret: () => Promise<string>;
    /** Credential ids of all sealed secrets of the stage. */
    readonly listSealed: () => Promise<readonly string[]>;
    readonly place: Place;
  };

export type Place = {
  readonly stage: string;
  readonly livemode: boolean;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  readonly tableName: string;
  /** `<account>.dkr.ecr.<region>.amazonaws.com`: where the AWS door is. */
  readonly ecrHost: string;
  /** The gateway's host; absent as long as there is none. */
  readonly registry?: string;
};

/** `code`: 0 is fine, 1 found something wrong, 3 could not reach something. */
export type Result = {
  readonly code: 0 | 1 | 3;
  readonly text: string;
  /** The same for machines: `--json` prints it. */
  readonly data: unknown;
};

/** `total` is unknown while something is being listed. */
export type Progress = (what: string, done: number, total?: number) => void;

export type Context = {
  readonly deps: Deps;
  /** The catalog of this checkout. */
  readonly checkout: CatalogParse;
  readonly progress: Progress;
  /** Who is doing this, when `--by` does not say. */
  readonly user: string;
};

export type Args = {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
};

type Described = {
  readonly name: string;
  readonly summary: string;
  /** One line for each form. */
  readonly usage: readonly string[];
  readonly details: string;
  readonly example: string;
  readonly options: ParseArgsOptionsConfig;
};

/** Works on one stage. */
type StageCommand = Described & {
  /** Checks the arguments before anything is reached; throws a `UsageError`. */
  readonly prepare: (args: Args) => (context: Context) => Promise<Result>;
};

/** Looks at a deployment as its customers do: no stage is opened, and no AWS credentials are needed. */
export type OutsideCommand = Described & {
  /** Checks the arguments before anything is reached; throws a `UsageError`. */
  readonly prepareOutside: (args: Args) => (outside: Outside) => Promise<Result>;
};

export type Command = StageCommand | OutsideCommand;

/** What a command may use that opens no stage. */
export type Outside = {
  readonly wire: Wire;
  /** A file's text, or what comes on stdin for `-`. */
  readonly readText: (path: string) => Promise<string>;
  /** For its owner's eyes only. */
  readonly writeText: (path: string, text: string) => Promise<void>;
  /** For everybody's eyes, over what was there before. */
  readonly writePage: (path: string, text: string) => Promise<void>;
  /** The catalog of this checkout. */
  readonly checkout: CatalogParse;
  readonly progress: Progress;
};

/** The arguments are wrong: exit code 2, and nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
