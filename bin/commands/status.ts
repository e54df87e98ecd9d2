import { type Explanation, explainCustomer } from '../../functions/usecases/explain-customer.ts';
import { customerIdOf, positionals } from '../args.ts';
import type { Command, Place } from '../command.ts';
import {
  credentialText,
  entitlementText,
  keptText,
  standingText,
  transitionText,
} from '../customer-text.ts';
import { section, table, timeText } from '../format.ts';

export const status: Command = {
  name: 'status',
  summary: 'what a customer may pull, until when and why',
  usage: ['wharfage status <cus_…>'],
  details:
    'Shows what is stored: entitlements, repositories at each door, AWS accounts, pull credentials\n(never a secret) and the last changes. Asks neither Stripe nor ECR; `wharfage sync` does.',
  example: 'wharfage status cus_NffrFeUfNV2Hib',
  options: {},
  prepare: (args) => {
    const customerId = customerIdOf(positionals(args, 'a customer id')[0]);
    return async ({ deps }) => {
      const explanation = await explainCustomer(deps)(customerId);
      if (explanation === undefined) {
        return {
          code: 1,
          text: `${customerId} is not known to stage ${deps.place.stage}. If it is a customer in Stripe who subscribes to a catalogued product, run: wharfage sync ${customerId}`,
          data: { customerId, known: false },
        };
      }
      return {
        code: 0,
        text: textOf(explanation, deps.place, deps.clock()),
        data: { customerId, known: true, ...explanation },
      };
    };
  },
};

const textOf = (explanation: Explanation, place: Place, now: number): string => {
  const { customer, entitlements, gateway, kept, awsDoor, credentials, transitions } = explanation;
  return [
    `${customer.customerId}, stage ${place.stage}${customer.isDeleted ? ', deleted in Stripe' : ''}`,
    ...section(
      'Entitlements',
      table(entitlements.map((each) => [each.offerId, entitlementText(each, now)])),
    ),
    ...(entitlements.length === 0 ? ['', 'No entitlements.'] : []),
    ...section(
      'Pulls with a credential',
      table(gateway.map(({ repository, until }) => [repository, `until ${timeText(until)}`])),
    ),
    ...section(
      'Stays with a credential after the end',
      table(kept.map((each) => [each.offerId, keptText(each)])),
    ),
    ...section('Pulls from the customer’s AWS accounts', awsDoorLines(awsDoor, place)),
    ...section('AWS accounts', [
      ...customer.accounts,
      ...customer.malformedAccounts.map((text) => `${text}: not an account id, ignored`),
    ]),
    ...section(
      'Pull credentials',
      table(credentials.map(({ credentialId, state }) => [credentialId, credentialText(state)])),
    ),
    ...section(
      'Manual grants',
      customer.grants.map(
        ({ offerId, until, by }) => `${offerId} until ${timeText(until)}, by ${by}`,
      ),
    ),
    ...section(
      'Last changes',
      transitions.flatMap((each) => [
        `${timeText(each.at)}  ${each.because}${each.actor === undefined ? '' : ` (${each.actor})`}: ${transitionText(each)}`,
        ...each.evidence.map((line) => `    ${line}`),
      ]),
    ),
    ...section('Progress', progressLines(customer)),
  ].join('\n');
};

const awsDoorLines = (awsDoor: Explanation['awsDoor'], { ecrHost }: Place): readonly string[] =>
  awsDoor.flatMap(({ repository, until, accounts }) => [
    `${ecrHost}/${repository} until ${timeText(until)}`,
    ...Object.entries(accounts).map(
      ([account, standing]) => `  ${account}  ${standingText(standing)}`,
    ),
  ]);

const progressLines = (customer: Explanation['customer']): readonly string[] => {
  const { verifiedAt, verifiedBy, dueAt, retries, version, effectsDone, isHeld } = customer;
  return [
    verifiedAt === undefined
      ? 'never verified with Stripe'
      : `last verified with Stripe ${timeText(verifiedAt)} (${verifiedBy ?? 'unknown'})`,
    dueAt === undefined ? 'nothing to wait for' : `next look ${timeText(dueAt)}`,
    ...(retries > 0 ? [`${retries} reads of Stripe in a row have failed`] : []),
    ...(effectsDone < version ? ['effects of the last change are not done yet'] : []),
    ...(isHeld ? ['a loss is held by the breaker: wharfage breaker show'] : []),
  ];
};
