import { createServer } from 'node:http';
import { closeServer, listenOn } from '../../../local/aws/listen.ts';
import type { Kept } from './acts.ts';

export type Stacks = {
  readonly url: string;
  /** From now on a deletion is begun and never done. */
  stick(): void;
  close(): Promise<void>;
};

type Options = {
  readonly kept: Kept;
  /** The role of the stack is gone. */
  readonly onDelete: (stack: string) => void;
};

/** So much of CloudFormation as makes and deletes a stack, in its older query protocol. */
export const startStacks = async ({ kept, onDelete }: Options): Promise<Stacks> => {
  let isStuck = false;
  const answerTo = (form: URLSearchParams): readonly [status: number, xml: string] => {
    const name = form.get('StackName') ?? '';
    const tags = kept.get(name);
    switch (form.get('Action')) {
      case 'CreateStack':
        kept.set(name, {
          [form.get('Tags.member.1.Key') ?? '']: form.get('Tags.member.1.Value') ?? '',
        });
        return [200, resultOf('CreateStack', '<StackId>arn</StackId>')];
      case 'DescribeStacks':
        return tags === undefined
          ? noStack(name)
          : [200, resultOf('DescribeStacks', described(name, tags))];
      case 'ListStacks':
        return [
          200,
          resultOf(
            'ListStacks',
            `<StackSummaries>${[...kept.keys()].map(summary).join('')}</StackSummaries>`,
          ),
        ];
      case 'DeleteStack':
        if (!isStuck && kept.delete(name)) onDelete(name);
        return [200, '<DeleteStackResponse/>'];
      default:
        return [400, '<ErrorResponse><Error><Code>InvalidAction</Code></Error></ErrorResponse>'];
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [status, xml] = answerTo(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(xml);
    });
  });
  return {
    url: await listenOn(server, 0),
    stick: () => {
      isStuck = true;
    },
    close: () => closeServer(server),
  };
};

const resultOf = (action: string, inner: string): string =>
  `<${action}Response><${action}Result>${inner}</${action}Result></${action}Response>`;

const summary = (name: string): string =>
  `<member><StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus></member>`;

const described = (name: string, tags: Readonly<Record<string, string>>): string => {
  const members = Object.entries(tags).map(
    ([key, value]) => `<member><Key>${key}</Key><Value>${value}</Value></member>`,
  );
  return `<Stacks><member><StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Tags>${members.join('')}</Tags></member></Stacks>`;
};

const noStack = (name: string): readonly [number, string] => [
  400,
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`,
];
