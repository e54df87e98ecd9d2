import type { Guard } from './guard.ts';

const ACCESS = 'functions/core/pull-access.ts';
const STAMPS = 'functions/core/stamps.ts';
const ACCESS_TEST = 'test/core/pull-access.test.ts';
const STAMPS_TEST = 'test/core/stamps.test.ts';

/** What a right reaches: this repository, these tags, and after the end what was there before. */
export const RELEASE_GUARDS: readonly Guard[] = [
  {
    name: 'later-push-wins',
    costs: 'an image pushed again counts as new, and who kept it loses it',
    edits: [
      {
        file: STAMPS,
        find: 'firstPushedAt: Math.min(a.firstPushedAt, b.firstPushedAt),',
        replace: 'firstPushedAt: Math.max(a.firstPushedAt, b.firstPushedAt),',
      },
    ],
    tests: [STAMPS_TEST],
  },
  {
    name: 'later-opening-wins',
    costs: 'a tag moved after the end takes away what was kept by it',
    edits: [
      {
        file: STAMPS,
        find: 'times.set(key, Math.min(times.get(key) ?? at, at));',
        replace: 'times.set(key, Math.max(times.get(key) ?? at, at));',
      },
    ],
    tests: [STAMPS_TEST],
  },
  {
    name: 'moved-tag-counts-from-its-name',
    costs: 'after the end a customer gets what the tag points at now, version after version',
    edits: [
      {
        file: 'functions/core/tag-history.ts',
        find: 'const opening = openingFor(access, stampSince(image, since));',
        replace:
          'const opening = openingFor(access, since < 0 ? stampSince(image, since) : image);',
      },
    ],
    tests: ['test/core/tag-history.test.ts'],
  },
  {
    name: 'kept-without-paying-long-enough',
    costs: 'a month is paid, and everything is kept for good',
    edits: [
      {
        file: 'functions/core/kept-time.ts',
        find: 'if (paidSeconds < afterPaidDays * DAY) return undefined;',
        replace: 'if (paidSeconds < afterPaidDays * 0) return undefined;',
      },
    ],
    tests: [ACCESS_TEST, 'test/core/paid-time.test.ts'],
  },
  {
    name: 'listing-removes-unasked',
    costs: 'pages of a listing are no snapshot: an image that moved between them is removed',
    edits: [
      {
        file: 'functions/usecases/remove-gone.ts',
        find: `return { tags: tags.filter(isFound), manifests: manifests.filter(isFound) };`,
        replace: `return {
    tags: tags.filter(isFound).slice(0, 0),
    manifests: manifests.filter(isFound).slice(0, 0),
  };`,
      },
    ],
    tests: ['test/usecases/index-races.test.ts', 'test/usecases/index-repository.test.ts'],
  },
  {
    name: 'release-removed-unconditionally',
    costs: 'an image pushed during the listing is removed from the index',
    edits: [
      {
        file: 'functions/adapters/dynamo-releases.ts',
        find: `expression: 'attribute_not_exists(#pk) OR #revision = :revision',`,
        replace: `expression:
          'attribute_not_exists(#pk) OR attribute_exists(#pk) OR #revision = :revision',`,
      },
    ],
    tests: ['test/adapters/dynamo-stores.test.ts'],
  },
  {
    name: 'tag-rule-ignored',
    costs: 'the cheap offer opens the versions of the dear one',
    edits: [
      {
        file: ACCESS,
        find: `if (rules.length === 0) return 'whole';`,
        replace: `if (rules.length >= 0) return 'whole';`,
      },
    ],
    tests: [ACCESS_TEST],
  },
  {
    name: 'repository-not-in-the-offer',
    costs: 'one subscription opens every repository',
    edits: [
      {
        file: ACCESS,
        find: 'if (rules === undefined) return undefined;',
        replace: `if (rules === undefined) return 'whole';`,
      },
    ],
    tests: [ACCESS_TEST, 'test/usecases/answer-pull.test.ts'],
  },
  {
    name: 'digest-of-another-repository',
    costs: 'whoever may pull one repository gets the layers of all, by their digests',
    edits: [
      {
        file: 'functions/adapters/table-keys.ts',
        find: `const releasesPartition = (repository: string): string => \`RELEASES#\${repository}\`;`,
        replace: `const releasesPartition = (repository: string): string => \`RELEASES#\${repository.split('/')[0]}\`;`,
      },
    ],
    tests: ['test/adapters/dynamo-gateway.test.ts'],
  },
];
