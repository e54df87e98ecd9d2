import { DAY } from '../../functions/core/time.ts';
import { acceptCatalog } from '../../functions/usecases/accept-catalog.ts';
import { claimCredential } from '../../functions/usecases/claim-credential.ts';
import { retireCredentials } from '../../functions/usecases/retire-credential.ts';
import { rotateCredential } from '../../functions/usecases/rotate-credential.ts';
import { processOf } from '../kernel/lambda.ts';
import { doCustomerAct, giveSecret } from '../system/customer-acts.ts';
import { depsFor } from '../system/deps.ts';
import type { World } from '../world/world.ts';
import type { Flow } from './flow.ts';

export type People = {
  isDone(): boolean;
};

type Step = Flow['steps'][number];

/** What somebody whose command was cut off, or who was put off, does about it after a while. */
const AGAIN_SECONDS = 120;
const TRIES_MAX = 40;

/** Or what has to be done now in its place. */
type Tried = 'done' | 'again' | Step;

/**
 * The operator at the command, and the customer at docker: one step after the other. Whoever is cut
 * off does it again, as docs/operate.md says.
 */
export const people = (world: World, { steps, stepsFrom }: Flow): People => {
  const { kernel, wire } = world.far;
  const begun = steps[Symbol.iterator]();
  let isDone = steps.length === 0;
  let cutOff = (): void => {};
  wire.listen(({ process, outcome }) => {
    if (outcome === 'died' && (process === 'operator' || process === 'gateway')) cutOff();
  });
  const take = (step: Step, tries: number): void => {
    if (tries > TRIES_MAX) throw new Error(`'${step.does}' was tried ${TRIES_MAX} times in vain`);
    let isOver = false;
    const end = (tried: Tried): void => {
      if (isOver) return;
      isOver = true;
      if (tried === 'done') next();
      else if (tried === 'again') kernel.after(AGAIN_SECONDS, () => take(step, tries + 1));
      else take(tried, tries + 1);
    };
    cutOff = () => end('again');
    perform(world, step).then(end, () => end('again'));
  };
  const next = (): void => {
    const { value: step } = begun.next();
    if (step === undefined) isDone = true;
    else take(step, 1);
  };
  if (!isDone) kernel.after(stepsFrom, next);
  return { isDone: () => isDone };
};

const perform = (world: World, step: Step): Promise<Tried> => {
  switch (step.does) {
    case 'claim':
      return claim(world, step.customer);
    case 'rotate':
      return rotate(world, step.customer);
    case 'pull':
      return pull(world, step);
    case 'accept_catalog':
      return accept(world);
    default:
      throw new Error(`no flow does '${step.does}'`);
  }
};

const ACTOR = 'ada';

/** Each command is a process of its own. */
const command = ({ far, system }: World) =>
  depsFor(
    far,
    processOf({ kernel: far.kernel, name: 'operator', skewSeconds: 0 }),
    system.bundle(),
  );

/** A secret that was claimed and shown to nobody is lost: then the operator rotates, until that is done. */
const claim = async (world: World, customerId: string): Promise<Tried> => {
  const outcome = await claimCredential(command(world))({ customerId });
  if (outcome.kind === 'claimed') {
    giveSecret(world, customerId, outcome);
    return 'done';
  }
  const isLost = outcome.kind === 'lost' || outcome.kind === 'refused';
  return isLost ? { who: 'operator', does: 'rotate', customer: customerId } : 'again';
};

/** Two that are valid after a rotation that was cut off: the newer one, which nobody has, goes first. */
const rotate = async (world: World, customerId: string): Promise<Tried> => {
  const request = { customerId, overlapSeconds: DAY, actor: ACTOR };
  const outcome = await rotateCredential(command(world))(request);
  if (outcome.kind === 'rotated') {
    giveSecret(world, customerId, outcome);
    return 'done';
  }
  if (outcome.kind !== 'too_many') return 'again';
  const [newest] = outcome.credentials.toSorted((a, b) => b.createdAt - a.createdAt);
  if (newest === undefined) return 'again';
  await retireCredentials(command(world))(customerId, newest);
  return { who: 'operator', does: 'rotate', customer: customerId };
};

const pull = async (
  world: World,
  step: Extract<Step, { readonly does: 'pull' }>,
): Promise<Tried> => {
  const before = world.hands.pulls.length;
  await doCustomerAct(world, step);
  const met = world.hands.pulls.slice(before);
  return met.some(({ outcome }) => outcome.kind === 'nothing') ? 'again' : 'done';
};

/** The hash that `plan` shows, once the sweep has noticed the deployment. */
const accept = async (world: World): Promise<Tried> => {
  const { catalogHash } = world.system.bundle();
  const { kind } = await acceptCatalog(command(world))(catalogHash);
  return kind === 'accepted' || kind === 'accepted_before' ? 'done' : 'again';
};
