/** Works through `items`, at most `limit` at the same time; the first failure stops what has not begun. */
export const atOnce = async <Item>(
  limit: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  // One iterator for all workers: each takes the next item that nobody has.
  const queue = [...items].values();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (hasFailed) return;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
};
