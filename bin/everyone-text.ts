import type { Unavailable } from '../functions/ports.ts';
import type { EveryoneOutcome } from '../functions/usecases/sync-everyone.ts';
import type { Result } from './command.ts';
import { errorText, plural, section } from './format.ts';

/** What a sync of everybody came to. */
export const everyoneResult = (outcome: EveryoneOutcome): Result => {
  const { counts, changed, held, unavailable, failed } = outcome;
  const total = Object.values(counts).reduce((sum, count) => sum + count, failed.length);
  return {
    code: codeOf(outcome),
    text: [
      `${plural(total, 'customer')}: ${counts.changed} changed, ${counts.unchanged} unchanged, ${counts.irrelevant} without catalogued products, ${counts.deleted} deleted, ${failed.length} failed`,
      ...section('Changed', changed),
      ...section('Held by the breaker', held),
      ...section(
        'Stripe told us nothing about',
        unavailable.map(({ customerId, because }) => `${customerId}: ${because}`),
      ),
      ...section(
        'Failed',
        failed.map(({ customerId, error }) => `${customerId}: ${errorText(error)}`),
      ),
    ].join('\n'),
    data: outcome,
  };
};

/** Whom Stripe does not know it will not know at the next run either. */
const codeOf = ({ unavailable, failed }: EveryoneOutcome): Result['code'] => {
  const isReached = unavailable.every(({ because }) => because === 'missing');
  if (failed.length > 0 || !isReached) return 3;
  return unavailable.length > 0 ? 1 : 0;
};

export const unavailableResult = ({ because }: Unavailable): Result => ({
  code: 3,
  text: `Stripe's list of subscriptions could not be read (${because}): nothing was done. wharfage doctor says more`,
  data: { kind: 'unavailable', because },
});
