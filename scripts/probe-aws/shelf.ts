import type { Kind } from './maker.ts';

/** Whose a thing is, by its tag. */
export type Owner =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'gone' };

/** One kind of thing that a run makes: how leftovers are found and removed. */
export type Shelf = {
  readonly kind: Kind;
  /** Names that begin as ours do. */
  list(): Promise<readonly string[]>;
  ownerOf(name: string): Promise<Owner>;
  /** A thing that is already gone is a success. */
  remove(name: string): Promise<void>;
  /** Its removal goes on after `remove`, and may still fail. */
  readonly isSlow?: true;
};

export const ownerIn = (runId: string | undefined): Owner =>
  runId === undefined ? { kind: 'nobody' } : { kind: 'run', runId };

export const GONE: Owner = { kind: 'gone' };

/** Runs `act`, and answers `absent` when the service says by one of these names that there is no such thing. */
export const orAbsent = async <Output, Absent>(
  names: readonly string[],
  act: () => Promise<Output>,
  absent: Absent,
): Promise<Output | Absent> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return absent;
    throw error;
  }
};

const PAGES_MAX = 500;

/** All pages of a listing, of names that `isOurs`. */
export const listPages = async (
  isOurs: (name: string) => boolean,
  page: (
    next: string | undefined,
  ) => Promise<{ readonly names: readonly string[]; readonly next: string | undefined }>,
): Promise<readonly string[]> => {
  const found: string[] = [];
  let next: string | undefined;
  for (let count = 0; count < PAGES_MAX; count += 1) {
    const answer = await page(next);
    found.push(...answer.names.filter(isOurs));
    next = answer.next;
    if (next === undefined) return found;
  }
  throw new Error(`a listing did not end within ${PAGES_MAX} pages`);
};
