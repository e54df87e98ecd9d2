import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { errorFields } from '../core/error-fields.ts';
import { DAY, type EpochSeconds, MINUTE } from '../core/time.ts';
import type { Clock, Report } from '../ports.ts';

const FRESH_SECONDS = 5 * MINUTE;
/** After a failed read the old value serves this long before the next attempt. */
const RETRY_SECONDS = MINUTE;
const STALE_SECONDS_MAX = DAY;

type Deps = {
  readonly client: SecretsManagerClient;
  readonly clock: Clock;
  readonly report: Report;
};
type Cached = {
  readonly text: string;
  readonly readAt: EpochSeconds;
  readonly nextAt: EpochSeconds;
};

/**
 * Reads one secret and keeps it for five minutes. While Secrets Manager cannot be read the last value
 * serves up to a day, and everybody who asks during a read waits for that one.
 */
export const secretReader = (deps: Deps, secretArn: string): (() => Promise<string>) => {
  let cached: Cached | undefined;
  let reading: Promise<Cached> | undefined;
  const refresh = async (): Promise<Cached> => {
    try {
      cached = await renew(deps, secretArn, cached);
      return cached;
    } finally {
      reading = undefined;
    }
  };
  return async () => {
    if (cached !== undefined && deps.clock() < cached.nextAt) return cached.text;
    reading ??= refresh();
    return (await reading).text;
  };
};

const renew = async (
  { client, clock, report }: Deps,
  secretArn: string,
  cached: Cached | undefined,
): Promise<Cached> => {
  const now = clock();
  try {
    const { SecretString: text } = await client.send(
      new GetSecretValueCommand({ SecretId: secretArn }),
    );
    if (text === undefined) throw new Error(`the secret ${secretArn} holds no text`);
    return { text, readAt: now, nextAt: now + FRESH_SECONDS };
  } catch (cause) {
    if (cached === undefined || now >= cached.readAt + STALE_SECONDS_MAX) {
      throw new Error(`could not read the secret ${secretArn}`, { cause });
    }
    const ageSeconds = now - cached.readAt;
    report.log('secret not refreshed', { secretArn, ageSeconds, ...errorFields(cause) });
    return { ...cached, nextAt: now + RETRY_SECONDS };
  }
};
