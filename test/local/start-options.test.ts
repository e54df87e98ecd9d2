import { describe, expect, it } from 'vitest';
import { HELP, startRequestOf } from '../../local/start-options.ts';

const KEYS = { STRIPE_API_KEY: 'rk_test_51Abc', STRIPE_WEBHOOK_SECRET: 'whsec_abc' };

describe('what npm start is asked for', () => {
  it('is the stand-in on its usual ports, unless told otherwise', () => {
    expect(startRequestOf([], {})).toEqual({
      kind: 'start',
      options: {
        port: 4_242,
        webhookPort: 4_243,
        registryPort: 4_244,
        reset: false,
        realStripe: undefined,
      },
    });
  });

  it('may be other ports and a new beginning', () => {
    const args = ['--port', '5000', '--webhook-port=5001', '--registry-port', '5002', '--reset'];
    expect(startRequestOf(args, {})).toMatchObject({
      options: { port: 5_000, webhookPort: 5_001, registryPort: 5_002, reset: true },
    });
  });

  it.each(['--help', '-h'])('may be help: %s', (flag) => {
    expect(startRequestOf([flag, '--port', 'x'], {})).toEqual({ kind: 'help' });
    for (const name of ['--port', '--webhook-port', '--registry-port', '--reset', '--help']) {
      expect(HELP).toContain(name);
    }
  });

  it.each(['rk_test_51Abc', 'sk_test_51Abc'])('may be Stripe’s real test mode, with %s', (key) => {
    expect(startRequestOf([], { ...KEYS, STRIPE_API_KEY: key })).toMatchObject({
      options: { realStripe: { key, webhookSecret: 'whsec_abc' } },
    });
  });

  it.each([
    [['--port', '0'], {}, '--port is "0": a port from 1 to 65535 is needed'],
    [['--port', '65536'], {}, '--port is "65536": a port from 1 to 65535 is needed'],
    [['--webhook-port', 'x'], {}, '--webhook-port is "x": a port from 1 to 65535 is needed'],
    [['--port', '4243'], {}, '--port and --webhook-port are both 4243: they must differ'],
    [
      ['--registry-port', '4243'],
      {},
      '--webhook-port and --registry-port are both 4243: they must differ',
    ],
    [['--color'], {}, "Unknown option '--color'"],
    [['now'], {}, "Unexpected argument 'now'"],
    [
      [],
      { STRIPE_API_KEY: 'rk_test_51Abc' },
      'STRIPE_WEBHOOK_SECRET is not set: Stripe’s real test mode needs STRIPE_API_KEY=rk_test_… and STRIPE_WEBHOOK_SECRET=whsec_…, the stand-in neither',
    ],
    [
      [],
      { STRIPE_WEBHOOK_SECRET: 'whsec_abc' },
      'STRIPE_API_KEY is not set: Stripe’s real test mode needs STRIPE_API_KEY=rk_test_… and STRIPE_WEBHOOK_SECRET=whsec_…, the stand-in neither',
    ],
    [
      [],
      { ...KEYS, STRIPE_API_KEY: 'rk_live_51Secret' },
      'STRIPE_API_KEY begins with "rk_live_": only a key of test mode is allowed here, rk_test_… or sk_test_…',
    ],
    [
      [],
      { ...KEYS, STRIPE_API_KEY: 'secret' },
      'STRIPE_API_KEY begins with "(something else)": only a key of test mode is allowed here, rk_test_… or sk_test_…',
    ],
    [
      [],
      { ...KEYS, STRIPE_WEBHOOK_SECRET: 'secret' },
      'STRIPE_WEBHOOK_SECRET does not look like whsec_…: take the one that `stripe listen` prints',
    ],
  ])('%j with %j is refused with a sentence that shows no secret', (args, env, sentence) => {
    expect(startRequestOf(args, env)).toEqual({ kind: 'wrong', sentence });
  });
});
