import { describe, expect, it } from 'vitest';
import { pullsOf } from '../../../local/view/pulls.ts';

const SIGNATURE = `sha256-${'0'.repeat(64)}.sig`;
const line = (fields: object) => ({ at: 1_800_000_000, text: JSON.stringify(fields) });
const view = (part: Partial<Parameters<typeof pullsOf>[0]> = {}) =>
  pullsOf({
    customerId: 'cus_1',
    host: '127.0.0.1:4244',
    open: ['acme/app', 'acme/charts', 'acme/empty'],
    tags: {
      'acme/app': { '1.0.0': 'd', latest: 'd', [SIGNATURE]: 'd' },
      'acme/charts': { '0.1.0': 'd' },
      'acme/other': { latest: 'd' },
    },
    log: [],
    days: [],
    ...part,
  });

describe('how a customer pulls', () => {
  it('is said for what is open to them and has a tag', () => {
    expect(view()).toMatchObject({
      login: 'docker login 127.0.0.1:4244 -u cus_1 --password-stdin',
      commands: [
        'docker pull 127.0.0.1:4244/acme/app:latest',
        'helm pull oci://127.0.0.1:4244/acme/charts --version 0.1.0 --plain-http',
      ],
    });
  });
});

describe('what the gateway answered', () => {
  it('is this customer’s, newest first, with the reason of a denial', () => {
    const pull = { message: 'pull', customerId: 'cus_1', request: 'manifest' };
    const { recent } = view({
      log: [
        line({ ...pull, repository: 'acme/app', reference: '1.0.0', decision: 'allow' }),
        line({ ...pull, customerId: 'cus_2', repository: 'acme/app', decision: 'allow' }),
        line({ message: 'AccessGranted', customerId: 'cus_1' }),
        { at: 1_800_000_000, text: '{not json' },
        line({
          ...pull,
          repository: 'acme/app',
          reference: `sha256:${'a'.repeat(64)}`,
          decision: 'lapsed',
          because: 'canceled',
        }),
        line({ message: 'token', customerId: 'cus_1', decision: 'issued' }),
        line({
          message: 'token',
          customerId: 'cus_1',
          repository: 'acme/app',
          decision: 'lapsed',
          because: 'canceled',
        }),
      ],
    });
    expect(recent.map(({ what, decision, isAllowed }) => [what, decision, isAllowed])).toEqual([
      ['token acme/app', 'canceled', false],
      ['token', 'issued', true],
      ['manifest acme/app sha256:aaaaaaaaaaaa…', 'canceled', false],
      ['manifest acme/app 1.0.0', 'allow', true],
    ]);
  });
});
