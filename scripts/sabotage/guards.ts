import type { Guard } from './guard.ts';
import { ARRIVAL_GUARDS } from './guards-arrival.ts';
import { BILLING_GUARDS } from './guards-billing.ts';
import { BREAKER_GUARDS } from './guards-breaker.ts';
import { CREDENTIAL_GUARDS } from './guards-credentials.ts';
import { ENDING_GUARDS } from './guards-endings.ts';
import { ENTRY_GUARDS } from './guards-entry.ts';
import { GATEWAY_GUARDS } from './guards-gateway.ts';
import { MEMBER_GUARDS } from './guards-members.ts';
import { POLICY_GUARDS } from './guards-policies.ts';
import { RELEASE_GUARDS } from './guards-releases.ts';
import { STATE_GUARDS } from './guards-state.ts';
import { SWEEP_GUARDS } from './guards-sweep.ts';

/** Every guard that is broken, one at a time. */
export const GUARDS: readonly Guard[] = [
  ...STATE_GUARDS,
  ...MEMBER_GUARDS,
  ...BILLING_GUARDS,
  ...ENDING_GUARDS,
  ...BREAKER_GUARDS,
  ...ARRIVAL_GUARDS,
  ...SWEEP_GUARDS,
  ...POLICY_GUARDS,
  ...GATEWAY_GUARDS,
  ...ENTRY_GUARDS,
  ...RELEASE_GUARDS,
  ...CREDENTIAL_GUARDS,
];
