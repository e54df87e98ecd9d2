import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listenOn } from '../../local/aws/listen.ts';

export type RecordedCall = {
  /** `AmazonSQS`, `DynamoDB_20120810` and so on. */
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
};

export type Recorder = {
  readonly url: string;
  readonly calls: RecordedCall[];
  close(): Promise<void>;
};

const FORWARDED = ['content-type', 'x-amz-target', 'x-amz-date', 'authorization'] as const;

/** Stands in front of several AWS services, each by the prefix of its target, and remembers every call. */
export const recordingProxy = async (
  upstreams: Readonly<Record<string, string>>,
): Promise<Recorder> => {
  const calls: RecordedCall[] = [];
  const forward = async (request: IncomingMessage) => {
    const body = Buffer.concat(await request.toArray());
    const [service = '', operation = ''] = String(request.headers['x-amz-target']).split('.');
    calls.push({ service, operation, input: JSON.parse(body.toString()) });
    const headers = FORWARDED.map((name) => [name, String(request.headers[name])] as const);
    const upstream = new URL('/', upstreams[service]);
    const answer = await fetch(upstream, {
      method: 'POST',
      headers: Object.fromEntries(headers),
      body,
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const server = createServer((request, response) => {
    forward(request)
      .then(({ status, headers, text }) =>
        response
          .writeHead(status, { 'content-type': headers.get('content-type') ?? 'text/plain' })
          .end(text),
      )
      .catch((error: unknown) => response.destroy(error as Error));
  });
  return { url: await listenOn(server, 0), calls, close: () => closeServer(server) };
};
