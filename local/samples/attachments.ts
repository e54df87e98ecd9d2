import { createHash, createPrivateKey, sign } from 'node:crypto';
import { digestOf } from '../aws/blobs.ts';
import { OCI_MANIFEST } from '../aws/ecr-manifest.ts';
import { type Built, descriptor, FAMILIES, jsonBytes, type Piece } from './image.ts';

const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
const EMPTY = Buffer.from('{}');
const SIGNED_PAYLOAD = 'application/vnd.dev.cosign.simplesigning.v1+json';

type Attachment = {
  readonly subject: Piece;
  readonly artifactType: string;
  readonly content: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
};

/** A manifest that points at its subject, as OCI 1.1 attaches things. */
const referrerOf = ({ subject, artifactType, content, annotations }: Attachment): Built => ({
  mediaType: OCI_MANIFEST,
  blobs: [EMPTY, content],
  manifest: jsonBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: descriptor(EMPTY_TYPE, EMPTY),
    layers: [descriptor(artifactType, content)],
    subject: descriptor(subject.mediaType, subject.manifest),
    ...(annotations === undefined ? {} : { annotations }),
  }),
});

export const sbomOf = (repository: string, version: string, subject: Piece): Built =>
  referrerOf({
    subject,
    artifactType: 'application/spdx+json',
    annotations: { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z' },
    content: jsonBytes({
      spdxVersion: 'SPDX-2.3',
      dataLicense: 'CC0-1.0',
      SPDXID: 'SPDXRef-DOCUMENT',
      name: repository,
      documentNamespace: `https://vendor.example/spdx/${repository}/${version}`,
      creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: wharfage-sample'] },
      packages: [
        {
          SPDXID: 'SPDXRef-Package',
          name: repository,
          versionInfo: version,
          downloadLocation: 'NOASSERTION',
        },
      ],
    }),
  });

/** A signature in both places where verifiers look: a referrer, and cosign's tag. */
export const signaturesOf = (
  repository: string,
  subject: Piece,
): { readonly referrer: Built; readonly tagged: Built; readonly tag: string } => {
  const digest = digestOf(subject.manifest);
  const payload = jsonBytes({
    critical: {
      identity: { 'docker-reference': repository },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
  const signature = sign(null, payload, sampleKey()).toString('base64');
  const annotations = { 'dev.cosignproject.cosign/signature': signature };
  const config = jsonBytes({
    architecture: '',
    os: '',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digestOf(payload)] },
  });
  return {
    tag: `${digest.replace(':', '-')}.sig`,
    referrer: referrerOf({
      subject,
      artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json',
      content: payload,
      annotations,
    }),
    tagged: {
      mediaType: OCI_MANIFEST,
      blobs: [config, payload],
      manifest: jsonBytes({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: descriptor(FAMILIES.oci.config, config),
        layers: [{ ...descriptor(SIGNED_PAYLOAD, payload), annotations }],
      }),
    },
  };
};

/** Ed25519 from a text that everybody can read: it signs samples, and proves nothing. */
const sampleKey = () => {
  const seed = createHash('sha256').update('wharfage sample').digest();
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
};
