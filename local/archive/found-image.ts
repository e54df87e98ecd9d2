import type { EcrStandIn } from '../aws/ecr.ts';

/** One image of an archive, and what it calls itself there: `app:1.0`, `1.0`, or nothing. */
export type FoundImage = {
  readonly name: string | undefined;
  /** Answers the digest. */
  push(ecr: Pick<EcrStandIn, 'pushImage'>, repository: string, tag: string): Promise<string>;
};
