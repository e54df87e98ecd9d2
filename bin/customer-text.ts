import type { CredentialState } from '../functions/core/credential-state.ts';
import type { Transition } from '../functions/core/customer.ts';
import type { Kept } from '../functions/core/kept-time.ts';
import { unreachable } from '../functions/core/unreachable.ts';
import type { ExplainedEntitlement, Standing } from '../functions/usecases/explain-customer.ts';
import { timeText } from './format.ts';

export const noSuchCustomerText = (customerId: string): string =>
  `there is no customer ${customerId} in this stage's mode of Stripe`;

export const entitlementText = (entitlement: ExplainedEntitlement, now: number): string => {
  if (entitlement.kind === 'withheld') {
    const { because, source, endedAt } = entitlement;
    const ended = endedAt === undefined ? '' : `, ended ${timeText(endedAt)}`;
    return `withheld: ${because} (${source})${ended}`;
  }
  const { window, because, source, graceAt, held } = entitlement;
  const from = window.startsAt > now ? `from ${timeText(window.startsAt)} ` : '';
  return [
    `granted ${from}until ${timeText(window.endsAt)}: ${because} (${source})`,
    ...graceText(graceAt ?? window.endsAt, window.endsAt, now),
    ...(held === undefined ? [] : [`held by the ${held}`]),
  ].join(', ');
};

export const keptText = ({ pushedBefore, endsAt, role }: Kept): string =>
  [
    `what was pushed before ${timeText(pushedBefore)},`,
    endsAt === 'never' ? 'for ever' : `until ${timeText(endsAt)}`,
    `(${role} catalog)`,
  ].join(' ');

const graceText = (graceAt: number, endsAt: number, now: number): readonly string[] => {
  if (graceAt >= endsAt) return [];
  return [`${graceAt <= now ? 'in grace since' : 'grace from'} ${timeText(graceAt)}`];
};

export const standingText = (standing: Standing): string => {
  switch (standing.kind) {
    case 'applied':
      return 'in the policy';
    case 'pending':
      return 'not in the policy yet';
    case 'quarantined':
      return `quarantined since ${timeText(standing.since)}: ECR refuses this account`;
    case 'overflow':
      return 'waiting: the policy is full';
    default:
      return unreachable(standing);
  }
};

export const credentialText = (state: CredentialState): string => {
  switch (state.kind) {
    case 'waiting':
      return `waiting to be claimed until ${timeText(state.claimBy)}`;
    case 'active':
      return `active, claimed ${timeText(state.claimedAt)}`;
    case 'retiring':
      return `active, retires ${timeText(state.retiresAt)}`;
    case 'retired':
      return `retired ${timeText(state.retiredAt)}`;
    case 'unclaimed':
      return `never claimed, gone since ${timeText(state.since)}`;
    default:
      return unreachable(state);
  }
};

/** `+pro until …, -starter`: what a transition opened, moved and closed. */
export const transitionText = ({ before, after }: Transition): string => {
  const old = endsOf(before.windows);
  const now = endsOf(after.windows);
  const changes = [
    ...[...now].flatMap(([offerId, endsAt]) => {
      const was = old.get(offerId);
      if (was === endsAt) return [];
      return [`${was === undefined ? '+' : ''}${offerId} until ${timeText(endsAt)}`];
    }),
    ...[...old.keys()].filter((offerId) => !now.has(offerId)).map((offerId) => `-${offerId}`),
    ...after.accounts.filter((id) => !before.accounts.includes(id)).map((id) => `+account ${id}`),
    ...before.accounts.filter((id) => !after.accounts.includes(id)).map((id) => `-account ${id}`),
  ];
  return changes.length === 0 ? 'other reasons, same access' : changes.join(', ');
};

const endsOf = (
  windows: readonly { readonly offerId: string; readonly endsAt: number }[],
): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>();
  for (const { offerId, endsAt } of windows) {
    ends.set(offerId, Math.max(endsAt, ends.get(offerId) ?? 0));
  }
  return ends;
};
