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
  /** Who names an account, and who did until then: what it takes to remove one is theirs too. */
  const ownersOf = new Map<string, Map<Subject, number>>();
  let wrong: string | undefined;

  const trackOf = (door: Door, who: string, repository: string): Track => {
    const key = `${door} ${who} ${repository}`;
    const track = tracks.get(key) ?? newTrack(door, who, repository, far.kernel.now());
    tracks.set(key, track);
    return track;
  };
  const noteOwner = (subject: Subject, accounts: ReadonlySet<string>): void => {
    for (const account of accounts) {
      const owners = ownersOf.get(account) ?? new Map<Subject, number>();
      ownersOf.set(account, owners.set(subject, Number.POSITIVE_INFINITY));
    }
    for (const account of accountsOf.get(subject.customerId) ?? []) {
      if (!accounts.has(account)) ownersOf.get(account)?.set(subject, far.kernel.now());
    }
    accountsOf.set(subject.customerId, accounts);
  };
  const subjectsOf = ({ track, late }: Lateness): readonly Subject[] =>
    track.door === 'ecr'
      ? [...(ownersOf.get(track.who) ?? [])].flatMap(([subject, until]) =>
          until >= late.since ? [subject] : [],
        )
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
      const before = accountsOf.get(subject.customerId) ?? [];
      noteOwner(subject, accounts);
      ecr(new Set([...accounts, ...before]), fate);
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
