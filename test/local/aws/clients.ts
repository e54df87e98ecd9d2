import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../../local/aws/account.ts';

const config = (endpoint: string) => ({
  endpoint,
  region: LOCAL_REGION,
  credentials: LOCAL_CREDENTIALS,
  maxAttempts: 1,
});

export const sqsClient = (endpoint: string) => new SQSClient(config(endpoint));
export const ecrClient = (endpoint: string) => new ECRClient(config(endpoint));
export const secretsClient = (endpoint: string) => new SecretsManagerClient(config(endpoint));

/** A clock that stands still until it is told to move. */
export const stoppedClock = (at = 1_800_000_000) => {
  let time = at;
  return {
    now: () => time,
    advance: (seconds: number) => {
      time += seconds;
    },
  };
};
