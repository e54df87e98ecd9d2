import type { Refusal } from './refusal.ts';

const QUERY_CHARACTERS_MAX = 8_192;
const TAGS_MAX = 1_000;
const LAST_CHARACTERS_MAX = 128;
const TYPE_CHARACTERS_MAX = 255;
const VISIBLE = /^[\x21-\x7e]+$/;

type Read<Page> =
  | { readonly kind: 'page'; readonly page: Page }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** `n=0` is a list without tags, and more than we give becomes what we give. */
export const parseTagsQuery = (
  rawQuery: string,
): Read<{ readonly n?: number; readonly last?: string }> => {
  const query = parseQuery(rawQuery);
  const last = readText(query, 'last', LAST_CHARACTERS_MAX);
  if (last === undefined) return refused('last');
  const n = query?.get('n') ?? undefined;
  if (n !== undefined && !/^\d+$/.test(n)) return refused('n');
  return {
    kind: 'page',
    page: {
      ...(n === undefined ? {} : { n: Math.min(Number(n), TAGS_MAX) }),
      ...(last === '' ? {} : { last }),
    },
  };
};

export const parseReferrersQuery = (
  rawQuery: string,
): Read<{ readonly artifactType?: string; readonly last?: string }> => {
  const query = parseQuery(rawQuery);
  const last = readText(query, 'last', LAST_CHARACTERS_MAX);
  if (last === undefined) return refused('last');
  const artifactType = readText(query, 'artifactType', TYPE_CHARACTERS_MAX);
  if (artifactType === undefined) return refused('artifactType');
  return {
    kind: 'page',
    page: { ...(artifactType === '' ? {} : { artifactType }), ...(last === '' ? {} : { last }) },
  };
};

/** None of our values has a space, and many a media type has a `+` that its sender did not escape. */
const parseQuery = (rawQuery: string): URLSearchParams | undefined =>
  rawQuery.length > QUERY_CHARACTERS_MAX
    ? undefined
    : new URLSearchParams(rawQuery.replaceAll('+', '%2B'));

/** Empty when it is not there, `undefined` when it is malformed or the query is too long to read. */
const readText = (
  query: URLSearchParams | undefined,
  name: string,
  charactersMax: number,
): string | undefined => {
  const text = query === undefined ? undefined : (query.get(name) ?? '');
  if (text === undefined || text === '') return text;
  return text.length <= charactersMax && VISIBLE.test(text) ? text : undefined;
};

const refused = (text: string): Read<never> => ({
  kind: 'refused',
  refusal: { kind: 'invalid_page', text },
});
