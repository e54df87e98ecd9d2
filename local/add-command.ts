import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readLocalDeployment } from '../bin/local-deployment.ts';
import type { Added } from './archive/add-image.ts';
import { KEY_HEADER } from './http/guard.ts';

const ADD_HELP = `npm run local -- add <path> [--repository acme/app] [--tag 2.0]

Puts an image of your own into the local system that runs (npm start), as a push to the vendor's ECR would.
<path> is an OCI image layout, as a directory or a tar (skopeo copy … oci:dir, docker buildx build -o type=oci),
or what docker save wrote. Without --repository and --tag they are taken from the name in the archive.`;

const USAGE = 'npm run local -- add --help shows how';

type Place = {
  /** Where the command was called. */
  readonly cwd: string;
  /** Another than the one in the checkout. */
  readonly deploymentFile?: string;
};

type Asked = { readonly path: string; readonly repository?: string; readonly tag?: string };

/** Answers the lines to print. */
export const addCommand = async (
  args: readonly string[],
  { cwd, deploymentFile }: Place,
): Promise<readonly string[]> => {
  const asked = askedOf(args, cwd);
  if (asked === undefined) return [ADD_HELP];
  const { page, registry } = readLocalDeployment(deploymentFile);
  if (page === undefined) throw new Error('the local system is of another version: start it again');
  const response = await fetch(`${page.url}/api/images`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [KEY_HEADER]: page.key },
    body: JSON.stringify(asked),
  });
  const answer = (await response.json()) as { error?: string; added?: readonly Added[] };
  if (answer.added === undefined) throw new Error(answer.error ?? `it answered ${response.status}`);
  return answer.added.flatMap(({ repository, tag, digest }) => [
    `${repository}:${tag} is at the vendor’s ECR, ${digest}`,
    `Whoever may pull it:  docker pull ${registry}/${repository}:${tag}`,
  ]);
};

/** What the command line asks for: `undefined` for help. */
const askedOf = (args: readonly string[], cwd: string): Asked | undefined => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      repository: { type: 'string' },
      tag: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return undefined;
  const [verb, path, ...others] = positionals;
  if (verb !== 'add' || path === undefined || others.length > 0) {
    throw new Error(`add and one path are needed, got ${JSON.stringify(positionals)}: ${USAGE}`);
  }
  const { repository, tag } = values;
  return {
    path: resolve(cwd, path),
    ...(repository === undefined ? {} : { repository }),
    ...(tag === undefined ? {} : { tag }),
  };
};
