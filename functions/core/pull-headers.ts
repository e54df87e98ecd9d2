const HEADER_CHARACTERS_MAX = 4_096;
const DIGESTS_MAX = 20;
const ENTITY_TAG = /^(?:W\/)?"([^"]*)"$/;
const RANGE = /^bytes=(\d{1,15})-(\d{1,15})?$/;

/** The digests of `If-None-Match`, without their quotes; `*` stays as it is. */
export const knownDigestsOf = (header: string | undefined): readonly string[] => {
  if (header === undefined || header.length > HEADER_CHARACTERS_MAX) return [];
  return header
    .split(',', DIGESTS_MAX)
    .map((entry) => entry.trim())
    .flatMap((entry) => (entry === '*' ? ['*'] : (ENTITY_TAG.exec(entry)?.[1] ?? [])));
};

/** A range with a first byte. Storage answers whatever else there is; the ledger then counts it all. */
export const rangeOf = (
  header: string | undefined,
): { readonly first: number; readonly last?: number } | undefined => {
  const [, firstText, lastText] = RANGE.exec(header ?? '') ?? [];
  if (firstText === undefined) return undefined;
  const first = Number(firstText);
  if (lastText === undefined) return { first };
  const last = Number(lastText);
  return last < first ? undefined : { first, last };
};
