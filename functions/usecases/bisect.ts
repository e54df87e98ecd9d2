export type Sorted<Item> = {
  readonly accepted: readonly Item[];
  /** Each of these was refused alone. */
  readonly refused: readonly Item[];
  /** Left over when the questions ran out. */
  readonly untried: readonly Item[];
};

/**
 * Finds the items that cannot be accepted, when a refusal of several does not say which: one
 * question when all are good, at most 2 log2 n more for each bad one. Nothing is condemned by
 * inference: every refused item was asked about alone.
 */
export const bisect = async <Item>(
  items: readonly Item[],
  accepts: (items: readonly Item[]) => Promise<boolean>,
  questionsMax: number,
): Promise<Sorted<Item>> => {
  const accepted: Item[] = [];
  const refused: Item[] = [];
  const untried: Item[] = [];
  let questions = 0;

  const sort = async (part: readonly Item[]): Promise<void> => {
    if (questions >= questionsMax) {
      untried.push(...part);
      return;
    }
    questions += 1;
    if (await accepts(part)) {
      accepted.push(...part);
      return;
    }
    if (part.length === 1) {
      refused.push(...part);
      return;
    }
    const middle = Math.ceil(part.length / 2);
    await sort(part.slice(0, middle));
    await sort(part.slice(middle));
  };

  if (items.length > 0) await sort(items);
  return { accepted, refused, untried };
};
