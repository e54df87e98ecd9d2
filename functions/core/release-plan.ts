import type {
  ReleaseBlob,
  ReleaseItem,
  ReleaseManifest,
  ReleaseReferrer,
  ReleaseTag,
  Stamp,
} from './release.ts';
import {
  type Knowledge,
  type KnownManifest,
  type KnownTag,
  opensOfTag,
  type StampRules,
  stampManifests,
} from './release-graph.ts';
import { joinStamps } from './stamps.ts';
import { subjectOfTag } from './subject-tag.ts';
import type { EpochSeconds } from './time.ts';

/**
 * The items that the index should have for what is known, stamped, without bodies and revisions. In
 * stages: when all of a stage is written, the next one may be. What a stored item leads to is stored.
 */
export const planReleases = (
  repository: string,
  knowledge: Knowledge,
  rules: StampRules,
): readonly (readonly ReleaseItem[])[] => {
  const stamps = stampManifests(knowledge, rules);
  const plan: Plan = { repository, rules, stamps };
  const byDigest = new Map(knowledge.manifests.map((known) => [known.digest, known]));
  return [
    blobsOf(plan, knowledge.manifests),
    knowledge.manifests.flatMap((known) => referrerOf(plan, known)),
    ...levelsOf(byDigest).map((level) => level.map((known) => manifestOf(plan, known))),
    knowledge.tags.flatMap((known) => tagOf(plan, known, byDigest.get(known.digest))),
  ].filter((stage) => stage.length > 0);
};

type Plan = {
  readonly repository: string;
  readonly rules: StampRules;
  readonly stamps: ReadonlyMap<string, Stamp>;
};

/** Of what is not known, as a subject may be: nothing but a time. */
const stampOf = (
  { stamps, rules }: Plan,
  digest: string | undefined,
  firstPushedAt: EpochSeconds,
): Stamp => stamps.get(digest ?? '') ?? { firstPushedAt, opens: {}, rulesHash: rules.rulesHash };

const blobsOf = (plan: Plan, manifests: readonly KnownManifest[]): readonly ReleaseBlob[] => {
  const { repository } = plan;
  const blobs = new Map<string, ReleaseBlob>();
  for (const manifest of manifests) {
    const stamp = stampOf(plan, manifest.digest, manifest.pushedAt);
    for (const { digest, sizeBytes } of manifest.blobs) {
      const known = blobs.get(digest);
      const joined = known === undefined ? stamp : joinStamps(known, stamp);
      const size = known?.sizeBytes ?? sizeBytes;
      blobs.set(digest, {
        ...joined,
        repository,
        revision: 0,
        kind: 'blob',
        digest,
        sizeBytes: size,
      });
    }
  }
  return [...blobs.values()];
};

const referrerOf = (plan: Plan, known: KnownManifest): readonly ReleaseReferrer[] => {
  const { repository } = plan;
  const { subject, digest, mediaType, sizeBytes, artifactType, annotations } = known;
  if (subject === undefined) return [];
  return [
    {
      ...stampOf(plan, subject, known.pushedAt),
      repository,
      revision: 0,
      kind: 'referrer',
      subject,
      digest,
      mediaType,
      sizeBytes,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  ];
};

const manifestOf = (plan: Plan, known: KnownManifest): ReleaseManifest => {
  const { digest, mediaType, sizeBytes, isArchived, tags, children, blobs, subject } = known;
  return {
    ...stampOf(plan, digest, known.pushedAt),
    repository: plan.repository,
    revision: 0,
    kind: 'manifest',
    digest,
    mediaType,
    sizeBytes,
    isArchived,
    tags,
    children,
    blobs: blobs.map((blob) => blob.digest),
    ...(subject === undefined ? {} : { subject }),
  };
};

/** A tag is as old as its oldest entry, and opens what its own name opens: it may move to anything. */
const tagOf = (
  plan: Plan,
  { tag, digest, history, checkedAt, stamp }: KnownTag,
  manifest: KnownManifest | undefined,
): readonly ReleaseTag[] => {
  if (manifest === undefined) return [];
  const { repository, rules } = plan;
  const at = Math.min(...history.map(({ since }) => since));
  const own: Stamp = {
    firstPushedAt: at,
    opens: opensOfTag(tag, at, rules),
    rulesHash: rules.rulesHash,
  };
  const given = [own, stampOf(plan, subjectOfTag(tag), at)];
  const { mediaType, sizeBytes, isArchived } = manifest;
  return [
    {
      ...(stamp === undefined ? given : [...given, stamp]).reduce(joinStamps),
      repository,
      revision: 0,
      kind: 'tag',
      tag,
      digest,
      mediaType,
      sizeBytes,
      isArchived,
      checkedAt,
      history,
    },
  ];
};

/** Deeper nesting than anybody pulls; what is below is written in one go. */
const LEVELS_MAX = 8;

/** Children before the indexes that name them. */
const levelsOf = (
  manifests: ReadonlyMap<string, KnownManifest>,
): readonly (readonly KnownManifest[])[] => {
  const levels: KnownManifest[][] = [];
  let rest = [...manifests.values()];
  let waiting = new Set(manifests.keys());
  for (let level = 0; level < LEVELS_MAX; level += 1) {
    const isReady = ({ children }: KnownManifest): boolean =>
      !children.some((child) => waiting.has(child));
    levels.push(rest.filter(isReady));
    rest = rest.filter((known) => !isReady(known));
    waiting = new Set(rest.map(({ digest }) => digest));
  }
  return [...levels, rest];
};
