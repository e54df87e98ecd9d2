import type { EcrStandIn } from '../aws/ecr.ts';
import type { StripeServer } from '../stripe/server.ts';
import { BadInput, shown } from './bad-input.ts';
import { CUSTOMER_ACTS } from './customer-acts.ts';
import type { Input } from './input.ts';
import { PAYMENT_ACTS } from './payment-acts.ts';
import { REPOSITORY_ACTS } from './repository-acts.ts';
import { SUBSCRIPTION_ACTS } from './subscription-acts.ts';

/** What can be done at Stripe. Reads its fields, does it, and answers what it made. */
export type StripeAct = (input: Input, stripe: Pick<StripeServer, 'world'>) => ActResult;
export type EcrAct = (input: Input, ecr: EcrStandIn) => ActResult;

/** The id of what was made, if anything was. */
export type ActResult = { readonly id?: string };

export type ActDeps = {
  readonly stripe: Pick<StripeServer, 'world'> | undefined;
  readonly ecr: EcrStandIn;
};

const STRIPE_ACTS: Readonly<Record<string, StripeAct>> = {
  ...CUSTOMER_ACTS,
  ...SUBSCRIPTION_ACTS,
  ...PAYMENT_ACTS,
};

const NAMES = [...Object.keys(STRIPE_ACTS), ...Object.keys(REPOSITORY_ACTS)];

/** Does what the body asks for. What Stripe or ECR would refuse is bad input, in their words. */
export const act = ({ stripe, ecr }: ActDeps, input: Input): ActResult => {
  const name = input.choice('act', NAMES);
  const ecrAct = REPOSITORY_ACTS[name];
  if (ecrAct !== undefined) return inTheirWords(() => ecrAct(input, ecr));
  const stripeAct = STRIPE_ACTS[name];
  if (stripeAct === undefined || stripe === undefined) {
    throw new BadInput(
      `act is ${shown(name)}: with Stripe’s real test mode that is done in Stripe’s Dashboard or with its command line`,
    );
  }
  return inTheirWords(() => stripeAct(input, stripe));
};

/** The stand-ins refuse with plain errors; anything more special is a mistake of ours. */
const inTheirWords = (run: () => ActResult): ActResult => {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof Error && ['Error', 'ServiceError'].includes(cause.name)) {
      throw new BadInput(cause.message, { cause });
    }
    throw cause;
  }
};
