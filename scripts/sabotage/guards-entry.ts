import type { Guard } from './guard.ts';

const TOKENS = 'functions/adapters/access-tokens.ts';
const PARSE = 'functions/core/parse-pull.ts';

/** Who is let in at the gateway, and with what. */
export const ENTRY_GUARDS: readonly Guard[] = [
  {
    name: 'hashes-compared-with-equals',
    costs: 'the time that a refusal takes tells how much of a secret was right',
    edits: [
      {
        file: 'functions/adapters/same-text.ts',
        find: 'timingSafeEqual(digestOf(one), digestOf(other));',
        replace: 'digestOf(one).equals(digestOf(other));',
      },
    ],
    tests: ['test/adapters/same-text-guards.test.ts'],
  },
  {
    name: 'absent-credential-answers-sooner',
    costs: 'the time that a refusal takes tells which credentials exist',
    edits: [
      {
        file: 'functions/usecases/issue-access-token.ts',
        find: 'const isRight = isHashOf(credential?.hash ?? NO_HASH, secret);',
        replace: 'const isRight = credential !== undefined && isHashOf(credential.hash, secret);',
      },
    ],
    tests: ['test/usecases/issue-access-token.test.ts'],
  },
  {
    name: 'checksum-not-checked-first',
    costs: 'every invented secret costs a read',
    edits: [
      {
        file: 'functions/core/pull-secret.ts',
        find: 'return checksum === checksumOf(checked) ? { credentialId } : undefined;',
        replace: 'return checksum === undefined ? undefined : { credentialId };',
      },
    ],
    tests: ['test/core/pull-secret.test.ts'],
  },
  {
    name: 'access-token-without-end',
    costs: 'a token that leaked is good for ever',
    edits: [
      {
        file: TOKENS,
        find: 'now < identity.expiresAt + SKEW_SECONDS',
        replace: 'now < Number.POSITIVE_INFINITY',
      },
    ],
    tests: ['test/adapters/access-tokens.test.ts'],
  },
  {
    name: 'access-token-signature-not-checked',
    costs: 'anybody writes a token for any customer',
    edits: [
      {
        file: TOKENS,
        find: 'timingSafeEqual(signature, signatureOf(payload, secret));',
        replace: 'signature.length === signatureOf(payload, secret).length;',
      },
    ],
    tests: ['test/adapters/access-tokens.test.ts'],
  },
  {
    name: 'front-not-asked-for-its-secret',
    costs: 'whoever finds the Function URL goes round the front, its limits and its log',
    edits: [
      {
        file: 'functions/http/front.ts',
        find: 'if (!(await isFront(secret))) return undefined;',
        replace: '',
      },
    ],
    tests: ['test/http/gateway.test.ts'],
  },
  {
    name: 'hostile-redirect-followed',
    costs: 'a client is sent wherever an answer says',
    edits: [
      {
        file: 'functions/usecases/answer-blob.ts',
        find: 'if (!isLayerUrl(url, settings.layerOrigin, registryHost)) {',
        replace: `if (!isLayerUrl(url, settings.layerOrigin, registryHost) && url === '') {`,
      },
    ],
    tests: ['test/usecases/answer-blob.test.ts'],
  },
  {
    name: 'writing-methods-let-through',
    costs: 'a DELETE is answered as though it were a GET',
    edits: [
      {
        file: PARSE,
        find: `if (method !== 'GET' && method !== 'HEAD') {`,
        replace: `if (method === 'PUT' || method === 'POST' || method === 'PATCH') {`,
      },
    ],
    tests: ['test/core/parse-pull.test.ts', 'test/http/gateway.test.ts'],
  },
  {
    name: 'path-decoded-into-a-slash',
    costs: 'one repository is authorised and another one served',
    edits: [
      {
        file: PARSE,
        find: '/[/%\\\\]/.test(decoded)',
        replace: '/[%\\\\]/.test(decoded)',
      },
    ],
    tests: ['test/core/parse-pull.test.ts'],
  },
];
