/** One change to one file. `find` must be there exactly once, so that an edit never breaks something else. */
type Edit = {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

/** A rule of the system, and how to take it out. */
export type Guard = {
  readonly name: string;
  /** What is broken, and what it would cost. */
  readonly costs: string;
  readonly edits: readonly Edit[];
  /** Files whose tests should notice, the likeliest first. */
  readonly tests: readonly string[];
};

/** The text with the edit applied. Where the code has moved on, the sabotage has to follow it. */
const brokenText = (guard: Guard, { file, find, replace }: Edit, text: string): string => {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `${guard.name}: ${file} should have this exactly once, and has it ${parts.length - 1} times:\n${find}`,
    );
  }
  return parts.join(replace);
};

/** Every file that a guard breaks, with its broken text. Several edits of one file follow each other. */
export const brokenFiles = (
  guard: Guard,
  read: (file: string) => string,
): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  for (const edit of guard.edits) {
    texts.set(edit.file, brokenText(guard, edit, texts.get(edit.file) ?? read(edit.file)));
  }
  return texts;
};
