import {
  type BreakerView,
  liftBreaker,
  showBreaker,
} from '../../functions/usecases/lift-breaker.ts';
import { actorOf, isGiven, positionals } from '../args.ts';
import { type Command, type Context, type Result, UsageError } from '../command.ts';
import { plural, section, timeText } from '../format.ts';

export const breaker: Command = {
  name: 'breaker',
  summary: 'what stops too many revocations at once: show it, or lift it for today',
  usage: ['wharfage breaker show', 'wharfage breaker lift --yes [--by <name>]'],
  details:
    "When Stripe's answers would take access from more customers in two days than max(3, 5 %), the rest\nstay granted and are held. Lifting lets today's revocations pass and looks at everyone held again.\nDeadlines, manual acts and deleted customers are never held.",
  example: 'wharfage breaker lift --yes --by ada',
  options: { yes: { type: 'boolean' }, by: { type: 'string' } },
  prepare: (args) => {
    const [act] = positionals(args, 'show or lift');
    if (act === 'show') return show;
    if (act !== 'lift') {
      throw new UsageError(`wharfage breaker takes show or lift, got ${JSON.stringify(act)}`);
    }
    const by = actorOf(args);
    return isGiven(args, 'yes') ? (context) => lift(context, by ?? context.user) : warn;
  },
};

const show = async ({ deps }: Context): Promise<Result> => {
  const view = await showBreaker(deps)();
  return { code: view.held.length > 0 ? 1 : 0, text: textOf(view), data: view };
};

const textOf = ({
  today,
  yesterday,
  customersWithAccess,
  limit,
  left,
  held,
}: BreakerView): string =>
  [
    `At most ${plural(limit, 'customer')} of ${customersWithAccess} may lose access in two days.`,
    left === 'lifted'
      ? `Lifted for ${today.day} by ${today.liftedBy ?? 'unknown'}${today.liftedAt === undefined ? '' : ` at ${timeText(today.liftedAt)}`}.`
      : `${left} more may lose it today.`,
    ...section(`Revoked ${today.day}`, today.customers),
    ...section(
      `Revoked ${yesterday.day}${yesterday.liftedAt === undefined ? '' : ' (lifted, does not count)'}`,
      yesterday.customers,
    ),
    ...section('Held', held),
  ].join('\n');

const warn = async ({ deps }: Context): Promise<Result> => {
  const view = await showBreaker(deps)();
  return {
    code: 1,
    text: `${textOf(view)}\n\nLifting lets ${plural(view.held.length, 'held customer')} lose access now, and whoever else Stripe says has ended today.\nLook at some of them in Stripe first. Then: wharfage breaker lift --yes`,
    data: { ...view, lifted: false },
  };
};

const lift = async ({ deps }: Context, by: string): Promise<Result> => {
  const { day, queued } = await liftBreaker(deps)(by);
  return {
    code: 0,
    text: `Lifted by ${by} until ${day} ends in UTC; ${plural(queued.length, 'held customer is', 'held customers are')} looked at again now.`,
    data: { day, by, queued, lifted: true },
  };
};
