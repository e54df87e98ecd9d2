import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { closeServer, listenOn } from '../aws/listen.ts';

export type PageServer = {
  readonly url: string;
  /** From here on requests are answered by it. */
  readonly serve: (answer: (request: Request) => Response | Promise<Response>) => void;
  close(): Promise<void>;
};

/** Takes the port first, so that a second start of the same system stops before it touches anything. */
export const startPageServer = async (port: number): Promise<PageServer> => {
  let answer = (_request: Request): Response | Promise<Response> =>
    Response.json({ error: 'still starting: try again in a moment' }, { status: 503 });
  const listener = getRequestListener((request) => answer(request), {
    hostname: '127.0.0.1',
    // The functions run in this process, and get the Request and Response that Lambda would give them.
    overrideGlobalObjects: false,
  });
  const server: Server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  const url = await listenOn(server, port);
  return {
    url,
    serve: (given) => {
      answer = given;
    },
    close: () => closeServer(server),
  };
};
