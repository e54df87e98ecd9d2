import { element, escaped, shape } from './markup.ts';
import { LEFT, RIGHT, type Scale } from './picture-scale.ts';
import type { Bar, CustomerTale, Outcome, RehearsalResult } from './result.ts';
import { timeText } from './text.ts';

/** One line of the drawing: its name, and what is drawn in it around its middle. */
export type Lane = { readonly label: string; readonly draw: (middle: number) => readonly string[] };

/** From top to bottom: what happened, its events, what was open at each door, pulls, expectations. */
export const lanesOf = (
  tale: CustomerTale,
  outcomes: readonly Outcome[],
  scale: Scale,
): readonly Lane[] => [
  actsLane(tale, scale),
  eventsLane(tale, scale),
  ...barLanes(tale, scale),
  ...(tale.pulls.length === 0 ? [] : [pullsLane(tale, scale)]),
  ...(outcomes.length === 0 ? [] : [outcomesLane(outcomes, scale)]),
];

const BAR_HEIGHT = 14;
const NUMBER_WIDTH = 13;

/** Numbers, as in the list below the drawing; those that would cover each other are one above the other. */
const actsLane = ({ acts }: CustomerTale, { x }: Scale): Lane => ({
  label: 'what happens',
  draw: (middle) => {
    const levels: number[] = [];
    return acts.flatMap(({ at, text }, index) => {
      const place = x(at);
      const free = levels.findIndex((last) => place - last >= NUMBER_WIDTH);
      const level = free < 0 && levels.length < LEVELS_MAX ? levels.length : Math.max(0, free);
      levels[level] = place;
      const y = middle + 8 - level * 11;
      return [
        shape(
          'circle',
          { cx: place, cy: y - 3.5, r: 5.5, class: 'act' },
          `${timeText(at)}: ${text}`,
        ),
        element('text', { x: place, y, class: 'number' }, String(index + 1)),
      ];
    });
  },
});

export const LEVELS_MAX = 3;

const LATE_SECONDS = 60;

const eventsLane = ({ events }: CustomerTale, { x }: Scale): Lane => ({
  label: 'events',
  draw: (middle) =>
    events.flatMap(({ at, type, arrivedAt }) => {
      const from = x(at);
      const says = `${timeText(at)}: ${type}`;
      if (arrivedAt === undefined) {
        const lost = { cx: from, cy: middle, r: 3.5, class: 'event lost' };
        return [shape('circle', lost, `${says}, never delivered`)];
      }
      const tick = { x: from - 0.75, y: middle - 5, width: 1.5, height: 10 };
      if (arrivedAt - at < LATE_SECONDS) return [shape('rect', { ...tick, class: 'event' }, says)];
      const line = { x1: from, y1: middle, x2: x(arrivedAt), y2: middle, class: 'late' };
      return [
        shape('line', line, `${says}, arrived ${timeText(arrivedAt)}`),
        shape('rect', { ...tick, class: 'event late' }, `${says}, arrived ${timeText(arrivedAt)}`),
      ];
    }),
});

const DOORS = { gateway: 'gateway', aws: 'AWS' } as const;

const barLanes = ({ bars }: CustomerTale, { x }: Scale): readonly Lane[] => {
  const labelOf = ({ door, name, isKept }: Bar): string =>
    `${DOORS[door]}: ${name}${isKept ? ', kept' : ''}`;
  return [...new Set(bars.map(labelOf))].map((label) => ({
    label,
    draw: (middle) =>
      bars
        .filter((bar) => labelOf(bar) === label)
        .map(({ from, until, because, door, isKept }) =>
          shape(
            'rect',
            {
              x: x(from),
              y: middle - BAR_HEIGHT / 2,
              width: Math.max(1.5, x(until) - x(from)),
              height: BAR_HEIGHT,
              rx: 2,
              class: `bar ${door} ${isKept ? 'kept' : (because ?? '')}`.trim(),
            },
            `${label}${because === undefined ? '' : `, ${because}`}: ${timeText(from)} to ${timeText(until)}`,
          ),
        ),
  }));
};

const pullsLane = ({ pulls }: CustomerTale, { x }: Scale): Lane => ({
  label: 'pulls',
  draw: (middle) =>
    pulls.map(({ at, text, isServed }) =>
      shape(
        'circle',
        { cx: x(at), cy: middle, r: 4, class: isServed ? 'pull served' : 'pull refused' },
        `${timeText(at)}: ${text}`,
      ),
    ),
});

const TICK = 'M-4 0 L-1 4 L5 -4';
const CROSS = 'M-4 -4 L4 4 M-4 4 L4 -4';

const outcomesLane = (outcomes: readonly Outcome[], { x }: Scale): Lane => ({
  label: 'expected',
  draw: (middle) =>
    outcomes.map(({ at, isMet, what, expected, actual }) =>
      shape(
        'path',
        {
          d: isMet ? TICK : CROSS,
          transform: `translate(${x(at)} ${middle})`,
          class: isMet ? 'met' : 'missed',
        },
        `${timeText(at)}: ${what}: expected ${expected}, actual ${actual}`,
      ),
    ),
});

/** Behind all lanes: when what was wrong. */
export const troubleShapes = (
  { trouble }: RehearsalResult,
  { x }: Scale,
  { top, height }: { readonly top: number; readonly height: number },
): readonly string[] =>
  trouble.map(({ from, until, kind, text }) =>
    shape(
      'rect',
      {
        x: x(from),
        y: top,
        width: Math.max(2, x(until) - x(from)),
        height,
        class: `trouble ${kind}`,
      },
      `${text}: ${timeText(from)} to ${timeText(until)}`,
    ),
  );

/** The name of a lane and the line it stands on. */
export const laneFrame = (label: string, middle: number): readonly string[] => [
  element('text', { x: LEFT - 8, y: middle + 4, class: 'label' }, escaped(cut(label))),
  element('line', { x1: LEFT, y1: middle, x2: RIGHT, y2: middle, class: 'rail' }),
];

const LABEL_MAX = 30;

const cut = (label: string): string =>
  label.length <= LABEL_MAX ? label : `${label.slice(0, LABEL_MAX - 1)}…`;
