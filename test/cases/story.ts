import { expect } from 'vitest';
import type { Catalog } from '../../functions/core/catalog.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time.ts';
import type { SubscribeRequest } from '../../local/stripe/acts-subscription.ts';
import { ACCOUNT, type CaseStage, caseStage, type Event, eventsOf } from './stage.ts';

/** `a b`: open repositories of customer C; or of several, by name. */
type Open = string | Readonly<Record<string, string>>;

export type Step = {
  /** Lives through this much time first; a minute unless it says otherwise. */
  readonly afterSeconds?: number;
  readonly act?: (scene: Scene) => void;
  /** What is open then. */
  readonly open: Open;
  /** Only where events travel as the story says: they wait for `released`, or come newest first. */
  readonly events?: 'held' | 'newest_first' | 'released';
  readonly also?: (scene: Scene) => Promise<void>;
};

/** One of Stripe's cases, as numbered in the reference. */
export type Case = {
  readonly number: number;
  readonly sentence: string;
  readonly catalog?: Partial<Catalog>;
  readonly story: readonly Step[];
  /** What may be open whenever the queue is empty, from the end of the first step on. */
  readonly always?: readonly string[];
  /** One look at Stripe tells the truth, and the daily list finds whom to look at; or why not. */
  readonly reachable: true | string;
  /** After the last event has arrived. */
  readonly finally?: (scene: Scene) => Promise<void>;
};

/** The stage, with names for what the story talks about. */
export type Scene = CaseStage & {
  /** Customer C, unless it says otherwise, subscribes to the product of an offer. */
  readonly buy: (
    name: string,
    offers: string,
    request?: Partial<SubscribeRequest> & { readonly by?: string },
  ) => void;
  readonly sub: (name: string) => string;
  readonly chargeOf: (customer: string) => string;
  /** The last one. */
  readonly disputeOf: () => string;
  /** The last event of a type is sent once more, as the Dashboard can. */
  readonly resend: (type: string) => void;
};

/** How events travel from Stripe to the webhook. */
export type Travel = {
  readonly name: string;
  /** `listed`: not delivered. `none`: not even made. The sweep has looked once before the story begins. */
  readonly events: 'delivered' | 'listed' | 'none';
  /** At each instant that is lived through. */
  readonly happened: (scene: Scene, events: readonly Event[], step: Step) => Promise<void>;
  /** With all events of the step. */
  readonly stepEnded: (scene: Scene, events: readonly Event[], step: Step) => Promise<void>;
  readonly ended: (scene: Scene) => Promise<void>;
};

export const nameOf = ({ number, sentence }: Case): string => `case ${number}: ${sentence}`;

/** More than any story makes. */
const EVENTS_MAX = 2_000;

export const tell = async (told: Case, travel: Travel): Promise<void> => {
  const stage = await caseStage(told.catalog);
  const sender = senderOf(stage);
  const scene: Scene = { ...stage, ...castOf(stage), resend: sender.resend };
  if (travel.events === 'none') stage.stripe.delivery.next(EVENTS_MAX, 'never_generate');
  stage.world.createCustomer({ id: 'cus_C', metadata: { aws_account_ids: ACCOUNT } });
  if (travel.events !== 'delivered') await stage.sweep();
  for (const [index, step] of told.story.entries()) {
    const watch = index === 0 ? undefined : told.always;
    const made: Event[] = [];
    const live = async (): Promise<void> => {
      const events = sender.take();
      made.push(...events);
      await travel.happened(scene, events, step);
      await stage.sweepDue();
      await stage.settle();
      if (watch !== undefined) expect(watch).toContain((await stage.access('cus_C')).gateway);
    };
    await passTime(stage, step.afterSeconds ?? MINUTE, live);
    step.act?.(scene);
    await live();
    await travel.stepEnded(scene, made, step);
    await expectOpen(stage, `${nameOf(told)}, step ${index + 1}`, step.open);
    await step.also?.(scene);
  }
  await travel.ended(scene);
  await expectOpen(stage, `${nameOf(told)}, in the end`, told.story.at(-1)?.open ?? '');
  await told.finally?.(scene);
  expect(stage.queue.deadLetters).toEqual([]);
  expect(stage.report.lines.filter(({ message }) => message === 'message failed')).toEqual([]);
};

/** In steps that are short enough to see a day's changes one after the other. */
const passTime = async (
  { time, world }: CaseStage,
  seconds: number,
  live: () => Promise<void>,
): Promise<void> => {
  const hop = seconds > 3 * DAY ? DAY : 6 * HOUR;
  for (let left = seconds; left > 0; left -= hop) {
    time.now += Math.min(hop, left);
    world.tick();
    if (left > hop) await live();
  }
};

const expectOpen = async (stage: CaseStage, when: string, open: Open): Promise<void> => {
  for (const [name, repositories] of Object.entries(
    typeof open === 'string' ? { C: open } : open,
  )) {
    const expected = { gateway: repositories, aws: repositories };
    expect(await stage.access(`cus_${name}`), `${when}: customer ${name}`).toEqual(expected);
  }
};

const castOf = ({
  world,
  stripe,
}: CaseStage): Pick<Scene, 'buy' | 'sub' | 'chargeOf' | 'disputeOf'> => {
  const subscriptions = new Map<string, string>();
  return {
    buy: (name, offers, { by = 'C', ...request } = {}) => {
      const products = offers.split(' ').map((offer) => `prod_${offer}`);
      subscriptions.set(name, world.subscribe({ customer: `cus_${by}`, products, ...request }));
    },
    sub: (name) => subscriptions.get(name) ?? name,
    chargeOf: (customer) => world.chargeIds(`cus_${customer}`).at(-1) ?? 'no charge',
    disputeOf: () => Object.keys(stripe.snapshot().disputes).at(-1) ?? 'no dispute',
  };
};

/** Which events have not been taken to the webhook yet. */
const senderOf = (stage: CaseStage) => {
  const known = new Map<string, Event>();
  const again: Event[] = [];
  return {
    take: (): readonly Event[] => {
      const fresh = eventsOf(stage, known);
      for (const event of fresh) known.set(event.id, event);
      return [...fresh, ...again.splice(0)];
    },
    resend: (type: string): void => {
      again.push(...[...known.values()].filter((event) => event.type === type).slice(-1));
    },
  };
};
