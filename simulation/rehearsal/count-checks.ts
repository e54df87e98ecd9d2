import type { World } from '../world/world.ts';
import { type Counters, countText, isWithin } from './counters.ts';
import type { Check, Count } from './rehearsal.ts';

type Counted = Extract<Check, { readonly kind: 'metric' | 'webhook' | 'reads' | 'dead_letters' }>;

const COUNTED: readonly string[] = [
  'metric',
  'webhook',
  'reads',
  'dead_letters',
] satisfies readonly Counted['kind'][];

export const isCounted = (check: Check): check is Counted => COUNTED.includes(check.kind);

type Tally = {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  readonly isMet: boolean;
};

/** What has been counted up to now, beside what was expected. */
export const tally = (world: World, counters: Counters, check: Counted): readonly Tally[] => {
  switch (check.kind) {
    case 'metric':
      return [counted(`${check.metric} was counted`, metrics(world, check), check.count)];
    case 'webhook':
      return [counted(webhookText(check), webhookAnswers(world, counters, check), check.count)];
    case 'reads':
      return readTallies(world, counters, check);
    default: {
      const { customers, policies } = world.far.queues;
      const dead = customers.dead().length + policies.dead().length;
      return [counted('dead letters', dead, check.count)];
    }
  }
};

const counted = (what: string, count: number, wanted: Count): Tally => ({
  what,
  expected: countText(wanted),
  actual: String(count),
  isMet: isWithin(count, wanted),
});

type Of<Kind extends Counted['kind']> = Extract<Counted, { readonly kind: Kind }>;

const metrics = ({ far, plan }: World, { metric, since }: Of<'metric'>): number =>
  far.said.filter((said) => said.metric === metric && said.at >= plan.startsAt + since).length;

const webhookText = ({ status, type = 'a delivery' }: Of<'webhook'>): string =>
  `${type} was answered ${status === 0 ? 'nothing' : status}`;

const webhookAnswers = (
  { plan }: World,
  { answers }: Counters,
  { status, type, since }: Of<'webhook'>,
): number =>
  answers.filter(
    (answer) =>
      answer.status === status &&
      (type ?? answer.type) === answer.type &&
      answer.sentAt >= plan.startsAt + since,
  ).length;

const readTallies = (
  { plan }: World,
  counters: Counters,
  { operation, count, perSecondMax, since }: Of<'reads'>,
): readonly Tally[] => {
  const reads = counters.reads.filter(
    (read) => (operation ?? read.operation) === read.operation && read.at >= plan.startsAt + since,
  );
  const what = operation ?? 'requests to Stripe';
  const perSecond = new Map<number, number>();
  for (const { at } of reads) {
    const second = Math.floor(at);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  const most = Math.max(0, ...perSecond.values());
  const rate =
    perSecondMax === undefined
      ? []
      : [counted(`${what} in one second`, most, { min: 0, max: perSecondMax })];
  return [counted(what, reads.length, count), ...rate];
};
