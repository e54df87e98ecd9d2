import { request as ask, createServer, type IncomingHttpHeaders } from 'node:http';
import { closeServer, listenOn } from '../../../local/aws/listen.ts';

export type Input = Readonly<Record<string, unknown>>;
export type Answer = { readonly status: number; readonly body: Input };

/** Passes the call on to the stand-in, with this input instead of the caller's. */
type Forward = (input: Input) => Promise<Answer>;
/** What the front does about one operation; without one it passes everything on. */
export type Act = (input: Input, forward: Forward) => Promise<Answer> | Answer;

export const refusal = (code: string, message = code): Answer => ({
  status: 400,
  body: { __type: code, message },
});
export const done = (body: Input = {}): Answer => ({ status: 200, body });

type Options = {
  readonly upstream: string;
  /** What the stand-in lacks, since no function of ours asks for it. */
  readonly acts: Readonly<Record<string, Act>>;
};

export type Front = {
  readonly url: string;
  /** From now on `act` answers `operation`; it may still pass it on. */
  twist(operation: string, act: Act): void;
  /** Ends all of that. */
  straighten(): void;
  calls(): readonly string[];
  close(): Promise<void>;
};

/** Stands before a stand-in of a service and adds operations to it, or makes it behave otherwise. */
export const startFront = async ({ upstream, acts }: Options): Promise<Front> => {
  const twists = new Map<string, Act>();
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const reply = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      calls.push(operation);
      const input = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Input;
      const pass: Forward = (given) => forward(upstream, request.headers, given);
      const known: Forward = async (given) => (acts[operation] ?? passOn)(given, pass);
      const { status, body } = await (twists.get(operation) ?? passOn)(input, known);
      response.writeHead(status, {
        'content-type': 'application/x-amz-json-1.1',
        ...(status === 200 ? {} : { 'x-amzn-errortype': String(body.__type) }),
      });
      response.end(JSON.stringify(body));
    };
    reply().catch((error: Error) => response.destroy(error));
  });
  return {
    url: await listenOn(server, 0),
    twist: (operation, act) => {
      twists.set(operation, act);
    },
    straighten: () => twists.clear(),
    calls: () => [...calls],
    close: () => closeServer(server),
  };
};

const passOn: Act = (input, forwardTo) => forwardTo(input);

/** With the caller's `Host`, by which SQS makes the addresses of its queues. */
const forward = (upstream: string, headers: IncomingHttpHeaders, input: Input): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const body = Buffer.from(JSON.stringify(input));
    const { 'content-length': _, ...kept } = headers;
    const outgoing = ask(
      upstream,
      { method: 'POST', headers: { ...kept, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text || '{}') as Input });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
