import type { Server } from 'node:http';

/** Listens on loopback only; a port that is taken is an error that names it. */
export const listenOn = (server: Server, port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`cannot listen on 127.0.0.1:${port}: ${cause.message}`, { cause })),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        reject(new Error(`expected a TCP address, got ${String(address)}`));
        return;
      }
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });

/** Ends open connections too: an idle keep-alive connection would hold the process. Closing twice is fine. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close((error?: Error | null) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
