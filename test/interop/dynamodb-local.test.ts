import { afterAll } from 'vitest';
import { storeContracts } from '../contracts/all-stores.ts';
import { dynamoServer } from '../support/dynamo-server.ts';

const endpoint = process.env.DYNAMODB_ENDPOINT;
if (endpoint === undefined) {
  throw new Error('DYNAMODB_ENDPOINT is not set: start this with npm run test:interop');
}

/** Amazon's own: where dynalite differs from DynamoDB, this is the one to believe. */
const server = await dynamoServer(endpoint);
afterAll(server.close);

storeContracts('stores in DynamoDB Local', server.stores);
