import { EVENT_TYPES } from '../../functions/core/event-types.ts';
import type { Fault } from '../kernel/faults.ts';
import type { Mishap } from '../world/stripe.ts';
import { customer, repository } from './names.ts';
import { OPERATIONS } from './operations.ts';
import {
  choice,
  given,
  map,
  needed,
  number,
  object,
  optional,
  type Reader,
  text,
  truth,
} from './readers.ts';
import { note, type Place } from './reading.ts';
import type { Step } from './rehearsal.ts';
import { duration, moment } from './times.ts';
import { FUNCTIONS, SERVICES } from './vocabulary.ts';

/* What goes wrong on the way: events of Stripe's, and calls of ours. */

const share = number(0, 1, 'any');
export const eventType = choice(EVENT_TYPES);

/** `for: 3d` or `until: +6d`: one of the two. */
export const untilOf = (
  place: Place,
  {
    for: seconds,
    until,
  }: { readonly for?: number | undefined; readonly until?: number | undefined },
): number | undefined => {
  if ((seconds === undefined) === (until === undefined)) {
    return note(place, `${place.path} takes for or until, and not both: for: 3d, or until: +6d`);
  }
  const { at } = place.reading;
  const end = until ?? at + (seconds ?? 0);
  return end > at ? end : note(place, `${place.path}.until is over before it begins`);
};

const events: Reader<Step> = map(
  object({
    are: needed(choice(['lost', 'never_generated', 'doubled', 'delayed'])),
    by: optional(duration),
    for: optional(duration),
    until: optional(moment),
    type: optional(eventType),
    customer: optional(customer),
    share: optional(share),
  }),
  (read, place): Step | undefined => {
    const until = untilOf(place, read);
    const mishap = mishapOf(place, read.are, read.by);
    if (until === undefined || mishap === undefined) return undefined;
    const { type, customer: about } = read;
    const travel = { until, share: read.share ?? 1, mishap, ...given({ type, customer: about }) };
    return { kind: 'travel', travel };
  },
);

const mishapOf = (
  place: Place,
  are: Mishap['kind'],
  seconds: number | undefined,
): Mishap | undefined => {
  if (are === 'delayed') {
    return seconds === undefined
      ? note(place, 'events.by is missing: delayed events need it, such as by: 2d')
      : { kind: are, seconds };
  }
  return seconds === undefined
    ? { kind: are }
    : note(place, `events.by is for delayed events, and these are ${are}`);
};

/** What else a kind of fault says, and must say. */
const MORE = {
  refused: 'status',
  lost: undefined,
  unanswered: undefined,
  late: 'by',
  slow: 'by',
  stale: 'by',
  broken_paging: 'pages',
  dies: 'when',
} as const satisfies Readonly<Record<Fault['kind'], string | undefined>>;

type FaultKind = keyof typeof MORE;

const KINDS = Object.keys(MORE) as FaultKind[];

const fault: Reader<Step> = map(
  object({
    kind: needed(choice(KINDS)),
    status: optional(number(400, 599)),
    by: optional(duration),
    pages: optional(choice(['empty', 'repeats', 'emptied'])),
    when: optional(choice(['before', 'after'])),
    service: optional(choice(SERVICES)),
    operation: optional(choice(Object.values(OPERATIONS).flat())),
    function: optional(choice(FUNCTIONS)),
    customer: optional(customer),
    repository: optional(repository),
    for: optional(duration),
    until: optional(moment),
    share: optional(share),
  }),
  (read, place): Step | undefined => {
    const until = untilOf(place, read);
    const what = faultOf(place, read);
    if (until === undefined || what === undefined) return undefined;
    if (!isOfService(place, read.service, read.operation)) return undefined;
    const key = read.customer ?? read.repository;
    const window = { until, share: read.share ?? 1, fault: what };
    const { service, operation, function: process } = read;
    return { kind: 'fault', fault: { ...window, ...given({ service, operation, process, key }) } };
  },
);

type FaultFields = {
  readonly kind: FaultKind;
  readonly status?: number;
  readonly by?: number;
  readonly pages?: 'empty' | 'repeats' | 'emptied';
  readonly when?: 'before' | 'after';
};

const faultOf = (place: Place, read: FaultFields): Fault | undefined => {
  const own = MORE[read.kind];
  for (const name of ['status', 'by', 'pages', 'when'] as const) {
    const isGiven = read[name] !== undefined;
    if (isGiven && name !== own) {
      return note(place, `fault.${name} says nothing about a fault of kind ${read.kind}`);
    }
    if (!isGiven && name === own) {
      return note(place, `fault.${name} is missing: a fault of kind ${read.kind} needs it`);
    }
  }
  const { status = 500, by: seconds = 0, pages: how = 'empty', when = 'before' } = read;
  switch (read.kind) {
    case 'refused':
      return { kind: 'refused', status };
    case 'late':
    case 'slow':
    case 'stale':
      return { kind: read.kind, seconds };
    case 'broken_paging':
      return { kind: 'broken_paging', how };
    case 'dies':
      return { kind: 'dies', when };
    default:
      return { kind: read.kind };
  }
};

const isOfService = (
  place: Place,
  service: keyof typeof OPERATIONS | undefined,
  operation: string | undefined,
): boolean => {
  if (service === undefined || operation === undefined) return true;
  if (OPERATIONS[service].includes(operation)) return true;
  note(
    place,
    `fault.operation is "${operation}": ${service} has ${OPERATIONS[service].join(', ')}`,
  );
  return false;
};

const deliver: Reader<Step> = map(
  object({
    type: needed(eventType),
    as_type: optional(text(/^[a-z0-9_.]{1,100}$/, 'an event type as Stripe spells them is needed')),
    livemode: optional(truth),
    api_version: optional(
      text(/^[0-9a-z.-]{1,40}$/, 'an API version such as 2024-06-20 is needed'),
    ),
    account: optional(text(/^acct_[A-Za-z0-9]{1,40}$/, 'an account id such as acct_1 is needed')),
    signed_with: optional(choice(['current', 'previous', 'both', 'another'])),
    age: optional(duration),
    body: optional(choice(['as_signed', 'reserialized', 'base64', 'bom', 'eventbridge', 'empty'])),
    header: optional(choice(['v1', 'v0', 'missing'])),
    expect: optional(number(200, 599)),
  }),
  (read): Step => ({
    kind: 'act',
    act: {
      who: 'stripe',
      does: 'deliver',
      type: read.type,
      overwrite: given({
        type: read.as_type,
        livemode: read.livemode,
        api_version: read.api_version,
        account: read.account,
      }),
      signedWith: read.signed_with ?? 'current',
      ageSeconds: read.age ?? 0,
      body: read.body ?? 'as_signed',
      header: read.header ?? 'v1',
    },
    check: { kind: 'delivery', ...given({ expected: read.expect }) },
  }),
);

const resend: Reader<Step> = map(eventType, (type) => ({
  kind: 'act',
  act: { who: 'stripe', does: 'resend', type },
}));

export const TROUBLE = { events, fault, deliver, resend } as const satisfies Readonly<
  Record<string, Reader<Step>>
>;
