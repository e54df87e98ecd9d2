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

/** JSON with its keys in order, so that equal values have equal texts. What JSON leaves out is left out. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((inner) => canonicalJson(inner)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  let fields = '';
  for (const key of Object.keys(value).sort()) {
    const inner = (value as Readonly<Record<string, unknown>>)[key];
    if (inner === undefined) continue;
    fields += `${fields === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(inner)}`;
  }
  return `{${fields}}`;
};

export const SHARDS = 16;

/** Which of the index's 16 partitions a customer is in. */
export const shardOf = (customerId: string): number => fnv1a(customerId, OFFSETS[0]) % SHARDS;
