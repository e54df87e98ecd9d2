import { OCI_MANIFEST } from '../aws/ecr-manifest.ts';
import { type Built, descriptor, jsonBytes } from './image.ts';
import { layerOf } from './layer.ts';

const CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const CONTENT = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';

/** A Helm chart as `helm push` makes it, named as Helm reads names: by the last part of the repository. */
export const chartOf = async (repository: string, version: string): Promise<Built> => {
  const name = repository.split('/').at(-1) ?? repository;
  const about = {
    apiVersion: 'v2',
    name,
    version,
    appVersion: version,
    description: 'A sample chart of Wharfage’s local system',
    type: 'application',
  };
  const { bytes } = await layerOf({
    [`${name}/Chart.yaml`]: Object.entries(about)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
      .join(''),
    [`${name}/values.yaml`]: 'greeting: hello\n',
    [`${name}/templates/configmap.yaml`]: CONFIG_MAP,
  });
  const config = jsonBytes(about);
  return {
    mediaType: OCI_MANIFEST,
    blobs: [config, bytes],
    manifest: jsonBytes({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: descriptor(CONFIG, config),
      layers: [descriptor(CONTENT, bytes)],
      annotations: {
        'org.opencontainers.image.title': name,
        'org.opencontainers.image.version': version,
      },
    }),
  };
};

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  greeting: {{ .Values.greeting | quote }}
`;
