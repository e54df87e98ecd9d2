import type { Unavailable } from '../functions/ports.ts';
import type { EveryoneOutcome } from '../functions/usecases/sync-everyone.ts';
import type { Result } from './command.ts';
import { errorText, plural, section } from './format.ts';

/** What a sync of everybody came to. */
export const everyoneResult = (outcome: EveryoneOutcome): Result => {
  const { counts, changed, held, unavailable, failed } = outcome;
  const total = Object.values(counts).reduce((sum, count) => sum + count, failed.length);
  return {
    code: unavailable.length + failed.length > 0 ? 3 : 0,
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

export const unavailableResult = ({ because }: Unavailable): Result => ({
  code: 3,
  text: `Stripe's list of subscriptions could not be read (${because}): nothing was done. wharfage doctor says more`,
  data: { kind: 'unavailable', because },
});
