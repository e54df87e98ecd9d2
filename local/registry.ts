import { randomUUID } from 'node:crypto';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { isoOf } from '../functions/core/calendar.ts';
import type { EpochSeconds } from '../functions/core/time.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from './aws/account.ts';
import type { FarEnds } from './far-ends.ts';
import { type Front, startFront } from './front.ts';
import { throughJson } from './lambda/context.ts';
import { startFunctionUrl } from './lambda/function-url.ts';
import { STAGE } from './names.ts';

/** Where customers pull, and what keeps its index. */
export type Registry = {
  /** `http://127.0.0.1:4244` */
  readonly origin: string;
  /** One tick of index-release, as its schedule would start it. */
  indexTick(): Promise<void>;
  close(): Promise<void>;
};

type Options = {
  readonly farEnds: FarEnds;
  readonly now: () => EpochSeconds;
  readonly port: number;
  readonly report: (message: string, error: unknown) => void;
};

/** The gateway behind its front, and index-release behind ECR's events, as AWS would call them. */
export const startRegistry = async (options: Options): Promise<Registry> => {
  const { farEnds, now, report } = options;
  const [gateway, indexRelease] = await Promise.all([
    import('../functions/gateway.ts'),
    import('../functions/index-release.ts'),
  ]);
  const url = await startFunctionUrl({
    functionName: 'gateway',
    handler: (event: LambdaFunctionURLEvent) => gateway.handler(event),
    now,
    report,
  });
  const front = await startFrontOrClose(options, url);
  const invoke = async (event: object): Promise<void> => {
    await indexRelease.handler(throughJson(event));
  };
  farEnds.ecr.events.deliverTo((event) =>
    // Lambda tries an event twice more; here the next tick finds what was missed.
    invoke(event).catch((error: unknown) => report('index-release failed', error)),
  );
  return {
    origin: front.origin,
    indexTick: () => invoke(scheduledEvent(now())),
    close: async () => {
      await front.close();
      await url.close();
      await farEnds.ecr.events.flush();
    },
  };
};

const startFrontOrClose = async (
  { farEnds, port, report }: Options,
  gateway: { readonly url: string; close(): Promise<void> },
): Promise<Front> => {
  try {
    return await startFront({ gatewayUrl: gateway.url, secret: farEnds.frontSecret, port, report });
  } catch (error) {
    await gateway.close();
    throw error;
  }
};

/** As EventBridge words a schedule [V: AWS's sample event]. */
const scheduledEvent = (now: EpochSeconds) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: LOCAL_ACCOUNT,
  time: isoOf(now),
  region: LOCAL_REGION,
  resources: [
    `arn:aws:events:${LOCAL_REGION}:${LOCAL_ACCOUNT}:rule/wharfage-${STAGE}-index-release`,
  ],
  detail: {},
});
