import { fieldOf } from './field.ts';

export type Link = { readonly digest: string; readonly sizeBytes: number };

export type Links = {
  readonly kind: 'links';
  readonly children: readonly string[];
  readonly blobs: readonly Link[];
  readonly foreign: readonly string[];
};

type Odd = {
  readonly kind: 'odd';
  readonly because: 'oversized' | 'ambiguous';
  readonly detail: string;
};

/** The only form of digest that ECR has. Whatever else stands there could be a path. */
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export const isDigest = (text: string): boolean => DIGEST.test(text);

/** Of each kind in one manifest: Docker takes 127 layers, and an index of more platforms is no index. */
const LINKS_MAX = 1_000;

/** The descriptors of an image or index, or why they cannot be trusted. */
export const linksOf = (json: unknown, kind: 'image' | 'index'): Links | Odd => {
  const list = listOf(fieldOf(json, kind === 'image' ? 'layers' : 'manifests'));
  if (list === undefined) return ambiguous('its list of descriptors is no list');
  if (list.length > LINKS_MAX) {
    return {
      kind: 'odd',
      because: 'oversized',
      detail: `${list.length} descriptors, at most ${LINKS_MAX}`,
    };
  }
  if (kind === 'index') return ofIndex(list);
  return ofImage(fieldOf(json, 'config'), list);
};

const ofIndex = (list: readonly unknown[]): Links | Odd => {
  const own = ownAndForeign(list);
  if (own === undefined) return ambiguous(BAD_DESCRIPTOR);
  const { links, foreign } = own;
  return { kind: 'links', children: links.map(({ digest }) => digest), blobs: [], foreign };
};

const ofImage = (config: unknown, layers: readonly unknown[]): Links | Odd => {
  const own = ownAndForeign([config, ...layers]);
  if (own === undefined) return ambiguous(BAD_DESCRIPTOR);
  return { kind: 'links', children: [], blobs: own.links, foreign: own.foreign };
};

const ownAndForeign = (
  descriptors: readonly unknown[],
): { readonly links: readonly Link[]; readonly foreign: readonly string[] } | undefined => {
  const links = eachOnce(descriptors.filter((descriptor) => !isForeign(descriptor)));
  const foreign = eachOnce(descriptors.filter(isForeign));
  if (links === undefined || foreign === undefined) return undefined;
  return { links, foreign: foreign.map(({ digest }) => digest) };
};

const BAD_DESCRIPTOR = 'a descriptor has no sha256 digest, no size, or two sizes';

const ambiguous = (detail: string): Odd => ({ kind: 'odd', because: 'ambiguous', detail });

const listOf = (value: unknown): readonly unknown[] | undefined => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : undefined;
};

/** CVE-2020-15157: a client may be sent with its credentials to wherever any descriptor's `urls` points. */
const isForeign = (descriptor: unknown): boolean => {
  const urls = fieldOf(descriptor, 'urls');
  return Array.isArray(urls) ? urls.length > 0 : urls !== undefined && urls !== null;
};

/** Each digest once; `undefined` when a descriptor is none, or two of them contradict each other. */
const eachOnce = (descriptors: readonly unknown[]): readonly Link[] | undefined => {
  const sizes = new Map<string, number>();
  for (const descriptor of descriptors) {
    const link = parseLink(descriptor);
    if (link === undefined) return undefined;
    if ((sizes.get(link.digest) ?? link.sizeBytes) !== link.sizeBytes) return undefined;
    sizes.set(link.digest, link.sizeBytes);
  }
  return [...sizes].map(([digest, sizeBytes]) => ({ digest, sizeBytes }));
};

const parseLink = (descriptor: unknown): Link | undefined => {
  const digest = fieldOf(descriptor, 'digest');
  const sizeBytes = fieldOf(descriptor, 'size');
  if (typeof digest !== 'string' || !isDigest(digest)) return undefined;
  if (typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    return undefined;
  }
  return { digest, sizeBytes };
};
