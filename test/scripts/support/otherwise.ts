import { createHash, randomUUID } from 'node:crypto';
import { DEAD_ACCOUNT, type FakeAccount } from './account.ts';
import { type Act, type Answer, done, type Input, refusal } from './front.ts';

/** By probe, how AWS would have to behave for its belief to be wrong. */
export type Otherwise = Readonly<Record<string, (account: FakeAccount, elsewhere: string) => void>>;

const accepted: Act = () => done();
const refusedAs =
  (code: string): Act =>
  () =>
    refusal(code);

/** The answer to the first call and to the others. */
const inTurn = (first: Act, others: Act): Act => {
  let calls = 0;
  return (input, forward) => {
    calls += 1;
    return (calls === 1 ? first : others)(input, forward);
  };
};
const passOn: Act = (input, forward) => forward(input);
const asIf =
  (change: (input: Input) => Input): Act =>
  (input, forward) =>
    forward(change(input));
const answering =
  (change: (body: Input) => Input): Act =>
  async (input, forward) => {
    const { status, body } = await forward(input);
    return status === 200 ? { status, body: change(body) } : { status, body };
  };

const setPolicy =
  (act: Act) =>
  ({ fronts }: FakeAccount): void =>
    fronts.ecr.twist('SetRepositoryPolicy', act);

/** The policy reads back with one text in place of another. */
const readBack =
  (pattern: RegExp, text: string) =>
  ({ fronts }: FakeAccount): void =>
    fronts.ecr.twist(
      'GetRepositoryPolicy',
      answering((body) => ({
        ...body,
        policyText: String(body.policyText).replaceAll(pattern, text),
      })),
    );

const everyOtherReadIsOld = (): Act => {
  let calls = 0;
  return (input, forward) => {
    calls += 1;
    return calls % 2 === 1 ? done({ policyText: '{"Statement":[]}' }) : forward(input);
  };
};

export const POLICIES: Otherwise = {
  'policy-size-limit': setPolicy(accepted),
  'policy-size-characters': setPolicy((input, forward) =>
    Buffer.byteLength(String(input.policyText)) > 10_240
      ? refusal('InvalidParameterException')
      : forward(input),
  ),
  'policy-size-as-sent': setPolicy(refusedAs('InvalidParameterException')),
  'policy-principal-not-found': setPolicy((input, forward) =>
    String(input.policyText).includes(DEAD_ACCOUNT)
      ? refusal('InvalidParameterException', 'No such principal')
      : forward(input),
  ),
  'policy-get-authorization-token': setPolicy(accepted),
  'policy-resource-refused': setPolicy(accepted),
  'policy-unknown-operator': setPolicy(refusedAs('MalformedPolicyException')),
  'policy-date-that-is-none': setPolicy(accepted),
  'policy-date-less-than': readBack(/DateLessThan/g, 'DateLessThanEquals'),
  'policy-account-read-back': readBack(/arn:aws:iam::(\d{12}):root/g, '$1'),
  'policy-order-read-back': readBack(/2031-01-07/g, '2031-01-09'),
  'policy-account-condition': setPolicy(refusedAs('InvalidParameterException')),
  'policy-absent': ({ fronts }) =>
    fronts.ecr.twist('GetRepositoryPolicy', () => done({ policyText: '' })),
  'policy-delete-twice': ({ fronts }) => fronts.ecr.twist('DeleteRepositoryPolicy', accepted),
  'policy-read-after-set': ({ fronts }) =>
    fronts.ecr.twist('GetRepositoryPolicy', everyOtherReadIsOld()),
  'policy-two-sets-at-once': setPolicy(inTurn(passOn, refusedAs('ConflictException'))),
  'policy-deleted-role': readBack(/AROA\w+/g, 'arn:aws:iam::000000000000:role/gone'),
};

const getImage =
  (act: Act) =>
  ({ fronts }: FakeAccount): void =>
    fronts.ecr.twist('BatchGetImage', act);

type Images = { readonly images: readonly Input[]; readonly failures: readonly Input[] };

const eachImage = (change: (image: Input) => Input): Act =>
  answering((body) => ({ ...body, images: (body as Images).images.map(change) }));
const eachFailure = (failureCode: string): Act =>
  answering((body) => ({
    ...body,
    failures: (body as Images).failures.map((one) => ({ ...one, failureCode })),
  }));

const unconverted = asIf((input) => ({
  ...input,
  acceptedMediaTypes: ['application/vnd.oci.image.manifest.v1+json'],
}));

const describeImages =
  (act: Act) =>
  ({ fronts }: FakeAccount): void =>
    fronts.ecr.twist('DescribeImages', act);

const pushedNow = (): Act => {
  let at = 1_700_000_000;
  return answering((body) => {
    at += 3;
    const details = body.imageDetails as readonly Input[];
    return { ...body, imageDetails: details.map((one) => ({ ...one, imagePushedAt: at })) };
  });
};

const url =
  (downloadUrl: string) =>
  ({ fronts }: FakeAccount) =>
    fronts.ecr.twist('GetDownloadUrlForLayer', () => done({ downloadUrl }));

