import type { LedgerEntry } from './ledger.ts';
import type { PullAnswer } from './pull-answer.ts';
import type { PullRequest } from './pull-request.ts';

/** Indexes only lead to these: one pull is counted, not one for each step on the way. */
const IMAGE_MANIFESTS = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
];

/** What the ledger counts of one answer, if anything. `sizeBytes` is the blob's that the client is sent to. */
export const countedOf = (
  request: PullRequest,
  answer: PullAnswer,
  sizeBytes: number,
): LedgerEntry['what'] | undefined => {
  if (answer.kind === 'refused') {
    const { refusal } = answer;
    return refusal.kind === 'lapsed'
      ? { kind: 'denial', because: refusal.lapse.because }
      : undefined;
  }
  if (request.kind === 'blob' && answer.kind === 'redirect') {
    return { kind: 'bytes', digest: answer.digest, bytes: bytesOf(request.range, sizeBytes) };
  }
  if (answer.kind === 'not_modified') return { kind: 'version_check' };
  if (request.kind !== 'manifest' || answer.kind !== 'manifest') return undefined;
  if (request.isHead) return { kind: 'version_check' };
  return IMAGE_MANIFESTS.includes(answer.mediaType)
    ? { kind: 'pull', digest: answer.digest }
    : undefined;
};

type Range = Extract<PullRequest, { kind: 'blob' }>['range'];

/** What a resuming client may still fetch; a range outside of the blob is answered by storage with nothing. */
const bytesOf = (range: Range, sizeBytes: number): number => {
  if (range === undefined) return sizeBytes;
  const end = sizeBytes - 1;
  return Math.max(0, Math.min(range.last ?? end, end) - range.first + 1);
};
