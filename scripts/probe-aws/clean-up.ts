import { errorText } from './attempt.ts';
import type { Made } from './maker.ts';
import { runInName } from './names.ts';
import type { Shelf } from './shelf.ts';

export type CleanUp = {
  readonly deleted: readonly Made[];
  /** What may still be there, and costs until somebody removes it. */
  readonly left: readonly Left[];
};

type Left = { readonly what: string; readonly because: string };

type Options = {
  /** One run's, or those of every run there ever was. */
  readonly runs: { readonly kind: 'one'; readonly runId: string } | { readonly kind: 'all' };
  /** Names that a listing may not show yet. */
  readonly made: readonly Made[];
  readonly wait: (seconds: number) => Promise<void>;
};

/** A table that is being made cannot be deleted yet; SQS and ECR have bad moments. */
const ROUNDS_MAX = 8;
const PAUSE_SECONDS = 5;
const GONE_LOOKS_MAX = 24;

/**
 * Deletes what carries both the name and the tag of a run, whether this process made it or not. Nothing
 * else is touched: neither a name without the tag nor a tag under another name.
 */
export const cleanUp = async (shelves: readonly Shelf[], options: Options): Promise<CleanUp> => {
  const deleted: Made[] = [];
  const left: Left[] = [];
  for (const shelf of shelves) {
    for (const name of await namesOn(shelf, options, left)) {
      const end = await removeOne(shelf, name, options);
      if (end.kind === 'deleted') deleted.push({ kind: shelf.kind, name });
      if (end.kind === 'left') left.push({ what: `${shelf.kind} ${name}`, because: end.because });
    }
  }
  return { deleted, left };
};

/** What was made for certain, and what a listing shows besides. */
const namesOn = async (
  shelf: Shelf,
  options: Options,
  left: Left[],
): Promise<ReadonlySet<string>> => {
  const made = options.made.filter(({ kind }) => kind === shelf.kind).map(({ name }) => name);
  try {
    const listed = (await shelf.list()).filter((name) => isWanted(name, options));
    return new Set([...made, ...listed]);
  } catch (error) {
    left.push({ what: `any ${shelf.kind} that is not named here`, because: errorText(error) });
    return new Set(made);
  }
};

const isWanted = (name: string, { runs }: Options): boolean => {
  const runId = runInName(name);
  return runId !== undefined && (runs.kind === 'all' || runs.runId === runId);
};

type End =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'left'; readonly because: string };

const removeOne = async (shelf: Shelf, name: string, options: Options): Promise<End> => {
  let end: End = { kind: 'left', because: 'it was never tried' };
  for (let round = 0; round < ROUNDS_MAX && end.kind === 'left'; round += 1) {
    if (round > 0) await options.wait(PAUSE_SECONDS);
    end = await tryRemove(shelf, name, options.wait);
  }
  return end;
};

const tryRemove = async (shelf: Shelf, name: string, wait: Options['wait']): Promise<End> => {
  try {
    const owner = await shelf.ownerOf(name);
    if (owner.kind === 'gone') return { kind: 'gone' };
    if (owner.kind === 'nobody' || owner.runId !== runInName(name)) return NOT_OURS;
    await shelf.remove(name);
    const isGone = shelf.isSlow === undefined || (await becomesGone(shelf, name, wait));
    return isGone ? { kind: 'deleted' } : STILL_THERE;
  } catch (error) {
    return { kind: 'left', because: errorText(error) };
  }
};

/** Tried again all the same: the tags of what was just made may show later than the thing. */
const NOT_OURS: End = {
  kind: 'left',
  because: 'it does not carry the tag of the run that its name says, so it is not ours to delete',
};
const STILL_THERE: End = {
  kind: 'left',
  because: 'its deletion was begun, and it is still there',
};

const becomesGone = async (shelf: Shelf, name: string, wait: Options['wait']): Promise<boolean> => {
  for (let look = 0; look < GONE_LOOKS_MAX; look += 1) {
    if ((await shelf.ownerOf(name)).kind === 'gone') return true;
    await wait(PAUSE_SECONDS);
  }
  return false;
};
