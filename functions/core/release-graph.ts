import type { Link } from './manifest-links.ts';
import type { ReleaseTag, Stamp } from './release.ts';
import { earliestOf, isSameStamp, joinStamps } from './stamps.ts';
import { subjectOfTag } from './subject-tag.ts';
import type { EpochSeconds } from './time.ts';

/** What is known of one manifest in ECR. */
export type KnownManifest = {
  readonly digest: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly isArchived: boolean;
  readonly pushedAt: EpochSeconds;
  readonly tags: Readonly<Record<string, EpochSeconds>>;
  readonly children: readonly string[];
  readonly blobs: readonly Link[];
  readonly subject?: string;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** What it was stamped with by the same rules. */
  readonly stamp?: Stamp;
};

export type KnownTag = Pick<ReleaseTag, 'tag' | 'digest' | 'history' | 'checkedAt'> & {
  readonly stamp?: Stamp;
};

export type Knowledge = {
  readonly manifests: readonly KnownManifest[];
  readonly tags: readonly KnownTag[];
  /** Manifests that the others take stamps from, and that nothing is planned for. */
  readonly around: readonly KnownManifest[];
};

/** The tag rules of one repository. */
export type StampRules = {
  readonly rulesHash: string;
  /** By `openKey`, for a tag that reached something at `at`. */
  readonly opensOf: (tag: string, at: EpochSeconds) => Readonly<Record<string, EpochSeconds>>;
};

/**
 * The stamp of every manifest, by digest: what its own tags open, and what everything opens that
 * leads to it. An index leads to its children, a subject to its referrers and to what its
 * `sha256-…` tags point at.
 */
export const stampManifests = (
  { manifests, around }: Knowledge,
  rules: StampRules,
): ReadonlyMap<string, Stamp> => {
  const all = [...around, ...manifests];
  const stamps = new Map(all.map((known) => [known.digest, ownStampOf(known, rules)]));
  const next = linksOf(all);
  // Ends by itself: a stamp only ever gains keys, and its times only become earlier.
  const waiting = all.map(({ digest }) => digest);
  for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
    const stamp = stamps.get(from);
    for (const to of next.get(from) ?? []) {
      if (stamp !== undefined && gains(stamps, to, stamp)) waiting.push(to);
    }
  }
  return stamps;
};

const ownStampOf = ({ tags, pushedAt, stamp }: KnownManifest, rules: StampRules): Stamp => {
  const own = Object.entries(tags).reduce(
    (opens, [tag, at]) => earliestOf(opens, opensOfTag(tag, at, rules)),
    {},
  );
  const fresh = { firstPushedAt: pushedAt, opens: own, rulesHash: rules.rulesHash };
  return stamp === undefined ? fresh : joinStamps(stamp, fresh);
};

/** The name of a `sha256-…` tag says whose it is, not which version it is. */
export const opensOfTag = (
  tag: string,
  at: EpochSeconds,
  { opensOf }: StampRules,
): Readonly<Record<string, EpochSeconds>> =>
  subjectOfTag(tag) === undefined ? opensOf(tag, at) : {};

const linksOf = (manifests: readonly KnownManifest[]): ReadonlyMap<string, readonly string[]> => {
  const links = new Map<string, string[]>();
  const link = (from: string | undefined, to: string): void => {
    if (from === undefined) return;
    const known = links.get(from);
    if (known === undefined) links.set(from, [to]);
    else known.push(to);
  };
  for (const { digest, children, subject, tags } of manifests) {
    for (const child of children) link(digest, child);
    link(subject, digest);
    for (const tag of Object.keys(tags)) link(subjectOfTag(tag), digest);
  }
  return links;
};

const gains = (stamps: Map<string, Stamp>, digest: string, stamp: Stamp): boolean => {
  const known = stamps.get(digest);
  if (known === undefined) return false;
  const joined = joinStamps(known, stamp);
  if (isSameStamp(known, joined)) return false;
  stamps.set(digest, joined);
  return true;
};
