import type { ReleaseItem } from './release.ts';

/** DynamoDB's limit is 400 kB. JSON is the longer of the two encodings, so this leaves room. */
export const RELEASE_BYTES_MAX = 380_000;

/** What the table takes of a release: the whole, all but the manifest's bytes, or nothing. */
export const fittingRelease = (release: ReleaseItem): ReleaseItem | undefined => {
  const { body, rest } = partsOf(release);
  const restBytes = bytesOf(rest);
  if (restBytes > RELEASE_BYTES_MAX) return undefined;
  return restBytes + (body?.length ?? 0) > RELEASE_BYTES_MAX ? rest : release;
};

/** Without the manifest's bytes, in the encoding that is the longer one. */
export const bytesOf = (release: ReleaseItem): number =>
  new TextEncoder().encode(JSON.stringify(partsOf(release).rest)).length;

const partsOf = (
  release: ReleaseItem,
): { readonly body?: Uint8Array; readonly rest: ReleaseItem } => {
  if (!('body' in release) || release.body === undefined) return { rest: release };
  const { body, ...rest } = release;
  return { body, rest };
};
