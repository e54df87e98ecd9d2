import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ClaimOutcome } from '../../../functions/usecases/claim-credential.ts';
import { STAGE } from '../../../local/names.ts';
import type { Plan } from '../support/fault-proxy.ts';
import { endpointsOf, startProxies, type Wire, type World } from './world.ts';

export type Claimer = {
  /** SIGKILL, at once. */
  kill(): void;
  /** What the operator saw; nothing when it was killed before it said anything. */
  readonly outcome: Promise<ClaimOutcome | undefined>;
};

/** A process of its own that claims a customer's credential, behind proxies of its own. */
export const startClaimer = async (
  { folder }: Pick<Wire, 'folder'>,
  { upstreams: { dynamodb, secretsmanager }, tableName }: World,
  customerId: string,
  planFor: (kill: () => void) => Plan,
): Promise<Claimer> => {
  let kill: () => void = () => undefined;
  const proxies = await startProxies(
    { dynamodb, secretsmanager },
    planFor(() => kill()),
  );
  const child = fork(join(folder, 'claimer.mjs'), {
    env: {
      PATH: process.env.PATH,
      ...endpointsOf(proxies),
      STAGE,
      TABLE_NAME: tableName,
      WIRE_CUSTOMER: customerId,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  let isKilled = false;
  kill = () => {
    isKilled = true;
    child.kill('SIGKILL');
  };
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const end = async (): Promise<ClaimOutcome | undefined> => {
    await once(child, 'close');
    for (const { proxy } of proxies) await proxy.close();
    const line = said.split('\n').findLast((each) => each.startsWith('{"kind"'));
    if (line === undefined && !isKilled)
      throw new Error(`the claim of ${customerId} failed: ${said}`);
    return line === undefined ? undefined : (JSON.parse(line) as ClaimOutcome);
  };
  return { kill, outcome: end() };
};
