import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AWS_CONFIG } from '../../functions/adapters/aws-config.ts';

export type Call = { readonly operation: string; readonly input: Record<string, unknown> };
export type Answer =
  | { readonly body: object }
  /** An exception of the service, as its protocol writes it. */
  | { readonly error: string; readonly text?: string; readonly status?: number }
  /** Takes the request and never answers. */
  | 'silence'
  /** Sends the headers and half of the body. */
  | 'half';

/** A server that speaks AWS JSON and answers what the test says; it remembers every call. */
export const scriptedAws = async (answer: (call: Call, index: number) => Answer) => {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const call = { operation, input: JSON.parse(Buffer.concat(chunks).toString()) };
      calls.push(call);
      const given = answer(call, calls.length - 1);
      if (given === 'silence') return;
      if (given === 'half') {
        response.writeHead(200, { 'content-length': '100' }).write('{"half":');
        return;
      }
      const isError = 'error' in given;
      response
        .writeHead(isError ? (given.status ?? 400) : 200, {
          'content-type': 'application/x-amz-json-1.1',
        })
        .end(
          JSON.stringify(isError ? { __type: given.error, message: given.text ?? '' } : given.body),
        );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    operations: () => calls.map(({ operation }) => operation),
    config: {
      ...AWS_CONFIG,
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
    close: async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
};

export type ScriptedAws = Awaited<ReturnType<typeof scriptedAws>>;
