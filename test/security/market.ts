import { bearer, type Pushed, type Shop, shop } from './shop.ts';

/** Ada has bought the app, Bob the tools; each product is one repository with one image. */
export const market = async (given: Parameters<typeof shop>[0] = {}) => {
  const its = await shop(given);
  const ada = await its.join('cus_Ada', 'app');
  const bob = await its.join('cus_Bob', 'tools');
  const app = await its.push('acme/app', '1.0.0');
  const tools = await its.push('acme/tools', '1.0.0');
  return { its, ada, bob, app, tools };
};

export type Market = Awaited<ReturnType<typeof market>>;

/** The five ways to ask for something of a repository. */
export const routesOf = (repository: string, { digest, layer }: Pushed): readonly string[] => [
  `/v2/${repository}/manifests/1.0.0`,
  `/v2/${repository}/manifests/${digest}`,
  `/v2/${repository}/blobs/${layer}`,
  `/v2/${repository}/tags/list`,
  `/v2/${repository}/referrers/${digest}`,
];

export const statusesOf = async (
  { ask }: Shop,
  token: string,
  paths: readonly string[],
): Promise<readonly number[]> => {
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await ask(path, bearer(token))).status);
  return statuses;
};

/** What `routesOf` answers to whom the repository is open. */
export const OPEN = [200, 200, 307, 200, 200];
