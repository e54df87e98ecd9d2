import { promisedKeys, type StoredItems, withTags } from './known-manifest.ts';
import type { ReleaseItem, ReleaseTag } from './release.ts';
import type { Knowledge, KnownTag, StampRules } from './release-graph.ts';
import { keyTextOf } from './release-keys.ts';
import { isSameItem, mergeItem } from './release-merge.ts';
import { planReleases } from './release-plan.ts';
import { joinStamps } from './stamps.ts';

/** Everything that one manifest leads to, as ECR and the index have it. */
export type Closure = { readonly knowledge: Knowledge; readonly stored: StoredItems };

/** What ECR says of a tag, over what was stored before ECR was asked. */
export type ObservedTag = { readonly stored: ReleaseTag | undefined; readonly known: KnownTag };

/** What was asked for, as ECR has it now. */
export type ObservedImage = { readonly digest: string; readonly tag?: ObservedTag };

type Given = {
  readonly repository: string;
  readonly rules: StampRules;
  /** What ECR gave, by digest. */
  readonly images: ReadonlyMap<string, { readonly body: Uint8Array }>;
  /** Keys of what was written since ECR gave it. */
  readonly saved: ReadonlySet<string>;
};

/**
 * The items to write, in stages. Only what changes, and besides what is relied on: the observed image
 * and tag, and what a manifest that is not stored yet leads to. A removal that is under way is
 * conditional on the revision, so that whoever relies on an item writes it: once, or as many as share
 * a base layer would keep each other from ever having written all of theirs.
 */
export const nextReleases = (
  given: Given,
  closure: Closure,
  observed: ObservedImage | undefined,
): readonly (readonly ReleaseItem[])[] => {
  const knowledge = withObserved(closure.knowledge, observed);
  const needed = neededKeys(given, closure.stored, knowledge, observed);
  const storedOf = (planned: ReleaseItem): ReleaseItem | undefined =>
    planned.kind === 'tag' && planned.tag === observed?.tag?.known.tag
      ? observed.tag.stored
      : closure.stored.get(keyTextOf(planned));
  const nextOf = (planned: ReleaseItem): readonly ReleaseItem[] => {
    const stored = storedOf(planned);
    const next = mergeItem(stored, withBytes(given, planned), joinStamps);
    const isNeeded = stored === undefined || needed.has(keyTextOf(planned));
    return isNeeded || !isSameItem(stored, next) ? [next] : [];
  };
  return planReleases(given.repository, knowledge, given.rules)
    .map((stage) => stage.flatMap(nextOf))
    .filter((stage) => stage.length > 0);
};

/** ECR gives it out, and the observed tag is one of its names from now on. */
const withObserved = (knowledge: Knowledge, observed: ObservedImage | undefined): Knowledge => {
  if (observed === undefined) return knowledge;
  const manifests = knowledge.manifests.map((manifest) =>
    manifest.digest === observed.digest ? { ...manifest, isArchived: false } : manifest,
  );
  const known = observed.tag?.known;
  if (known === undefined) return { ...knowledge, manifests };
  const others = knowledge.tags.filter(({ tag }) => tag !== known.tag);
  return { ...knowledge, manifests: withTags(manifests, [known]), tags: [...others, known] };
};

const neededKeys = (
  { repository, saved }: Given,
  stored: StoredItems,
  { manifests }: Knowledge,
  observed: ObservedImage | undefined,
): ReadonlySet<string> => {
  const keys = manifests
    .filter(({ digest }) => !stored.has(`manifest ${digest}`))
    .flatMap((manifest) => [
      ...promisedKeys(repository, manifest).map(keyTextOf),
      ...manifest.children.map((child) => `manifest ${child}`),
    ]);
  const own = observed === undefined ? [] : [`manifest ${observed.digest}`];
  const tag = observed?.tag === undefined ? [] : [`tag ${observed.tag.known.tag}`];
  return new Set([...keys, ...own, ...tag].filter((key) => !saved.has(key)));
};

const withBytes = ({ images }: Given, planned: ReleaseItem): ReleaseItem => {
  if (planned.kind !== 'tag' && planned.kind !== 'manifest') return planned;
  const image = images.get(planned.digest);
  return image === undefined ? planned : { ...planned, body: image.body };
};
