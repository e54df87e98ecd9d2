import { Token } from 'aws-cdk-lib';
import { checkRegistry } from './check-registry.ts';
import { probeRepositoryName } from './names.ts';
import type { WharfageProps } from './wharfage-props.ts';

const STAGE = /^[a-z][a-z0-9]{0,15}$/;
const STRIPE_ACCOUNT = /^acct_[A-Za-z0-9]{1,64}$/;
const TOPIC_ARN = /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/;
const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;
const REPOSITORY = /^[a-z0-9][a-z0-9._/-]{1,255}$/;
const RESERVED_CONCURRENCY_MAX = 1_000;

/** Throws one error with every mistake in it: which prop, its value, what is allowed. */
export const checkProps = (props: WharfageProps): void => {
  const problems = [
    ...checkStage(props),
    ...checkStripeAccount(props),
    ...checkTableName(props),
    ...checkAlarmTopic(props),
    ...checkWholeNumber('stripeReadsMaxPerMonth', props.stripeReadsMaxPerMonth, {
      min: 1_000,
      max: Number.MAX_SAFE_INTEGER,
    }),
    ...checkWholeNumber('reservedConcurrency', props.reservedConcurrency, {
      min: 1,
      max: RESERVED_CONCURRENCY_MAX,
    }),
    ...checkRetired(props),
    ...checkProbe(props),
    ...checkRegistry(props),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
};

const checkStage = ({ stage }: WharfageProps): readonly string[] =>
  STAGE.test(stage)
    ? []
    : [
        `stage is ${JSON.stringify(stage)}: 1 to 16 of a-z and 0-9 are allowed, a letter first. It is part of every name and of statement ids in repository policies, which take nothing else`,
      ];

const checkStripeAccount = ({ stripeAccount }: WharfageProps): readonly string[] =>
  stripeAccount === undefined || STRIPE_ACCOUNT.test(stripeAccount)
    ? []
    : [
        `stripeAccount is ${JSON.stringify(stripeAccount)}: an id such as acct_1032D82eZvKYlo2C is needed`,
      ];

const checkTableName = ({ tableName }: WharfageProps): readonly string[] =>
  tableName === undefined || Token.isUnresolved(tableName) || TABLE_NAME.test(tableName)
    ? []
    : [
        `tableName is ${JSON.stringify(tableName)}: the name of a DynamoDB table is needed, 3 to 255 of a-z, A-Z, 0-9, _, . and -`,
      ];

const checkAlarmTopic = ({ alarmTopic }: WharfageProps): readonly string[] =>
  alarmTopic === undefined ||
  Token.isUnresolved(alarmTopic.topicArn) ||
  TOPIC_ARN.test(alarmTopic.topicArn)
    ? []
    : [
        `alarmTopic.topicArn is ${JSON.stringify(alarmTopic.topicArn)}: an ARN such as arn:aws:sns:eu-west-1:111122223333:alarms is needed`,
      ];

const checkWholeNumber = (
  name: string,
  value: number | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): readonly string[] =>
  value === undefined || (Number.isInteger(value) && value >= min && value <= max)
    ? []
    : [`${name} is ${value}: a whole number from ${min} to ${max} is allowed`];

const checkRetired = ({ retiredRepositories = [] }: WharfageProps): readonly string[] =>
  retiredRepositories
    .filter((name) => !REPOSITORY.test(name))
    .map(
      (name) =>
        `retiredRepositories has ${JSON.stringify(name)}: the exact name of an ECR repository is needed`,
    );

/** The probe repository's policy is overwritten with trials all the time. */
const checkProbe = ({
  stage,
  catalog,
  retiredRepositories = [],
}: WharfageProps): readonly string[] => {
  const probe = probeRepositoryName(stage);
  const lists = [
    ...Object.entries(catalog.offers).map(
      ([id, { repositories }]) => [`offers.${id}.repositories`, repositories] as const,
    ),
    ['retiredRepositories', retiredRepositories] as const,
  ];
  return lists
    .filter(([, names]) => names.includes(probe))
    .map(
      ([path]) =>
        `${path} has ${probe}: that is the probe repository of this stage, which stays empty; name another`,
    );
};
