import { describe, expect, it } from 'vitest';
import { type FarEnds, type FarEndsState, startFarEnds } from '../../local/far-ends.ts';
import {
  FRONT_SECRET,
  STRIPE_KEY_SECRET,
  TOKENS_SECRET,
  WEBHOOK_SECRET,
} from '../../local/names.ts';

const CATALOG = {
  offers: {},
  onDispute: 'ignore',
  onFullRefund: 'ignore',
  onPauseCollection: 'keep',
  trustSendInvoice: false,
} as const;

const withFarEnds = async (
  { state = {}, ...more }: Partial<Parameters<typeof startFarEnds>[0]>,
  use: (farEnds: FarEnds) => void,
): Promise<FarEndsState> => {
  const farEnds = await startFarEnds({
    now: () => 1_795_262_400,
    catalog: CATALOG,
    state,
    realStripe: undefined,
    webhookUrl: () => '',
    ...more,
  });
  try {
    use(farEnds);
    return farEnds.snapshot();
  } finally {
    await farEnds.close();
  }
};

const secretsOf = (farEnds: FarEnds): string => JSON.stringify(farEnds.snapshot().secrets);

describe('the far ends', () => {
  it('take Stripe’s key and secret from this start, whatever an earlier one was given', async () => {
    const first = { key: 'rk_test_first', webhookSecret: 'whsec_first' };
    const second = { key: 'rk_test_second', webhookSecret: 'whsec_second' };
    const state = await withFarEnds({ realStripe: first }, (farEnds) => {
      expect(secretsOf(farEnds)).toContain('rk_test_first');
    });
    await withFarEnds({ state, realStripe: second }, (farEnds) => {
      expect(farEnds.secrets.names()).toEqual([
        FRONT_SECRET,
        STRIPE_KEY_SECRET,
        WEBHOOK_SECRET,
        TOKENS_SECRET,
      ]);
      expect(secretsOf(farEnds)).toContain('rk_test_second');
      expect(secretsOf(farEnds)).toContain('whsec_second');
      expect(secretsOf(farEnds)).not.toMatch(/first/);
    });
  });

  it('keep what the front and the access tokens are signed with', async () => {
    const first = await withFarEnds({}, () => undefined);
    const next = await withFarEnds({ state: first }, (farEnds) => {
      expect(secretsOf(farEnds)).toContain(farEnds.frontSecret);
    });
    expect(next.frontSecret).toBe(first.frontSecret);
    const tokens = ({ secrets }: FarEndsState) =>
      JSON.stringify(secrets?.secrets.find(({ name }) => name === TOKENS_SECRET));
    expect(tokens(next)).toBe(tokens(first));
    expect(tokens(first)).toMatch(/[0-9a-f]{64}/);
  });

  it('the stand-in keeps its signing secret from one start to the next', async () => {
    const state = await withFarEnds({}, () => undefined);
    const next = await withFarEnds({ state }, () => undefined);
    expect(state.webhookSecret).toMatch(/^whsec_[0-9a-f]{48}$/);
    expect(next.webhookSecret).toBe(state.webhookSecret);
  });
});
