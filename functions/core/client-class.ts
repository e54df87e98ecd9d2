/**
 * Clients by the place at which they show a denial: `c` the containers/image family, `k` containerd as
 * Kubernetes runs it, `d` everybody else. Chosen from the User-Agent of the challenged request, kept
 * in the realm's path and in the access token. `oci-pull.md`, rule 27.
 */
export type ClientClass = 'd' | 'k' | 'c';

export const classOf = (userAgent: string): ClientClass => {
  if (userAgent.startsWith('containerd/')) return 'k';
  return CONTAINERS_IMAGE.some((prefix) => userAgent.startsWith(prefix)) ? 'c' : 'd';
};

const CONTAINERS_IMAGE = ['containers/', 'skopeo/', 'Buildah/', 'libpod/', 'podman', 'cri-o/'];

/** `/token/d` of a realm. */
export const parseClass = (text: string): ClientClass | undefined =>
  text === 'd' || text === 'k' || text === 'c' ? text : undefined;
