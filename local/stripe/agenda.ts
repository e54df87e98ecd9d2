/** Which subscription has something to do next: a heap, so that 10,000 of them cost nothing while they wait. */
export type Agenda = {
  /** `undefined`: nothing to do any more. */
  set(id: string, at: number | undefined): void;
  /** The earliest one at or before `now`. It stays until it is set again. */
  next(now: number): { readonly id: string; readonly at: number } | undefined;
};

type Entry = { readonly id: string; readonly at: number; readonly turn: number };

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);

export const agenda = (): Agenda => {
  const heap: Entry[] = [];
  const current = new Map<string, Entry>();
  let turn = 0;
  return {
    set: (id, at) => {
      current.delete(id);
      if (at === undefined) return;
      turn += 1;
      const entry = { id, at, turn };
      current.set(id, entry);
      push(heap, entry);
    },
    next: (now) => {
      // An entry that was set again since is a leftover.
      while (heap[0] !== undefined && current.get(heap[0].id) !== heap[0]) pop(heap);
      const first = heap[0];
      return first !== undefined && first.at <= now ? { id: first.id, at: first.at } : undefined;
    },
  };
};

const push = (heap: Entry[], entry: Entry): void => {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = Math.floor((index - 1) / 2);
    const above = heap[parent];
    if (above === undefined || isBefore(above, entry)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
};

const pop = (heap: Entry[]): void => {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const child = smallerChild(heap, index);
    const below = heap[child];
    if (below === undefined || isBefore(last, below)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
};

const smallerChild = (heap: readonly Entry[], index: number): number => {
  const left = heap[2 * index + 1];
  const right = heap[2 * index + 2];
  return left !== undefined && right !== undefined && isBefore(right, left)
    ? 2 * index + 2
    : 2 * index + 1;
};
