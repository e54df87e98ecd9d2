import type { Guard } from './guard.ts';

const CLAIM = 'functions/usecases/claim-credential.ts';
const ROTATE = 'functions/usecases/rotate-credential.ts';
const EFFECTS = 'functions/usecases/run-effects.ts';
const CREDENTIALS = 'functions/adapters/dynamo-credentials.ts';
const CLAIM_TEST = 'test/usecases/claim-credential.test.ts';
const ROTATE_TEST = 'test/usecases/rotate-credential.test.ts';
const STORES = 'test/adapters/dynamo-stores.test.ts';

/** Pull credentials: shown once, valid two at most, and never the price of a lapse. */
export const CREDENTIAL_GUARDS: readonly Guard[] = [
  {
    name: 'claim-reads-before-it-claims',
    costs: 'two who claim at once hold the same secret, and only one of them is noted',
    edits: [
      {
        file: CLAIM,
        find: `const now = clock();
  const claim =`,
        replace: `const now = clock();
  const secretText = await readSecret(secrets, credentialId);
  const claim =`,
      },
      {
        file: CLAIM,
        find: `const secretText = await readSecret(secrets, credentialId);
  if (`,
        replace: 'if (',
      },
    ],
    tests: [CLAIM_TEST],
  },
  {
    name: 'secret-shown-twice',
    costs: 'whoever asks again gets the secret of somebody else',
    edits: [
      {
        file: CLAIM,
        find: `if (claim.kind === 'refused') {`,
        replace: `if (claim.kind === 'refused' && claim.credential?.claimedAt === undefined) {`,
      },
    ],
    tests: [CLAIM_TEST],
  },
  {
    name: 'claimed-again',
    costs: 'the table lets a second claimer in',
    edits: [
      {
        file: CREDENTIALS,
        find: 'attribute_exists(#pk) AND attribute_not_exists(#claimedAt) AND #claimBy > :now AND ',
        replace: 'attribute_exists(#pk) AND #claimBy > :now AND ',
      },
    ],
    tests: [STORES],
  },
  {
    name: 'claimed-too-late',
    costs: 'a secret that nobody wanted for thirty days can still be taken by whoever finds it',
    edits: [
      {
        file: CREDENTIALS,
        find: 'attribute_not_exists(#claimedAt) AND #claimBy > :now AND ',
        replace: 'attribute_not_exists(#claimedAt) AND ',
      },
    ],
    tests: [STORES],
  },
  {
    name: 'secret-kept-after-the-claim',
    costs: 'the secret lies in Secrets Manager for whoever may read there',
    edits: [
      {
        file: CLAIM,
        find: 'await secrets.destroySecret(credentialId);',
        replace: '',
      },
    ],
    tests: [CLAIM_TEST],
  },
  {
    name: 'hash-of-another-secret',
    costs: 'after a crash the customer is given a secret that opens nothing',
    edits: [
      {
        file: EFFECTS,
        find: 'const hash = mint.hashOf(text);',
        replace: `const hash = mint.hashOf(text === '' ? text : mint.secretText(credentialId));`,
      },
    ],
    tests: ['test/usecases/sync-crashes.test.ts', 'test/usecases/sync-customer.test.ts'],
  },
  {
    name: 'lapse-destroys-credentials',
    costs: 'whoever renews must change the secret on every machine',
    edits: [
      {
        file: EFFECTS,
        find: 'if (customer.isDeleted) await retireAll(deps, customer);',
        replace:
          'if (customer.isDeleted || customer.windows.length === 0) await retireAll(deps, customer);',
      },
    ],
    tests: ['test/usecases/sync-customer.test.ts', 'test/cases/changes.test.ts'],
  },
  {
    name: 'deleted-customer-keeps-credentials',
    costs: 'the credentials of a deleted customer stay valid',
    edits: [
      {
        file: EFFECTS,
        find: 'if (customer.isDeleted) await retireAll(deps, customer);',
        replace: '',
      },
    ],
    tests: ['test/usecases/sync-customer.test.ts'],
  },
  {
    name: 'retired-forward',
    costs: 'a retirement is put off by whoever writes a later one',
    edits: [
      {
        file: CREDENTIALS,
        find: 'attribute_exists(#pk) AND (attribute_not_exists(#retiresAt) OR #retiresAt > :retiresAt)',
        replace: 'attribute_exists(#pk)',
      },
    ],
    tests: [STORES],
  },
  {
    name: 'three-valid-at-once',
    costs: 'two operators who rotate at once leave a secret that nobody will retire',
    edits: [
      {
        file: ROTATE,
        find: 'if (valid.length > VALID_MAX) {',
        replace: 'if (valid.length > VALID_MAX + 100) {',
      },
    ],
    tests: [ROTATE_TEST],
  },
  {
    name: 'old-retired-before-the-new-is-in-hand',
    costs: 'a rotation that fails half way leaves the customer without any secret',
    edits: [
      {
        file: ROTATE,
        find: 'const claim = await claimCredential(deps)({ customerId, credentialId });',
        replace: `await retireOld(deps, old, overlapSeconds);
  const claim = await claimCredential(deps)({ customerId, credentialId });`,
      },
    ],
    tests: ['test/usecases/rotate-credential-guards.test.ts'],
  },
  {
    name: 'hash-overwritten',
    costs: 'a repeated effect puts another hash in place of the one that the customer holds',
    edits: [
      {
        file: CREDENTIALS,
        find: `const outcome = await putItem(table, key, credential, {
      expression: 'attribute_not_exists(#pk)',`,
        replace: `const outcome = await putItem(table, key, credential, {
      expression: 'attribute_not_exists(#pk) OR attribute_exists(#pk)',`,
      },
    ],
    tests: [STORES],
  },
];
