import type {
  IndexState,
  ReleaseBlob,
  ReleaseManifest,
  ReleaseReferrer,
  ReleaseTag,
} from '../../functions/core/release.ts';
import { NOON } from './examples.ts';

export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** Bytes that no text has, and that no converter may touch. */
export const BODY = new Uint8Array([0x7b, 0x22, 0x0a, 0x00, 0xff, 0x7d]);

const stored = {
  repository: 'acme/app',
  revision: 1,
  firstPushedAt: NOON,
  opens: { app: NOON, 'accepted:app': NOON + 1 },
  rulesHash: '0123456789abcdef',
};

export const tag = (given: Partial<ReleaseTag> = {}): ReleaseTag => ({
  ...stored,
  kind: 'tag',
  tag: 'v1.2.3',
  digest: digest('a'),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  sizeBytes: 6,
  body: BODY,
  isArchived: false,
  checkedAt: NOON,
  history: [
    { digest: digest('a'), since: NOON },
    { digest: digest('b'), since: NOON - 60 },
  ],
  ...given,
});

export const manifest = (given: Partial<ReleaseManifest> = {}): ReleaseManifest => ({
  ...stored,
  kind: 'manifest',
  digest: digest('a'),
  mediaType: 'application/vnd.oci.image.index.v1+json',
  sizeBytes: 6,
  body: BODY,
  isArchived: false,
  tags: { 'v1.2.3': NOON, latest: NOON + 2 },
  children: [digest('c')],
  blobs: [],
  subject: digest('d'),
  ...given,
});

export const blob = (given: Partial<ReleaseBlob> = {}): ReleaseBlob => ({
  ...stored,
  kind: 'blob',
  digest: digest('e'),
  sizeBytes: 10_737_418_240,
  ...given,
});

export const referrer = (given: Partial<ReleaseReferrer> = {}): ReleaseReferrer => ({
  ...stored,
  kind: 'referrer',
  subject: digest('a'),
  digest: digest('f'),
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  sizeBytes: 512,
  artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
  annotations: { 'org.opencontainers.image.title': 'Pfändung' },
  ...given,
});

export const indexState = (given: Partial<IndexState> = {}): IndexState => ({
  repository: 'acme/app',
  revision: 1,
  startedAt: NOON,
  ...given,
});
