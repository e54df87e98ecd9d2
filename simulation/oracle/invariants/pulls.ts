import type { Credential } from '../../../functions/core/credential.ts';
import { accessTo } from '../../../functions/core/pull-access.ts';
import type { PullNote } from '../../world/hands.ts';
import { gatewayUntil } from '../doors.ts';
import { type Scene, subjectOf } from '../scene.ts';
import { at } from '../text.ts';

const STALE_SECONDS = 60;

/** Remembers until when each customer's doors at the gateway have been open. */
export const pullWatch = () => {
  let seen = 0;
  const openAt = new Map<string, number>();
  const closedAt = new Map<string, number>();
  return {
    /** A customer's item, or the catalog, is about to change: this is how it stood until now. */
    stood: (scene: Scene, customerId: string): void => {
      const now = scene.world.far.kernel.now();
      for (const repository of scene.repositories) {
        const key = `${customerId} ${repository}`;
        (isOpen(scene, customerId, repository, now) ? openAt : closedAt).set(key, now);
      }
    },
    check: (scene: Scene): string | undefined => {
      const { pulls } = scene.world.hands;
      while (seen < pulls.length) {
        const note = pulls[seen];
        seen += 1;
        const wrong = note === undefined ? undefined : wrongOf(scene, note, { openAt, closedAt });
        if (wrong !== undefined) return wrong;
      }
      return undefined;
    },
    pending: (scene: Scene): boolean => scene.world.hands.pulls.length > seen,
  };
};

type Stood = {
  readonly openAt: ReadonlyMap<string, number>;
  readonly closedAt: ReadonlyMap<string, number>;
};

/** What is kept after an end counts here: it is served. */
const isOpen = (scene: Scene, customerId: string, repository: string, now: number): boolean => {
  const { stored } = subjectOf(scene, customerId);
  if (stored === undefined) return false;
  return accessTo(stored, scene.catalogs, repository, Math.floor(now)).openings.length > 0;
};

/** An offer with rules about tags may refuse one tag that another offer opened before. */
const opensEverything = (
  scene: Scene,
  customerId: string,
  repository: string,
  now: number,
): boolean => {
  const { stored } = subjectOf(scene, customerId);
  if (stored === undefined) return false;
  const { deployed, accepted } = scene.catalogs;
  return accessTo(stored, scene.catalogs, repository, Math.floor(now)).openings.some(
    ({ offerId }) => (deployed.offers[offerId] ?? accepted.offers[offerId])?.tags.length === 0,
  );
};

/** I1, I3 and I15: what customers met at the gateway, against what the table said while they waited. */
const wrongOf = (scene: Scene, note: PullNote, stood: Stood): string | undefined =>
  note.outcome.kind === 'served'
    ? servedWrong(scene, note, stood)
    : refusedWrong(scene, note, stood);

const servedWrong = (
  scene: Scene,
  { customerId, credentialId, repository, tag, sentAt, at: answeredAt }: PullNote,
  { openAt }: Stood,
): string | undefined => {
  const skew = Math.abs(scene.world.plan.skewSeconds.gateway ?? 0);
  const from = sentAt - STALE_SECONDS - skew;
  const wasOpen =
    isOpen(scene, customerId, repository, from) ||
    isOpen(scene, customerId, repository, answeredAt) ||
    (openAt.get(`${customerId} ${repository}`) ?? 0) >= from;
  if (!wasOpen) {
    return `I1 gateway safety: ${customerId} was served ${repository}:${tag} at ${at(scene.world, answeredAt)}, and nothing was open to it since ${at(scene.world, from)}`;
  }
  const text = scene.world.far.stores.table.get(
    `CUSTOMER#${customerId} CREDENTIAL#${credentialId}`,
  );
  const { retiresAt = Number.POSITIVE_INFINITY } = JSON.parse(text ?? '{}') as Partial<Credential>;
  return retiresAt < from
    ? `I1 gateway safety: ${customerId} was served ${repository}:${tag} with the credential ${credentialId}, which was retired before`
    : undefined;
};

/** Refusals that say something about the customer's rights. */
const RIGHTS: readonly string[] = ['lapsed', 'unknown_repository'];

const refusedWrong = (
  scene: Scene,
  { customerId, repository, sentAt, at: answeredAt, outcome }: PullNote,
  { closedAt }: Stood,
): string | undefined => {
  if (outcome.kind !== 'refused' || !RIGHTS.includes(outcome.because)) return undefined;
  const skew = Math.abs(scene.world.plan.skewSeconds.gateway ?? 0);
  const from = sentAt - STALE_SECONDS - skew;
  const stored = subjectOf(scene, customerId).stored;
  const until =
    stored === undefined ? 0 : gatewayUntil(stored, scene.catalogs, repository, answeredAt + skew);
  const wasClosed = (closedAt.get(`${customerId} ${repository}`) ?? 0) >= from;
  const startsLater = stored?.windows.some(({ startsAt }) => startsAt > from) ?? true;
  // Another catalog, or a backup: until everybody is decided again the table knows less.
  const isNew = scene.catalogAt >= from || scene.restoredAt >= from;
  if (until <= answeredAt + skew || wasClosed || startsLater || isNew) return undefined;
  if (!opensEverything(scene, customerId, repository, answeredAt)) return undefined;
  return `I15 fail closed, honestly: ${customerId} was refused ${repository} as ${outcome.because} at ${at(scene.world, answeredAt)}, and it was open until ${at(scene.world, until)}`;
};
