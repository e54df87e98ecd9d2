import { parseArgs } from 'node:util';
import type { RealStripe } from './far-ends.ts';

export type StartOptions = {
  readonly port: number;
  readonly webhookPort: number;
  readonly registryPort: number;
  /** Forget what earlier runs kept. */
  readonly reset: boolean;
  /** Absent: the stand-in. */
  readonly realStripe: RealStripe | undefined;
};

export type StartRequest =
  | { readonly kind: 'start'; readonly options: StartOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly sentence: string };

const DEFAULT_PORT = 4242;
const DEFAULT_WEBHOOK_PORT = 4243;
const DEFAULT_REGISTRY_PORT = 4244;
const PORT_MAX = 65_535;

export const HELP = `npm start [-- --port ${DEFAULT_PORT}] [--webhook-port ${DEFAULT_WEBHOOK_PORT}] [--registry-port ${DEFAULT_REGISTRY_PORT}] [--reset]

Runs all of Wharfage on this machine, without any account: the functions as Lambda would call them,
and Stripe, DynamoDB, SQS, ECR, its storage, Secrets Manager and CloudFront on loopback. Open the page it names.

  --port          where the page is            (default ${DEFAULT_PORT})
  --webhook-port  where the webhook listens    (default ${DEFAULT_WEBHOOK_PORT})
  --registry-port where customers pull         (default ${DEFAULT_REGISTRY_PORT})
  --reset         forget what earlier runs kept in .wharfage/
  --help          this text

With STRIPE_API_KEY=rk_test_… and STRIPE_WEBHOOK_SECRET=whsec_… it uses Stripe’s real test mode, fed by
\`stripe listen\`. What the functions log is in .wharfage/functions.log.`;

/** What the command line and the environment ask for, or the sentence that says what is wrong with them. */
export const startRequestOf = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): StartRequest => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'webhook-port': { type: 'string' },
        'registry-port': { type: 'string' },
        reset: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return { kind: 'help' };
    const options = {
      port: portOf('--port', values.port, DEFAULT_PORT),
      webhookPort: portOf('--webhook-port', values['webhook-port'], DEFAULT_WEBHOOK_PORT),
      registryPort: portOf('--registry-port', values['registry-port'], DEFAULT_REGISTRY_PORT),
      reset: values.reset === true,
      realStripe: realStripeOf(env),
    };
    requireDifferent(options);
    return { kind: 'start', options };
  } catch (error) {
    if (error instanceof WrongStart) return { kind: 'wrong', sentence: error.message };
    // parseArgs names the option it does not know.
    if (error instanceof TypeError)
      return { kind: 'wrong', sentence: firstSentence(error.message) };
    throw error;
  }
};

class WrongStart extends Error {
  override readonly name = 'WrongStart';
}

const requireDifferent = ({ port, webhookPort, registryPort }: StartOptions): void => {
  const ports = [
    ['--port', port],
    ['--webhook-port', webhookPort],
    ['--registry-port', registryPort],
  ] as const;
  for (const [flag, value] of ports) {
    const [other] = ports.find(([name, same]) => name !== flag && same === value) ?? [];
    if (other === undefined) continue;
    throw new WrongStart(`${flag} and ${other} are both ${value}: they must differ`);
  }
};

const firstSentence = (text: string): string => text.split('. ')[0] ?? text;

const portOf = (flag: string, text: string | undefined, fallback: number): number => {
  if (text === undefined) return fallback;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= PORT_MAX) return port;
  throw new WrongStart(
    `${flag} is ${JSON.stringify(text.slice(0, 100))}: a port from 1 to ${PORT_MAX} is needed`,
  );
};

const TEST_KEY = /^[rs]k_test_[A-Za-z0-9_]+$/;
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9_]+$/;

/** Both or neither, and never live mode: a page on which one fails payments is not for real customers. */
const realStripeOf = (
  env: Readonly<Record<string, string | undefined>>,
): RealStripe | undefined => {
  const key = env.STRIPE_API_KEY;
  const webhookSecret = env.STRIPE_WEBHOOK_SECRET;
  if (key === undefined && webhookSecret === undefined) return undefined;
  if (key === undefined || webhookSecret === undefined) {
    const missing = key === undefined ? 'STRIPE_API_KEY' : 'STRIPE_WEBHOOK_SECRET';
    throw new WrongStart(
      `${missing} is not set: Stripe’s real test mode needs STRIPE_API_KEY=rk_test_… and STRIPE_WEBHOOK_SECRET=whsec_…, the stand-in neither`,
    );
  }
  if (!TEST_KEY.test(key)) {
    throw new WrongStart(
      `STRIPE_API_KEY begins with ${JSON.stringify(kindOf(key))}: only a key of test mode is allowed here, rk_test_… or sk_test_…`,
    );
  }
  if (!WEBHOOK_SECRET.test(webhookSecret)) {
    throw new WrongStart(
      'STRIPE_WEBHOOK_SECRET does not look like whsec_…: take the one that `stripe listen` prints',
    );
  }
  return { key, webhookSecret };
};

/** `rk_live_` of a key, and nothing that is secret. */
const kindOf = (key: string): string => /^[a-z]{2}_[a-z]{4}_/.exec(key)?.[0] ?? '(something else)';
