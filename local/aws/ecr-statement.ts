import { ServiceError } from './service-error.ts';

export type Statement = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Statement =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
};

export const refusal = (constraint: string): ServiceError =>
  new ServiceError(
    'InvalidParameterException',
    `Invalid parameter at 'PolicyText' failed to satisfy constraint: '${constraint}'`,
  );

export const invalidPolicy = (): ServiceError => refusal('Invalid repository policy provided');

const STATEMENT_KEYS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Condition',
];

/** The repository is the resource: a `Resource` element is refused like any unknown one. */
export const checkStatement = (value: unknown): Statement => {
  const valid =
    isObject(value) &&
    Object.keys(value).every((key) => STATEMENT_KEYS.includes(key)) &&
    (value.Effect === 'Allow' || value.Effect === 'Deny') &&
    (value.Sid === undefined || typeof value.Sid === 'string') &&
    isPrincipal(value.Principal ?? value.NotPrincipal) &&
    isActionList(value.Action ?? value.NotAction) &&
    isCondition(value.Condition);
  if (!valid) throw invalidPolicy();
  return value as Statement;
};

const SERVICE = /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/;
const AWS_PRINCIPAL =
  /^(\*|\d{12}|arn:aws(-cn|-us-gov)?:iam::\d{12}:(root|(role|user)\/[\w+=,.@/-]{1,512})|arn:aws(-cn|-us-gov)?:sts::\d{12}:assumed-role\/[\w+=,.@/-]{1,512}|A(RO|ID)A[A-Z0-9]{4,124})$/;

const isPrincipal = (value: unknown): boolean => {
  if (value === '*') return true;
  if (!isObject(value) || Object.keys(value).length === 0) return false;
  return Object.entries(value).every(([kind, named]) => {
    const form = { AWS: AWS_PRINCIPAL, Service: SERVICE }[kind];
    return form !== undefined && areAll(listOf(named), form);
  });
};

const areAll = (values: readonly unknown[], form: RegExp): boolean =>
  values.length > 0 && values.every((value) => typeof value === 'string' && form.test(value));

/** The actions of ECR that concern one repository; GetAuthorizationToken concerns the registry. */
const REPOSITORY_ACTIONS = [
  'BatchCheckLayerAvailability',
  'BatchDeleteImage',
  'BatchGetImage',
  'BatchGetRepositoryScanningConfiguration',
  'BatchImportUpstreamImage',
  'CompleteLayerUpload',
  'DeleteLifecyclePolicy',
  'DeleteRepository',
  'DeleteRepositoryPolicy',
  'DescribeImageReplicationStatus',
  'DescribeImageScanFindings',
  'DescribeImages',
  'DescribeRepositories',
  'GetDownloadUrlForLayer',
  'GetImageCopyStatus',
  'GetLifecyclePolicy',
  'GetLifecyclePolicyPreview',
  'GetRepositoryPolicy',
  'InitiateLayerUpload',
  'ListImageReferrers',
  'ListImages',
  'ListTagsForResource',
  'PutImage',
  'PutImageScanningConfiguration',
  'PutImageTagMutability',
  'PutLifecyclePolicy',
  'ReplicateImage',
  'SetRepositoryPolicy',
  'StartImageScan',
  'StartLifecyclePolicyPreview',
  'TagResource',
  'UntagResource',
  'UpdateImageStorageClass',
  'UploadLayerPart',
].map((name) => `ecr:${name}`.toLowerCase());

const isActionList = (value: unknown): boolean => {
  const actions = listOf(value);
  return actions.length > 0 && actions.every(isAction);
};

const isAction = (value: unknown): boolean => {
  if (typeof value !== 'string' || !/^[A-Za-z:*?]+$/.test(value)) return false;
  const pattern = value.toLowerCase().replaceAll('*', '.*').replaceAll('?', '.');
  return REPOSITORY_ACTIONS.some((action) => new RegExp(`^${pattern}$`).test(action));
};

const OPERATOR =
  /^(For(Any|All)Values?:)?(String(Not)?(Equals(IgnoreCase)?|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$/;

const isCondition = (value: unknown): boolean => {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  return Object.entries(value).every(
    ([operator, keys]) =>
      OPERATOR.test(operator) &&
      isObject(keys) &&
      Object.values(keys).every((wanted) => isConditionValue(operator, wanted)),
  );
};

const isConditionValue = (operator: string, wanted: unknown): boolean => {
  const values = listOf(wanted);
  const isDate = /^(For\w+:)?Date/.test(operator);
  return (
    values.length > 0 &&
    values.every((value) => !isDate || !Number.isNaN(Date.parse(String(value))))
  );
};
