import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { type AlarmSources, alarmRules } from './alarm-rules.ts';
import { nameOf } from './names.ts';

/** An SNS topic as a construct, or as `{ topicArn }` when it exists already. */
export type AlarmTopic = Pick<ITopic, 'topicArn'>;

/** Every rule as an alarm of this stage; the topic, if there is one, hears its beginning and its end. */
export const alarms = (
  scope: Construct,
  sources: AlarmSources,
  topic: AlarmTopic | undefined,
): void => {
  for (const { name, whatToDo, window, operator, missing, ...rule } of alarmRules(sources)) {
    const alarm = new Alarm(scope, `${name}Alarm`, {
      ...rule,
      ...window,
      alarmName: nameOf(sources.stage, name),
      alarmDescription: whatToDo,
      comparisonOperator: operator ?? ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: missing ?? TreatMissingData.NOT_BREACHING,
    });
    if (topic !== undefined) {
      // Not CDK's SnsAction: it wants a construct, and what the vendor has is often an ARN.
      const tell = { bind: () => ({ alarmActionArn: topic.topicArn }) };
      alarm.addAlarmAction(tell);
      alarm.addOkAction(tell);
    }
  }
};