export const IMAGES: Otherwise = {
  'image-bytes': getImage(eachImage((one) => ({ ...one, imageManifest: `${one.imageManifest} ` }))),
  'image-type-not-in-body': getImage(
    eachImage((one) => ({ ...one, imageManifestMediaType: 'application/json' })),
  ),
  'image-converted-by-tag': getImage(unconverted),
  'image-types-left-out': getImage(unconverted),
  'image-not-converted-by-digest': getImage(
    eachImage((one) => ({ ...one, imageManifest: `${one.imageManifest} ` })),
  ),
  'image-missing': getImage(eachFailure('ImageInaccessible')),
  'image-pushed-at-kept': describeImages(pushedNow()),
  'images-paging': describeImages(
    answering((body) => ({
      ...body,
      imageDetails: (body.imageDetails as readonly Input[]).slice(1),
    })),
  ),
  'archived-listing': describeImages(
    asIf((input) => ({ ...input, filter: { imageStatus: 'ANY' } })),
  ),
  'archived-read': getImage(eachFailure('ImageReferencedByManifestList')),
  'archived-layer': url('https://layers.example/'),
  'layer-url-form': url('https://000000000000.dkr.ecr.us-east-1.amazonaws.com/layer'),
  'layer-url-get': (account) => url(`${account.storage.origin}/elsewhere`)(account),
  'layer-url-head': (account, elsewhere) => url(elsewhere)(account),
  'layer-url-authorization': (account, elsewhere) => url(elsewhere)(account),
  'layer-url-expiry': (account, elsewhere) => url(elsewhere)(account),
  'layer-config': ({ fronts }) =>
    fronts.ecr.twist(
      'GetDownloadUrlForLayer',
      inTurn(passOn, refusedAs('LayersNotFoundException')),
    ),
  'layer-of-another-repository': url('https://layers.example/'),
  'layer-of-no-image': url('https://layers.example/'),
};

const sendMessage =
  (act: Act) =>
  ({ fronts }: FakeAccount): void =>
    fronts.sqs.twist('SendMessage', act);

const acceptedMessage = (input: Input): Answer =>
  done({
    MessageId: randomUUID(),
    MD5OfMessageBody: createHash('md5').update(String(input.MessageBody)).digest('hex'),
  });

const deleteMessage =
  (act: Act) =>
  ({ fronts }: FakeAccount): void =>
    fronts.sqs.twist('DeleteMessage', act);

export const QUEUES: Otherwise = {
  'queue-group-blocked': sendMessage(
    asIf((input) => ({ ...input, MessageGroupId: input.MessageDeduplicationId })),
  ),
  'queue-postponed': ({ fronts }) =>
    fronts.sqs.twist('ChangeMessageVisibilityBatch', () => done({ Successful: [{ Id: '0' }] })),
  'queue-dead-letter': sendMessage(asIf((input) => ({ ...input, MessageGroupId: 'other' }))),
  'queue-expired-handle': deleteMessage(accepted),
  'queue-superseded-handle': deleteMessage(refusedAs('ReceiptHandleIsInvalid')),
  'queue-duplicate-dropped': sendMessage(
    asIf((input) => ({ ...input, MessageDeduplicationId: randomUUID() })),
  ),
  'queue-duplicate-answer': sendMessage(
    answering((body) => ({ ...body, MessageId: randomUUID() })),
  ),
  'queue-duplicate-ends': sendMessage(inTurn(passOn, acceptedMessage)),
  'queue-duplicate-scope': sendMessage(asIf((input) => ({ ...input, MessageGroupId: 'a' }))),
  'queue-same-body': ({ fronts }) =>
    fronts.sqs.twist(
      'SendMessageBatch',
      asIf((input) => ({
        ...input,
        Entries: (input.Entries as readonly Input[]).map((entry) => ({
          ...entry,
          MessageDeduplicationId: 'by-the-body',
        })),
      })),
    ),
};

const unconditional = asIf((input) => {
  const {
    ConditionExpression: _,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ...rest
  } = input;
  return names === undefined && values === undefined ? input : rest;
});

export const TABLES: Otherwise = {
  'table-one-version': ({ fronts }) => fronts.dynamo.twist('PutItem', unconditional),
  'table-counter': ({ fronts }) =>
    fronts.dynamo.twist(
      'UpdateItem',
      asIf((input) => ({
        ...input,
        ConditionExpression: `${input.ConditionExpression} OR #count >= :free`,
      })),
    ),
  'table-item-size': ({ fronts }) => fronts.dynamo.twist('PutItem', accepted),
  'table-batch-consistent': ({ fronts }) =>
    fronts.dynamo.twist('BatchGetItem', () => done({ Responses: {}, UnprocessedKeys: {} })),
  'table-index-lag': ({ fronts }) =>
    fronts.dynamo.twist('Query', () => done({ Items: [], Count: 0, ScannedCount: 0 })),
};

const secrets =
  (operation: string, act: Act) =>
  ({ fronts }: FakeAccount): void =>
    fronts.secrets.twist(operation, act);

export const SECRETS: Otherwise = {
  'secret-sealed-twice': secrets('CreateSecret', inTurn(passOn, accepted)),
  'secret-destroyed-unread': secrets('DeleteSecret', inTurn(accepted, passOn)),
  'secret-destroyed-twice': secrets(
    'DeleteSecret',
    inTurn(passOn, inTurn(refusedAs('InvalidParameterException'), passOn)),
  ),
  'secret-scheduled-restored': secrets(
    'RestoreSecret',
    inTurn(refusedAs('InvalidParameterException'), passOn),
  ),
  'secret-name-again': (account) => account.secrets.delayForcedDeletion(90),
  'secret-scheduled-refuses': secrets('GetSecretValue', () => done({ SecretString: 'first' })),
  'secret-create-token': secrets(
    'CreateSecret',
    asIf((input) => ({ ...input, ClientRequestToken: randomUUID() })),
  ),
  'secret-put-token': secrets('PutSecretValue', accepted),
};
