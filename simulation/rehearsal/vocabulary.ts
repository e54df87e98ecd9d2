import type { OpenReason, WithheldReason } from '../../functions/core/customer.ts';
import type { MetricName } from '../../functions/core/metrics.ts';
import type { Refusal } from '../../functions/core/refusal.ts';
import type { Service } from '../kernel/faults.ts';
import type { ProcessName } from '../kernel/process.ts';

/*
 * Fixed words of the format that other code owns as types. A record of each makes the compiler say when
 * one is missing here.
 */

const namesOf = <Name extends string>(record: Readonly<Record<Name, true>>): readonly Name[] =>
  Object.keys(record) as Name[];

export const METRICS = namesOf<MetricName>({
  WebhookAccepted: true,
  WebhookRefused: true,
  WebhookIgnored: true,
  WebhookPreviousSecret: true,
  StripeUnauthorized: true,
  StripeUnavailable: true,
  StripeMissing: true,
  SubscriptionHeld: true,
  AccountMalformed: true,
  AccessGranted: true,
  AccessRevoked: true,
  BreakerHeld: true,
  CatalogLossWaiting: true,
  DriftFound: true,
  DriftRepeated: true,
  AccountQuarantined: true,
  VendorStatementDead: true,
  PolicyUsedPercent: true,
  PolicyOverflow: true,
  RepositoryMissing: true,
  SweepCompleted: true,
  StripeReadsPercent: true,
  FrontRefused: true,
  GatewayUnavailable: true,
  LedgerFailed: true,
  HostileRedirect: true,
  DigestMismatch: true,
  IndexCompleted: true,
  IndexFailed: true,
  ReleaseOdd: true,
});

export const OPEN_REASONS = namesOf<OpenReason>({
  trialing: true,
  paid: true,
  awaiting_payment: true,
  past_due: true,
  manual: true,
  status_unknown: true,
  not_listed: true,
});

export const WITHHELD_REASONS = namesOf<WithheldReason>({
  first_payment: true,
  unpaid_adds_nothing: true,
  unpaid: true,
  canceled: true,
  incomplete: true,
  incomplete_expired: true,
  paused: true,
  collection_paused: true,
  disputed: true,
  refunded: true,
  status_unknown: true,
  period_unknown: true,
  product_removed: true,
  deadline: true,
  grant_ended: true,
  customer_deleted: true,
  catalog: true,
});

export const REFUSALS = namesOf<Refusal['kind']>({
  no_credential: true,
  invalid_token: true,
  expired_token: true,
  wrong_credential: true,
  retired_credential: true,
  lapsed: true,
  unknown_repository: true,
  unknown_manifest: true,
  archived_manifest: true,
  oversized_manifest: true,
  ambiguous_manifest: true,
  unknown_blob: true,
  invalid_name: true,
  invalid_reference: true,
  invalid_digest: true,
  invalid_page: true,
  invalid_token_request: true,
  no_such_route: true,
  method_refused: true,
  head_refused: true,
  too_many_misses: true,
  index_incomplete: true,
  referrers_incomplete: true,
  unavailable: true,
  hostile_redirect: true,
  digest_mismatch: true,
});

export const FUNCTIONS = namesOf<ProcessName>({
  webhook: true,
  sync: true,
  sweep: true,
  'apply-policy': true,
  'index-release': true,
  gateway: true,
  operator: true,
});

export const SERVICES = namesOf<Service>({
  stripe: true,
  dynamodb: true,
  sqs: true,
  ecr: true,
  secretsmanager: true,
});

export const STRIPE_READS = [
  'GET /v1/customers/:id',
  'GET /v1/subscriptions',
  'GET /v1/subscriptions/:id',
  'GET /v1/subscription_items',
  'GET /v1/invoice_payments',
  'GET /v1/charges',
  'GET /v1/charges/:id',
  'GET /v1/disputes',
  'GET /v1/events',
] as const;
