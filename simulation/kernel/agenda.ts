type Entry = { readonly at: number; readonly turn: number; readonly run: () => void };

/** What happens when: earliest first, and at one instant in the order in which it was planned. */
export type Agenda = {
  add(at: number, run: () => void): void;
  /** When the first one is. */
  nextAt(): number | undefined;
  take(): Entry | undefined;
};

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);

/** A heap: a year of virtual time has many thousands of entries. */
export const agenda = (): Agenda => {
  const heap: Entry[] = [];
  let turn = 0;
  return {
    add: (at, run) => {
      turn += 1;
      rise(heap, { at, turn, run });
    },
    nextAt: () => heap[0]?.at,
    take: () => {
      const [first] = heap;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) sink(heap, last);
      return first;
    },
  };
};

const rise = (heap: Entry[], entry: Entry): void => {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || isBefore(above, entry)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
};

const sink = (heap: Entry[], entry: Entry): void => {
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const right = left + 1;
    const [a, b] = [heap[left], heap[right]];
    const child = a !== undefined && b !== undefined && isBefore(b, a) ? right : left;
    const below = heap[child];
    if (below === undefined || isBefore(entry, below)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = entry;
};
