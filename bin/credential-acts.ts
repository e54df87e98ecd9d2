import { credentialStateOf } from '../functions/core/credential-state.ts';
import { unreachable } from '../functions/core/unreachable.ts';
import {
  type ClaimOutcome,
  type ClaimRequest,
  claimCredential,
} from '../functions/usecases/claim-credential.ts';
import { type RetireOutcome, retireCredentials } from '../functions/usecases/retire-credential.ts';
import {
  type RotateOutcome,
  type RotateRequest,
  rotateCredential,
} from '../functions/usecases/rotate-credential.ts';
import type { Deps, Result } from './command.ts';
import { credentialText } from './customer-text.ts';
import { errorText, timeText } from './format.ts';
import { handoverData, handoverText } from './handover-text.ts';

/** To whom a secret is handed, and for which registry. */
export type Handover = { readonly username: string; readonly registry: string | undefined };

export const claim = async (
  deps: Deps,
  request: ClaimRequest,
  { username, registry }: Handover,
): Promise<Result> => {
  const outcome = await claimCredential(deps)(request);
  if (outcome.kind === 'claimed') {
    const login = { username, registry: registry ?? deps.place.registry, ...outcome };
    const data = { kind: outcome.kind, ...handoverData(login) };
    return { code: 0, text: handoverText(login), data };
  }
  return {
    code: 1,
    text: refusalText(outcome, username),
    data: { customerId: username, ...outcome },
  };
};

const refusalText = (
  outcome: Exclude<ClaimOutcome, { kind: 'claimed' }>,
  customerId: string,
): string => {
  const rotateHint = `wharfage credential rotate ${customerId}`;
  switch (outcome.kind) {
    case 'none':
      return `${customerId} has no such credential. The first is minted when access first opens; wharfage status ${customerId} lists them`;
    case 'several':
      return `${customerId} has several that wait: add --credential with one of ${outcome.credentialIds.join(', ')}`;
    case 'lost':
      return `credential ${outcome.credentialId} is claimed now, but its secret is gone: ${rotateHint}`;
    case 'refused':
      return `credential ${outcome.credentialId} is ${credentialText(outcome.state)}, and a secret is shown once only. If the customer does not have it: ${rotateHint}`;
    default:
      return unreachable(outcome);
  }
};

export const rotate = async (
  deps: Deps,
  request: RotateRequest,
  { username, registry }: Handover,
): Promise<Result> => {
  const outcome = await rotateCredential(deps)(request);
  if (outcome.kind !== 'rotated') {
    return {
      code: 1,
      text: rotateText(outcome, username, deps.clock()),
      data: { customerId: username, kind: outcome.kind, credentialIds: idsOf(outcome) },
    };
  }
  const { kind, retiring, notRetired } = outcome;
  const login = { username, registry: registry ?? deps.place.registry, ...outcome };
  return {
    code: notRetired.length === 0 ? 0 : 3,
    text: [handoverText(login), ...oldLines(outcome, username, deps.clock())].join('\n'),
    data: { kind, ...handoverData(login), retiring, notRetired },
  };
};

const oldLines = (
  { retiring, notRetired }: Extract<RotateOutcome, { kind: 'rotated' }>,
  customerId: string,
  now: number,
): readonly string[] => [
  ...retiring.map(({ credentialId, retiresAt }) =>
    retiresAt <= now
      ? `${credentialId} is retired: it opens nothing from now on.`
      : `${credentialId} may be used until ${timeText(retiresAt)}.`,
  ),
  ...notRetired.map(
    ({ credentialId, error }) =>
      `${credentialId} could not be retired and goes on working: ${errorText(error)}. When the customer uses the new one: wharfage credential retire ${customerId} --credential ${credentialId}`,
  ),
];

type NotRotated = Exclude<RotateOutcome, { kind: 'rotated' }>;

/** Ids only: a credential's hash is nobody's business. */
const idsOf = (outcome: NotRotated): readonly string[] =>
  outcome.kind === 'too_many' ? outcome.credentials.map(({ credentialId }) => credentialId) : [];

const rotateText = (outcome: NotRotated, customerId: string, now: number): string => {
  switch (outcome.kind) {
    case 'unknown_customer':
      return `${customerId} is not known to this stage: wharfage sync ${customerId}`;
    case 'deleted_customer':
      return `${customerId} was deleted in Stripe: there is nobody to give a credential to`;
    case 'overtaken':
      return 'Somebody else rotates at this moment, and at most two credentials are valid at a time: look at wharfage status, then try again';
    case 'too_many':
      return [
        `${customerId} has two valid credentials already:`,
        ...outcome.credentials.map(
          (each) => `  ${each.credentialId}  ${credentialText(credentialStateOf(each, now))}`,
        ),
        `Claim one that waits, or retire one: wharfage credential retire ${customerId} --credential <id>`,
      ].join('\n');
    default:
      return unreachable(outcome);
  }
};

export const retire = async (
  deps: Deps,
  customerId: string,
  which: { readonly credentialId: string } | 'all',
): Promise<Result> => {
  const outcome = await retireCredentials(deps)(customerId, which);
  const isNone = outcome.retired.length + outcome.already.length === 0;
  return {
    code: outcome.retired.length > 0 ? 0 : 1,
    text: isNone
      ? `${customerId} has no such credential: wharfage status ${customerId} lists them`
      : retireLines(outcome).join('\n'),
    data: { customerId, ...outcome },
  };
};

const retireLines = ({ retired, already }: RetireOutcome): readonly string[] => [
  ...retired.map((credentialId) => `${credentialId} is retired: it opens nothing from now on`),
  ...already.map(({ credentialId, state }) => `${credentialId} was gone: ${credentialText(state)}`),
];
