import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listenOn } from '../../local/aws/listen.ts';

type Kept = { readonly status: number; readonly type: string; readonly body: Buffer };

export type Replay = { readonly url: string; close(): Promise<void> };

/**
 * Answers as DynamoDB did to the same request before, so that what is measured is the gateway and not
 * the stand-in of DynamoDB, which is far slower than the real one.
 */
export const replayOf = async (upstream: string): Promise<Replay> => {
  const kept = new Map<string, Promise<Kept>>();
  const answerTo = async (request: IncomingMessage): Promise<Kept> => {
    const body = Buffer.concat(await request.toArray());
    const target = String(request.headers['x-amz-target']);
    const isWrite = target.endsWith('.UpdateItem');
    // What is written holds the time; one write is as good as the next.
    const key = isWrite ? target : `${target} ${createHash('sha256').update(body).digest('hex')}`;
    const known = kept.get(key) ?? ask(upstream, request, body);
    kept.set(key, known);
    return known;
  };
  const server = createServer((request, response) => {
    answerTo(request)
      .then(({ status, type, body }) =>
        response
          .writeHead(status, { 'content-type': type, 'content-length': body.length })
          .end(body),
      )
      .catch((error: unknown) => response.destroy(error as Error));
  });
  return { url: await listenOn(server, 0), close: () => closeServer(server) };
};

const FORWARDED = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'] as const;

const ask = async (upstream: string, { headers }: IncomingMessage, body: Buffer): Promise<Kept> => {
  const answer = await fetch(upstream, {
    method: 'POST',
    headers: Object.fromEntries(FORWARDED.map((name) => [name, String(headers[name])])),
    body,
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? 'application/x-amz-json-1.0',
    body: Buffer.from(await answer.arrayBuffer()),
  };
};
