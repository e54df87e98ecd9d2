import { describe, expect, it } from 'vitest';
import { comingOf } from '../../../local/view/coming.ts';

const NOW = 1_795_262_400;

describe('what time alone will bring about', () => {
  it('comes soonest first, without what is past', () => {
    const coming = comingOf(
      {
        stripe: undefined,
        customers: [
          { customerId: 'cus_late', dueAt: NOW + 300 },
          { customerId: 'cus_now', dueAt: NOW },
          { customerId: 'cus_never', dueAt: undefined },
        ],
        deliveries: [{ dueAt: NOW + 200 }, { dueAt: undefined }],
        messagesAt: [NOW + 100, NOW - 1],
      },
      (customerId) => customerId,
      NOW,
    );
    expect(coming).toEqual([
      { at: NOW + 100, what: 'a waiting message is handled' },
      { at: NOW + 200, what: 'an event is delivered' },
      { at: NOW + 300, what: 'Wharfage looks at cus_late' },
    ]);
  });

  it('shows at most five', () => {
    const messagesAt = Array.from({ length: 9 }, (_, index) => NOW + index + 1);
    const expected = { stripe: undefined, customers: [], deliveries: [], messagesAt };
    expect(comingOf(expected, (id) => id, NOW)).toHaveLength(5);
  });
});
