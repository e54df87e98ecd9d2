import type { Door } from './doors.ts';
import type { Fate } from './excuses.ts';
import { type Bound, measuring } from './measured.ts';
import { atEcr, atGateway, owedTo } from './openings.ts';
import type { Scene, Subject } from './scene.ts';
import { type Lateness, newTrack, pass, type Track, turn } from './tracks.ts';

/** Follows both doors of everybody through time, and measures what is late. */
export const doorWatch = (scene: Scene) => {
  const { world, repositories } = scene;
  const { far } = world;
  const tracks = new Map<string, Track>();
  const accountsOf = new Map<string, ReadonlySet<string>>();
  /** Whoever has named an account once: what it takes to remove one is theirs too. */
  const ownersOf = new Map<string, Set<Subject>>();
  let wrong: string | undefined;

  const trackOf = (door: Door, who: string, repository: string): Track => {
    const key = `${door} ${who} ${repository}`;
    const track = tracks.get(key) ?? newTrack(door, who, repository, far.kernel.now());
    tracks.set(key, track);
    return track;
  };
  const subjectsOf = ({ track }: Lateness): readonly Subject[] =>
    track.door === 'ecr'
      ? [...(ownersOf.get(track.who) ?? [])]
      : [...scene.subjects.values()].filter(({ customerId }) => customerId === track.who);
  const measured = measuring(world, subjectsOf);
  const tell = (lateness: Lateness): void => {
    const text = measured.late(lateness);
    if (text !== undefined) wrong ??= text;
  };
  const ecr = (accounts: Iterable<string>, fate: Fate): void => {
    for (const account of accounts) {
      for (const repository of repositories) {
        const track = trackOf('ecr', account, repository);
        turn(track, far.kernel.now(), atEcr(scene, account, repository), { fate, tell });
      }
    }
  };
  return {
    /** Something about a customer has changed: what is true, what is stored, or the catalog. */
    customer: (subject: Subject, fate: Fate): void => {
      const owed = owedTo(scene, subject, 'gateway');
      for (const repository of repositories) {
        const track = trackOf('gateway', subject.customerId, repository);
        const untils = atGateway(scene, subject, owed, repository);
        turn(track, far.kernel.now(), untils, { fate, tell });
      }
      const accounts = new Set([...subject.truth.accounts, ...(subject.stored?.accounts ?? [])]);
      for (const account of accounts) {
        ownersOf.set(account, (ownersOf.get(account) ?? new Set()).add(subject));
      }
      ecr(new Set([...accounts, ...(accountsOf.get(subject.customerId) ?? [])]), fate);
      accountsOf.set(subject.customerId, accounts);
    },
    repository: (repository: string): void => {
      const inPolicy = scene.policies.get(repository)?.untils.keys() ?? [];
      const known = [...tracks.values()].filter(({ door }) => door === 'ecr').map(({ who }) => who);
      for (const account of new Set([...inPolicy, ...known])) {
        const track = trackOf('ecr', account, repository);
        const untils = atEcr(scene, account, repository);
        turn(track, far.kernel.now(), untils, { fate: 'clock', tell });
      }
    },
    restored: measured.stood,
    /** Time passes; answers what was found since the last look. */
    clock: (): string | undefined => {
      for (const track of tracks.values()) pass(track, far.kernel.now(), tell);
      return wrong;
    },
    bounds: (): readonly Bound[] => measured.bounds(),
  };
};
