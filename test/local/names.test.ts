import { describe, expect, it } from 'vitest';
import { QUEUES, queueDefinitions } from '../../local/names.ts';
import { resourcesOf, templateOf } from '../support/template.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** CloudFormation's properties of the stage `local`, in SQS's own spelling of values. */
const deployedQueues = (): Readonly<Record<string, Attributes>> =>
  Object.fromEntries(
    Object.values(resourcesOf(templateOf({ stage: 'local' }), 'AWS::SQS::Queue')).map(
      ({ Properties: { QueueName, RedrivePolicy, ...rest } }) => [
        String(QueueName),
        {
          ContentBasedDeduplication: 'false',
          ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])),
          ...receivesOf(RedrivePolicy),
        },
      ],
    ),
  );

const receivesOf = (policy: unknown): Attributes => {
  const { maxReceiveCount } = Object(typeof policy === 'string' ? JSON.parse(policy) : policy);
  return maxReceiveCount === undefined ? {} : { maxReceiveCount };
};

describe('the names and settings of the local stage', () => {
  it('gives its queues what the stack gives them', () => {
    const local = queueDefinitions.map(({ name, attributes: { RedrivePolicy, ...rest } }) => [
      name,
      { ...rest, ...receivesOf(RedrivePolicy) },
    ]);
    const deployed = deployedQueues();
    expect(local).toHaveLength(4);
    expect(Object.fromEntries(local)).toEqual(
      Object.fromEntries(
        Object.entries(deployed).map(([name, { Tags, ...attributes }]) => [name, attributes]),
      ),
    );
  });

  it('makes a dead-letter queue before the queue that names it', () => {
    const names = queueDefinitions.map(({ name }) => name);
    for (const name of Object.values(QUEUES)) {
      expect(names.indexOf(name.replace('.fifo', '-dead.fifo'))).toBeLessThan(names.indexOf(name));
    }
  });
});
