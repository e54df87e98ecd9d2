import { aroundOf, isRead, knownTagOf } from '../core/known-manifest.ts';
import type { Closure } from '../core/next-releases.ts';
import type { Knowledge } from '../core/release-graph.ts';
import { subjectOfTag, tagsOfSubject } from '../core/subject-tag.ts';
import { atOnce } from './at-once.ts';
import {
  type Gathered,
  gatherManifests,
  type Look,
  manifestIn,
  noteOnce,
  readInto,
  tagIn,
} from './gather-manifests.ts';
import type { IndexDeps } from './index-deps.ts';

const DEPTH_MAX = 4;
const MANIFESTS_MAX = 1_000;
const QUERIES_AT_ONCE = 10;
/** Of one manifest; a listing has no such limit. */
const REFERRERS_MAX = 100;

/**
 * Everything that one manifest leads to, level by level: children, referrers, and what `sha256-…` tags
 * point at. What is stored is not asked of ECR again.
 */
export const gatherClosure = async (
  deps: IndexDeps,
  look: Look,
  root: string,
): Promise<Closure> => {
  const gathered: Gathered = { look, asked: new Set(), stored: new Map(), known: new Map() };
  const tags = look.tag === undefined ? [] : [look.tag];
  const seen = new Set([root]);
  let level: readonly string[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    const ownTags = level.flatMap(tagsOfSubject);
    tags.push(...ownTags);
    await gatherManifests(deps, gathered, level, depth === 0 ? tags : ownTags);
    const leads = new Set(await leadsOf(deps, gathered, level));
    const next = [...leads].filter((digest) => !seen.has(digest));
    level = next.slice(0, depth === DEPTH_MAX ? 0 : MANIFESTS_MAX - seen.size);
    for (const digest of level) seen.add(digest);
    if (level.length < next.length) {
      noteOnce(deps, look, { because: 'too_much_below', digest: root });
    }
  }
  return { knowledge: await knowledgeOf(deps, gathered, tags), stored: gathered.stored };
};

/** Where these manifests lead: in an index downwards, from a subject to what points at it. */
const leadsOf = async (
  { releases }: IndexDeps,
  gathered: Gathered,
  level: readonly string[],
): Promise<readonly string[]> => {
  const { known, look } = gathered;
  const leads: string[] = [];
  const there = level.filter((digest) => known.has(digest));
  await atOnce(QUERIES_AT_ONCE, there, async (digest) => {
    const page = await releases.listReferrers(look.repository, digest, '', REFERRERS_MAX);
    leads.push(...page.referrers.map((referrer) => referrer.digest));
  });
  for (const digest of level) {
    const tags = tagsOfSubject(digest).flatMap((tag) => tagIn(gathered, tag));
    leads.push(...(known.get(digest)?.children ?? []), ...tags.map((tag) => tag.digest));
  }
  return leads;
};

/** Subjects outside of the closure give their stamps to what is in it. */
const knowledgeOf = async (
  deps: IndexDeps,
  gathered: Gathered,
  tags: readonly string[],
): Promise<Knowledge> => {
  const { look, known } = gathered;
  const { repository, rules } = look;
  const subjects = [...known.values()].flatMap((manifest) => [
    manifest.subject,
    ...Object.keys(manifest.tags).map(subjectOfTag),
  ]);
  const outside = [...new Set([...subjects, subjectOfTag(look.tag ?? '')])]
    .filter((digest) => digest !== undefined)
    .filter((digest) => !known.has(digest));
  await readInto(
    deps,
    gathered,
    outside.map((digest) => ({ repository, kind: 'manifest', digest })),
  );
  const around = outside.flatMap((digest) => manifestIn(gathered, digest) ?? []).filter(isRead);
  return {
    manifests: [...known.values()],
    // The tag that was asked for may be one of the `sha256-…` tags.
    tags: [...new Set(tags)]
      .flatMap((tag) => tagIn(gathered, tag))
      .map((item) => knownTagOf(item, rules.rulesHash)),
    around: around.map((item) => aroundOf(item, rules.rulesHash)),
  };
};
