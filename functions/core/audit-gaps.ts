/** Of the numbers from 1 to `last`, those that are not there. An audit trail has every one. */
export const missingSequences = (written: readonly number[], last: number): readonly number[] => {
  const found = new Set(written);
  return Array.from({ length: Math.max(0, last) }, (_, index) => index + 1).filter(
    (sequence) => !found.has(sequence),
  );
};
