import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { closeServer, listenOn } from '../../../local/aws/listen.ts';

export type Seen = { readonly method: string; readonly path: string };

export type HookedFront = {
  /** `127.0.0.1:12345`: what clients take for the registry. */
  readonly host: string;
  /** Done once, before the first request that matches is passed on. */
  before(isMeant: (seen: Seen) => boolean, act: () => Promise<void>): void;
  /** What was to be done before some request, and that request never came. */
  isWaiting(): boolean;
  close(): Promise<void>;
};

type Hook = { readonly isMeant: (seen: Seen) => boolean; readonly act: () => Promise<void> };

/**
 * Passes everything on to the front as it came, and lets something happen in the middle of a pull. The
 * front names itself in challenges: that is the one thing that is rewritten.
 */
export const hookedFront = async (frontOrigin: string): Promise<HookedFront> => {
  const front = new URL(frontOrigin);
  let hook: Hook | undefined;
  let own = '';
  const server = createServer((incoming, response) => {
    pass(incoming)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch((error: unknown) => response.destroy(error as Error));
  });
  const pass = async (incoming: IncomingMessage) => {
    const { method = 'GET', url: path = '/' } = incoming;
    const due = hook?.isMeant({ method, path }) === true ? hook : undefined;
    if (due !== undefined) {
      hook = undefined;
      await due.act();
    }
    const answer = await send(incoming, front);
    const raw = answer.rawHeaders.map((text) => text.replaceAll(front.host, own));
    return { status: answer.statusCode ?? 502, headers: raw, body: await bytesOf(answer) };
  };
  own = new URL(await listenOn(server, 0)).host;
  return {
    host: own,
    before: (isMeant, act) => {
      hook = { isMeant, act };
    },
    isWaiting: () => hook !== undefined,
    close: () => closeServer(server),
  };
};

const bytesOf = async (message: IncomingMessage): Promise<Buffer> =>
  Buffer.concat(await message.toArray());

const send = async (incoming: IncomingMessage, front: URL): Promise<IncomingMessage> => {
  const body = await bytesOf(incoming);
  const headers = incoming.rawHeaders.map((text, index) =>
    index > 0 && incoming.rawHeaders[index - 1]?.toLowerCase() === 'host' ? front.host : text,
  );
  return new Promise((resolve, reject) => {
    httpRequest(
      {
        hostname: front.hostname,
        port: front.port,
        method: incoming.method ?? 'GET',
        path: incoming.url ?? '/',
        headers,
      },
      resolve,
    )
      .on('error', reject)
      .end(body);
  });
};
