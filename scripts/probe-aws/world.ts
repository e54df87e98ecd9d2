import type { EpochSeconds } from '../../functions/core/time.ts';
import type { Clients } from './clients.ts';
import type { Maker } from './maker.ts';

/** Whose account it is, as ECR says. */
export type Account = {
  readonly id: string;
  readonly region: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
};

/** What a probe works with. Every call and every wait ends with an error once the probe's time is over. */
export type World = {
  readonly account: Account;
  /** An account that does not exist, as far as anybody knows. */
  readonly deadAccount: string;
  readonly clients: Clients;
  /** Makes what is needed; whatever it made is deleted after the run. */
  readonly make: Maker;
  readonly now: () => EpochSeconds;
  readonly elapsedMilliseconds: () => number;
  readonly wait: (seconds: number) => Promise<void>;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
};

/** Looks until there is something to see, `undefined` after `looks`. */
export const lookFor = async <Seen>(
  { wait }: World,
  { looks, pauseSeconds }: { readonly looks: number; readonly pauseSeconds: number },
  look: () => Promise<Seen | undefined>,
): Promise<Seen | undefined> => {
  for (let count = 0; count < looks; count += 1) {
    if (count > 0) await wait(pauseSeconds);
    const seen = await look();
    if (seen !== undefined) return seen;
  }
  return undefined;
};
