import type { Reference, ReleaseItem, ReleaseKey, ReleaseManifest, ReleaseTag } from './release.ts';

/** Which item this is. */
export const releaseKeyOf = (item: ReleaseItem): ReleaseKey => {
  const { repository } = item;
  if (item.kind === 'tag') return { repository, kind: 'tag', tag: item.tag };
  const { kind, digest } = item;
  return kind === 'referrer'
    ? { repository, kind, subject: item.subject, digest }
    : { repository, kind, digest };
};

/** One text for each item of a repository: neither tags nor digests have a space in them. */
export const keyTextOf = (key: ReleaseKey | ReleaseItem): string => {
  if (key.kind === 'tag') return `tag ${key.tag}`;
  const subject = key.kind === 'referrer' ? `${key.subject} ` : '';
  return `${key.kind} ${subject}${key.digest}`;
};

/** The item of what is asked for. */
export const keyOfReference = (repository: string, reference: Reference): ReleaseKey =>
  reference.kind === 'tag'
    ? { repository, kind: 'tag', tag: reference.tag }
    : { repository, kind: 'manifest', digest: reference.digest };

/** What a log line calls it. */
export const nameOfReference = (
  reference: Reference,
): { readonly tag: string } | { readonly digest: string } =>
  reference.kind === 'tag' ? { tag: reference.tag } : { digest: reference.digest };

/** A tag or manifest, as something to ask ECR about. */
export const referenceOf = (item: ReleaseTag | ReleaseManifest): Reference =>
  item.kind === 'tag' ? { kind: 'tag', tag: item.tag } : { kind: 'digest', digest: item.digest };
