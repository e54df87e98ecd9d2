/** The vendor's account and region on this machine; no customer of an example has this account. */
export const LOCAL_ACCOUNT = '000000000000';
export const LOCAL_REGION = 'us-east-1';

/** What an AWS SDK client needs to sign a request to a stand-in, which checks no signature. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;
