const CAUSES_MAX = 5;

/**
 * What a log may say of an error: the names down the chain of causes, and the sentence when it is one
 * of ours. The text of other people's errors may hold what they were sent.
 */
export const errorFields = (
  error: unknown,
): { readonly errors: readonly string[]; readonly reason: string | undefined } => {
  const names: string[] = [];
  let current = error;
  while (current instanceof Error && names.length < CAUSES_MAX) {
    names.push(current.name);
    current = current.cause;
  }
  return {
    errors: names.length === 0 ? [typeof error] : names,
    reason: error instanceof Error && error.name === 'Error' ? error.message : undefined,
  };
};
