import type { IncomingMessage } from 'node:http';

/** Reads to the end also what is too large, so that the caller can read the refusal. */
export const readBody = async (
  request: IncomingMessage,
  bytesMax: number,
): Promise<Buffer | 'too large'> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= bytesMax) chunks.push(bytes);
  }
  return size <= bytesMax ? Buffer.concat(chunks) : 'too large';
};
