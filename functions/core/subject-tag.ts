const SUBJECT_TAG = /^sha256-([0-9a-f]{64})(?:\..*)?$/;

/**
 * The manifest that a tag like `sha256-<hex>.sig` belongs to: so older clients name signatures,
 * attestations, SBOMs and the index of a manifest's referrers.
 */
export const subjectOfTag = (tag: string): string | undefined => {
  const hex = SUBJECT_TAG.exec(tag)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
};

/** The suffixes that clients use; a listing finds all others. */
const SUFFIXES = ['', '.sig', '.att', '.sbom'] as const;

export const tagsOfSubject = (digest: string): readonly string[] =>
  SUFFIXES.map((suffix) => `${digest.replace(':', '-')}${suffix}`);
