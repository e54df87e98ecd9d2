import type { Transition } from '../../functions/core/customer.ts';
import { element, escaped, shape } from './markup.ts';
import { type Lane, LEVELS_MAX, laneFrame, lanesOf, troubleShapes } from './picture-lane.ts';
import { type Scale, scaleOf, WIDTH } from './picture-scale.ts';
import { STYLE } from './picture-style.ts';
import type { CustomerTale, Outcome, RehearsalResult } from './result.ts';
import { nameOf, sinceText, timeText } from './text.ts';

type Pictured = { readonly path: string; readonly result: RehearsalResult };

/** One page that needs nothing else: no script, no font, no image from elsewhere. */
export const pictureOf = (
  played: readonly Pictured[],
  accessText: (transition: Transition) => string,
): string =>
  [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    element('title', {}, escaped(played.map(({ result }) => result.title).join('; '))),
    element('style', {}, STYLE),
    '</head><body>',
    LEGEND,
    ...played.map((each) => article(each, accessText)),
    '</body></html>',
    '',
  ].join('\n');

const TALES_MAX = 50;

const article = (
  { path, result }: Pictured,
  accessText: (transition: Transition) => string,
): string => {
  const { title, about, startsAt, endsAt, tales, outcomes, broken, isFine } = result;
  const scale = scaleOf(result);
  const missed = outcomes.filter(({ isMet }) => !isMet);
  const verdict = isFine
    ? `All of ${outcomes.length} expectations came true.`
    : `${missed.length} of ${outcomes.length} expectations did not come true.`;
  const left = tales.length - TALES_MAX;
  const span = `${path}, ${timeText(startsAt).slice(0, 16)} to ${timeText(endsAt).slice(0, 16)} UTC`;
  return element(
    'article',
    {},
    element('h1', {}, escaped(title)),
    element('p', { class: 'soft' }, escaped(span)),
    about === undefined ? '' : element('p', {}, escaped(about)),
    element('p', { class: `verdict ${isFine ? 'fine' : 'failed'}` }, verdict),
    broken === undefined ? '' : element('p', { class: 'verdict failed' }, escaped(broken)),
    missed.length === 0 ? '' : differences(missed, startsAt),
    ...tales.slice(0, TALES_MAX).map((tale) => section({ tale, result, scale, accessText })),
    left > 0 ? element('p', { class: 'soft' }, `${left} customers more are not drawn.`) : '',
    troubleList(result),
  );
};

const row = (attributes: Readonly<Record<string, string>>, ...cells: readonly string[]): string =>
  element('tr', attributes, ...cells.map((cell) => element('td', {}, cell)));

const differences = (missed: readonly Outcome[], startsAt: number): string =>
  element(
    'table',
    {},
    '<tr><th>when</th><th>line</th><th>what</th><th>expected</th><th>actual</th></tr>',
    ...missed.map(({ at, line, what, expected, actual }) =>
      row(
        { class: 'missed' },
        escaped(`${timeText(at)} (${sinceText(at - startsAt)})`),
        String(line),
        ...[what, expected, actual].map(escaped),
      ),
    ),
  );

const troubleList = ({ trouble, startsAt }: RehearsalResult): string =>
  trouble.length === 0
    ? ''
    : element(
        'section',
        {},
        '<h2>What went wrong on the way</h2>',
        element(
          'table',
          {},
          ...trouble.map(({ from, until, text, met, kind }) =>
            row(
              {},
              escaped(`${sinceText(from - startsAt)} to ${sinceText(until - startsAt)}`),
              element('code', {}, escaped(text)),
              met === undefined ? '' : `${met} ${kind === 'fault' ? 'calls' : 'events'}`,
            ),
          ),
        ),
      );

type Shown = {
  readonly tale: CustomerTale;
  readonly result: RehearsalResult;
  readonly scale: Scale;
  readonly accessText: (transition: Transition) => string;
};

const section = ({ tale, result, scale, accessText }: Shown): string => {
  const name = nameOf(tale.customerId);
  const mine = result.outcomes.filter(({ customerId }) => customerId === tale.customerId);
  return element(
    'section',
    {},
    element('h2', {}, escaped(name)),
    drawing(name, lanesOf(tale, mine, scale), { result, scale }),
    story(tale, result.startsAt, accessText),
  );
};

const LANE_HEIGHT = 24;
/** Numbers may stand one above the other in the first lane. */
const TOP = 6 + (LEVELS_MAX - 1) * 11;
const AXIS_HEIGHT = 22;

