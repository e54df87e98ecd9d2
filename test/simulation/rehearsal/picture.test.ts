import { expect, it } from 'vitest';
import { pictureOf } from '../../../simulation/rehearsal/picture.ts';
import { scaleOf } from '../../../simulation/rehearsal/picture-scale.ts';
import type { RehearsalResult } from '../../../simulation/rehearsal/result.ts';

const START = 1_793_534_400;
const DAY = 86_400;

const TALE: RehearsalResult['tales'][number] = {
  customerId: 'cus_nova',
  transitions: [],
  bars: [
    {
      door: 'gateway',
      name: 'pro',
      because: 'paid',
      isKept: false,
      from: START,
      until: START + 5 * DAY,
    },
    { door: 'aws', name: 'acme/app', isKept: false, from: START, until: START + 10 * DAY },
  ],
  acts: [{ at: START, line: 4, text: 'subscribe: { "a" <b> }' }],
  events: [
    { at: START, type: 'invoice.paid', arrivedAt: START + 2 },
    { at: START, type: 'customer.updated', arrivedAt: START + DAY },
    { at: START, type: 'charge.refunded' },
  ],
  pulls: [
    { at: START + DAY, text: 'acme/app:1.0: served', isServed: true },
    { at: START + 6 * DAY, text: 'acme/app:1.0: lapsed', isServed: false },
  ],
};

const RESULT: RehearsalResult = {
  title: '<script>alert("x")</script> & \'more\'',
  about: '<b>bold</b>',
  startsAt: START,
  endsAt: START + 10 * DAY,
  tales: [TALE],
  trouble: [
    {
      kind: 'fault',
      line: 7,
      from: START + DAY,
      until: START + 2 * DAY,
      text: 'fault: <i>',
      met: 3,
    },
  ],
  outcomes: [
    {
      line: 9,
      at: START,
      isMet: true,
      what: 'fine',
      expected: 'a',
      actual: 'a',
      customerId: 'cus_nova',
    },
    {
      line: 10,
      at: START,
      isMet: false,
      what: '<u>',
      expected: '&',
      actual: '"',
      customerId: 'cus_nova',
    },
  ],
  broken: 'a <rule> was broken',
  isFine: false,
  calls: 12,
};

const page = pictureOf([{ path: '<nav>.yaml', result: RESULT }], () => '<access>');

it('nothing that a file says is markup', () => {
  expect(page).not.toMatch(/<(?:script|b|i|u|rule|access|nav)\b/);
  expect(page).toContain(
    '&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62; &#38; &#39;more&#39;',
  );
});

it('needs nothing from elsewhere', () => {
  expect(page).not.toMatch(/https?:|<link|<img|@import|url\(/);
});

it('has a bar as long as each door was open, in proportion', () => {
  const bars = [
    ...page.matchAll(/<rect x="([\d.]+)"[^>]* width="([\d.]+)"[^>]* class="bar (\w+)[^"]*"/g),
  ].map(([, x, width, door]) => [door, Number(x), Number(width)]);
  expect(bars).toEqual([
    ['gateway', 178, 455],
    ['aws', 178, 910],
  ]);
});

it.each([
  ['class="event"', 1],
  ['class="event late"', 1],
  ['class="event lost"', 1],
  ['class="pull served"', 1],
  ['class="pull refused"', 1],
  ['class="met"', 1],
  ['class="missed"', 1],
  ['class="trouble fault"', 1],
  ['class="act"', 1],
] as const)('has the mark %s', (mark, count) => {
  // One more is the legend's.
  const drawn = page.slice(page.indexOf('<article>'));
  expect(
    drawn.split(`${mark}>`).length - 1 + (drawn.split(`${mark} `).length - 1),
  ).toBeGreaterThanOrEqual(count);
});

it('says in words what differs, and which rule was broken', () => {
  const text = page.replace(/<[^>]+>/g, ' ');
  expect(text).toContain('1 of 2 expectations did not come true.');
  expect(text).toContain('a &#60;rule&#62; was broken');
  expect(text).toMatch(/10 +&#60;u&#62; +&#38; +&#34;/);
});

it('ticks by the calendar', () => {
  expect(scaleOf(RESULT).ticks.map(({ label }) => label)).toEqual([
    '2026-11-02',
    '2026-11-03',
    '2026-11-04',
    '2026-11-05',
    '2026-11-06',
    '2026-11-07',
    '2026-11-08',
    '2026-11-09',
    '2026-11-10',
    '2026-11-11',
  ]);
  expect(scaleOf({ startsAt: START, endsAt: START + 7_200 }).ticks[0]).toEqual({
    x: 178,
    label: '11-01 12:00',
  });
});
