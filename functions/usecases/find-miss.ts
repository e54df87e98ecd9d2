import { openingFor } from '../core/pull-access.ts';
import type { Refusal } from '../core/refusal.ts';
import { opensOf } from '../core/tag-rules.ts';
import type { IndexedImage } from './index-image.ts';
import {
  type Ask,
  type Found,
  hiddenKeyOf,
  missKeyOf,
  type PullWorld,
  textOf,
} from './pull-world.ts';

/**
 * What the index does not have may have been pushed a moment ago: ECR is asked, a limited number of
 * times a minute, and what it has is indexed at once. What it does not have is remembered for a minute.
 */
export const findMiss = async (world: PullWorld, ask: Ask<'manifest'>): Promise<Found> => {
  const { absent } = world;
  const keys = [missKeyOf(ask.request), hiddenKeyOf(ask)] as const;
  if (keys.some((key) => absent.has(key, ask.now))) return unknownImage(ask);
  const indexed = await lookUp(world, ask);
  if (indexed === 'refused') return refusal({ kind: 'too_many_misses' });
  if (indexed.kind === 'missing') absent.note(keys[0], ask.now);
  if (indexed.kind === 'odd' && !mayKnow(ask)) {
    absent.note(keys[1], ask.now);
    return unknownImage(ask);
  }
  return foundOf(ask, indexed);
};

/** As ECR has it now, in the index and in the answer; once at a time for each reference. */
export const indexNow = (
  { deps, indexing }: PullWorld,
  ask: Ask<'manifest'>,
): Promise<IndexedImage> => {
  const { repository, reference } = ask.request;
  return indexing.fly(missKeyOf(ask.request), () =>
    deps.indexImage(repository, reference, ask.now),
  );
};

export const foundOf = (ask: Ask<'manifest'>, indexed: IndexedImage): Found => {
  if (indexed.kind === 'missing') return unknownImage(ask);
  if (indexed.kind === 'odd') {
    return refusal({ kind: REFUSAL_OF[indexed.because], reference: textOf(ask.request.reference) });
  }
  return { kind: 'found', image: indexed.tag ?? indexed.manifest, body: indexed.body };
};

export const unknownImage = ({ request }: Ask<'manifest'>): Found =>
  refusal({ kind: 'unknown_manifest', reference: textOf(request.reference) });

const refusal = (because: Refusal): Found => ({ kind: 'refused', refusal: because });

const REFUSAL_OF = {
  oversized: 'oversized_manifest',
  ambiguous: 'ambiguous_manifest',
  mismatch: 'digest_mismatch',
} as const satisfies Record<Extract<IndexedImage, { kind: 'odd' }>['because'], Refusal['kind']>;

/** Who joins a question that is under way costs ECR nothing. */
const lookUp = async (
  world: PullWorld,
  ask: Ask<'manifest'>,
): Promise<IndexedImage | 'refused'> => {
  const underWay = world.indexing.find(missKeyOf(ask.request));
  if (underWay !== undefined) return underWay;
  const { credentialId } = ask.identity;
  const admitted = await world.deps.misses.admitMiss(credentialId, ask.now);
  return admitted === 'refused' ? 'refused' : indexNow(world, ask);
};

/** What is too odd for the index has no stamp: a tag's name decides, and a digest needs the whole repository. */
const mayKnow = ({ access, catalogs, request, now }: Ask<'manifest'>): boolean => {
  const { repository, reference } = request;
  const opens = reference.kind === 'tag' ? opensOf(catalogs, repository, reference.tag, now) : {};
  return openingFor(access, { firstPushedAt: now, opens, rulesHash: '' }) !== undefined;
};
