const OFFSETS = [0x811c9dc5, 0x050c5d1f] as const;
const PRIME = 0x01000193;

const fnv1a = (text: string, offset: number): number => {
  let hash = offset;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), PRIME) >>> 0;
  }
  return hash;
};

/** 16 hex digits that tell two texts apart. Not for secrets: anyone can make a collision. */
export const fingerprintOf = (text: string): string =>
  OFFSETS.map((offset) => fnv1a(text, offset).toString(16).padStart(8, '0')).join('');

/** JSON with its keys in order, so that equal values have equal texts. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Partitions of the index `due`. */
export const SHARDS = 16;

/** Which of the index's 16 partitions a customer is in. */
export const shardOf = (customerId: string): number => fnv1a(customerId, OFFSETS[0]) % SHARDS;
