import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Catalog } from '../functions/core/catalog.ts';
import { EVENT_TYPES } from '../functions/core/event-types.ts';
import type { EpochSeconds } from '../functions/core/time.ts';
import { type Blobs, directoryBlobs, memoryBlobs } from './aws/blobs.ts';
import { type EcrStandIn, type EcrState, startEcr } from './aws/ecr.ts';
import {
  type SecretsStandIn,
  type SecretsState,
  startSecretsManager,
} from './aws/secrets-manager.ts';
import { type SqsStandIn, type SqsState, startSqs } from './aws/sqs.ts';
import { startTable, type TableStandIn } from './aws/table.ts';
import {
  FRONT_SECRET,
  PROBE_REPOSITORY,
  queueDefinitions,
  STRIPE_KEY_SECRET,
  TABLE_NAME,
  TOKENS_SECRET,
  WEBHOOK_SECRET,
} from './names.ts';
import { type Storage, startStorage } from './storage.ts';
import { type StripeServer, stripeServer } from './stripe/server.ts';

/** Stripe's real test mode, given by the environment. */
export type RealStripe = { readonly key: string; readonly webhookSecret: string };

export type FarEndsState = {
  readonly sqs?: SqsState;
  readonly ecr?: EcrState;
  readonly secrets?: SecretsState;
  readonly stripe?: ReturnType<StripeServer['snapshot']>;
  readonly webhookSecret?: string;
  readonly frontSecret?: string;
};

export type FarEnds = {
  readonly sqs: SqsStandIn;
  readonly ecr: EcrStandIn;
  readonly secrets: SecretsStandIn;
  readonly table: TableStandIn;
  /** Where ECR's layers come from. */
  readonly storage: Storage;
  readonly blobs: Blobs;
  /** What the front sends along with each request to the gateway. */
  readonly frontSecret: string;
  /** Absent when Stripe's real test mode is used. */
  readonly stripe: StripeServer | undefined;
  snapshot(): FarEndsState;
  close(): Promise<void>;
};

type Options = {
  readonly now: () => EpochSeconds;
  readonly catalog: Catalog;
  readonly state: FarEndsState;
  /** Where the table and the layers are kept; in memory without it. */
  readonly directory?: string;
  readonly realStripe: RealStripe | undefined;
  /** Where the webhook function listens. */
  readonly webhookUrl: () => string;
};

const LOCAL_KEY = 'rk_test_local';

/** What is at the far end of the wire: every AWS service and Stripe, each on loopback. */
export const startFarEnds = async (options: Options): Promise<FarEnds> => {
  const { now, catalog, state, directory, realStripe } = options;
  const webhookSecret =
    realStripe?.webhookSecret ?? state.webhookSecret ?? `whsec_${randomBytes(24).toString('hex')}`;
  const frontSecret = state.frontSecret ?? randomBytes(32).toString('hex');
  const repositories = Object.values(catalog.offers).flatMap((offer) => offer.repositories);
  const sqs = await startSqs({ now, queues: queueDefinitions, ...given('state', state.sqs) });
  const blobs =
    directory === undefined ? memoryBlobs() : await directoryBlobs(join(directory, 'blobs'));
  const storage = await startStorage({ now, blobs });
  const ecr = await startEcr({
    now,
    blobs,
    layerUrl: storage.layerUrl,
    repositories: [...new Set(repositories), PROBE_REPOSITORY],
    ...given('state', state.ecr),
  });
  const secrets = await startSecretsManager({
    now,
    secrets: {
      [STRIPE_KEY_SECRET]: realStripe?.key ?? LOCAL_KEY,
      [WEBHOOK_SECRET]: JSON.stringify({ current: webhookSecret }),
      [FRONT_SECRET]: JSON.stringify({ current: frontSecret }),
      [TOKENS_SECRET]: JSON.stringify({ current: randomBytes(32).toString('hex') }),
    },
    ...given('state', withoutGiven(state.secrets)),
  });
  const table = await startTable({
    tableName: TABLE_NAME,
    ...given('path', directory && join(directory, 'table')),
  });
  const stripe = realStripe === undefined ? await startStripe(options, webhookSecret) : undefined;
  return {
    sqs,
    ecr,
    secrets,
    table,
    storage,
    blobs,
    frontSecret,
    stripe,
    snapshot: () => ({
      sqs: sqs.snapshot(),
      ecr: ecr.snapshot(),
      secrets: secrets.snapshot(),
      frontSecret,
      ...(stripe === undefined ? {} : { stripe: stripe.snapshot(), webhookSecret }),
    }),
    close: async () => {
      for (const each of [stripe, sqs, ecr, secrets, table, storage]) await each?.close();
    },
  };
};

const startStripe = ({ now, state, webhookUrl }: Options, webhookSecret: string) =>
  stripeServer({
    now,
    key: LOCAL_KEY,
    webhook: {
      get url() {
        return webhookUrl();
      },
      secrets: () => [webhookSecret],
      types: EVENT_TYPES,
    },
    ...given('state', state.stripe),
  });

/** Stripe's two secrets are this start's, whatever an earlier one was given; the front's is kept beside. */
const withoutGiven = (state: SecretsState | undefined): SecretsState | undefined =>
  state && {
    secrets: state.secrets.filter(
      ({ name }) => ![STRIPE_KEY_SECRET, WEBHOOK_SECRET, FRONT_SECRET].includes(name),
    ),
  };

/** An optional property that is there only when it has a value. */
const given = <Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { [Key in Name]: Value });
