import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

const NAME = 'loseOneAnswer';

/** From now on the first call takes effect and its answer is lost on the way. */
export const loseOneAnswer = (client: DynamoDBClient): void => {
  let isLost = false;
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      if (isLost) return answer;
      isLost = true;
      throw Object.assign(new Error('answer lost'), { name: 'TimeoutError' });
    },
    { step: 'finalizeRequest', priority: 'low', name: NAME },
  );
};

export const loseNoMoreAnswers = (client: DynamoDBClient): void => {
  client.middlewareStack.remove(NAME);
};