const drawing = (
  name: string,
  lanes: readonly Lane[],
  { result, scale }: Pick<Shown, 'result' | 'scale'>,
): string => {
  const height = lanes.length * LANE_HEIGHT;
  const bottom = TOP + height;
  const grid = scale.ticks.flatMap(({ x, label }) => [
    element('line', { x1: x, y1: TOP, x2: x, y2: bottom, class: 'grid' }),
    element('text', { x, y: bottom + 14, class: 'tick' }, label),
  ]);
  return element(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${bottom + AXIS_HEIGHT}`,
      role: 'img',
      'aria-label': `What was open to ${name}, and what happened`,
    },
    ...troubleShapes(result, scale, { top: TOP, height }),
    ...grid,
    ...lanes.flatMap(({ label, draw }, index) => {
      const middle = TOP + index * LANE_HEIGHT + LANE_HEIGHT / 2;
      return [...laneFrame(label, middle), ...draw(middle)];
    }),
  );
};

/** The same in words: paper shows nothing to whoever points at it. */
const story = (
  { acts, transitions, pulls }: CustomerTale,
  startsAt: number,
  accessText: (transition: Transition) => string,
): string => {
  const rows = [
    ...acts.map(({ at, text }, index) => ({
      at,
      number: String(index + 1),
      says: element('code', {}, escaped(text)),
    })),
    ...transitions.map((each) => ({ at: each.at, number: '', says: escaped(accessText(each)) })),
    ...pulls.map(({ at, text }) => ({ at, number: '', says: `pull of ${escaped(text)}` })),
  ].toSorted((a, b) => a.at - b.at);
  return element(
    'table',
    { class: 'story' },
    ...rows.map(({ at, number, says }) => row({}, escaped(sinceText(at - startsAt)), number, says)),
  );
};

const SAMPLES: readonly (readonly [
  name: string,
  attributes: Readonly<Record<string, number | string>>,
  says: string,
])[] = [
  ['rect', { class: 'paid', x: 0, y: 2, width: 22, height: 10, rx: 2 }, 'open: paid'],
  ['rect', { class: 'trialing', x: 0, y: 2, width: 22, height: 10, rx: 2 }, 'trialing'],
  [
    'rect',
    { class: 'awaiting_payment', x: 0, y: 2, width: 22, height: 10, rx: 2 },
    'awaiting payment',
  ],
  ['rect', { class: 'past_due', x: 0, y: 2, width: 22, height: 10, rx: 2 }, 'past due'],
  ['rect', { class: 'manual', x: 0, y: 2, width: 22, height: 10, rx: 2 }, 'manual'],
  ['rect', { class: 'bar', x: 0, y: 2, width: 22, height: 10, rx: 2 }, 'not known for sure'],
  ['rect', { class: 'kept', x: 0, y: 2, width: 22, height: 10, rx: 2 }, 'kept after the end'],
  [
    'rect',
    { class: 'bar aws', x: 0, y: 2, width: 22, height: 10, rx: 2 },
    'open from AWS accounts',
  ],
  ['circle', { class: 'act', cx: 11, cy: 7, r: 5.5 }, 'what happens, by its number'],
  ['rect', { class: 'event', x: 10, y: 2, width: 2, height: 10 }, 'event'],
  ['rect', { class: 'event late', x: 10, y: 2, width: 2, height: 10 }, 'late event'],
  ['circle', { class: 'event lost', cx: 11, cy: 7, r: 3.5 }, 'lost event'],
  ['circle', { class: 'pull served', cx: 11, cy: 7, r: 4 }, 'pull served'],
  ['circle', { class: 'pull refused', cx: 11, cy: 7, r: 4 }, 'pull refused'],
  ['path', { class: 'met', d: 'M7 7 L10 11 L16 3' }, 'as expected'],
  ['path', { class: 'missed', d: 'M7 3 L15 11 M7 11 L15 3' }, 'not as expected'],
  ['rect', { class: 'trouble fault', x: 0, y: 0, width: 22, height: 14 }, 'calls fail'],
  ['rect', { class: 'trouble events', x: 0, y: 0, width: 22, height: 14 }, 'events go astray'],
];

const LEGEND = element(
  'ul',
  { class: 'legend', 'aria-label': 'legend' },
  ...SAMPLES.map(([name, attributes, says]) =>
    element(
      'li',
      {},
      element(
        'svg',
        { viewBox: '0 0 22 14', 'aria-hidden': 'true' },
        shape(name, attributes, says),
      ),
      escaped(says),
    ),
  ),
);
