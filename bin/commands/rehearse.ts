import type { RehearsalResult } from '../../simulation/rehearsal/result.ts';
import { optionOf } from '../args.ts';
import {
  type Args,
  type Outside,
  type OutsideCommand,
  type Result,
  UsageError,
} from '../command.ts';
import { plural } from '../format.ts';
import { readCatalogFile } from '../rehearsal-catalog.ts';
import { accessText, rehearsalText } from '../rehearsal-text.ts';

export const rehearse: OutsideCommand = {
  name: 'rehearse',
  summary: 'live through a story of your billing in a virtual world',
  usage: [
    'wharfage rehearse <file>…',
    'wharfage rehearse <file>… [--catalog <file>] [--html <file>]',
  ],
  details:
    'Each file says what happens in Stripe and when, which events are lost or late, what fails, who pulls\nwhat, and what access is expected; docs/rehearsal.md is its format, and rehearsals/ has examples. It\nis played with the catalog of --catalog (YAML, JSON or a module), else that of the file, else\nbin/catalog.ts. --html writes the picture. Needs no AWS account, no Stripe key and no network. Exit\ncode 1 when something did not come as expected, 2 when a file cannot be read.',
  example: 'wharfage rehearse rehearsals/card-fails.yaml --html rehearsal.html',
  options: { catalog: { type: 'string' }, html: { type: 'string' } },
  prepareOutside: (args) => {
    const paths = pathsOf(args);
    const catalogPath = optionOf(args, 'catalog');
    const picture = optionOf(args, 'html');
    return (outside) => run(outside, { paths, catalogPath, picture });
  },
};

const pathsOf = ({ positionals }: Args): readonly string[] => {
  if (positionals.length > 0) return positionals;
  throw new UsageError('wharfage rehearse takes one or more files, got nothing');
};

type Asked = {
  readonly paths: readonly string[];
  readonly catalogPath: string | undefined;
  readonly picture: string | undefined;
};

type Played = { readonly path: string; readonly result: RehearsalResult };

const run = async (outside: Outside, { paths, catalogPath, picture }: Asked): Promise<Result> => {
  // The virtual world brings the whole system with it: no other command waits for that.
  const { parseRehearsal } = await import('../../simulation/rehearsal/parse.ts');
  const { rehearse: play } = await import('../../simulation/rehearsal/rehearse.ts');
  const { pictureOf } = await import('../../simulation/rehearsal/picture.ts');
  const instead =
    catalogPath === undefined ? {} : { instead: await readCatalogFile(outside, catalogPath) };
  const sources = { ...instead, otherwise: outside.checkout };
  const contents = await Promise.all(paths.map((path) => readFileOf(outside, path)));
  const parses = contents.map((content) => parseRehearsal(content, sources));
  const problems = parses.flatMap((parse, index) =>
    parse.kind === 'rehearsal'
      ? []
      : parse.problems.map(
          ({ line, column, text }) => `${paths[index]}:${line}:${column}: ${text}`,
        ),
  );
  if (problems.length > 0) {
    throw new UsageError(
      [`nothing was played: ${plural(problems.length, 'mistake')}`, ...problems].join('\n'),
    );
  }
  const played: Played[] = [];
  for (const [index, parse] of parses.entries()) {
    outside.progress('rehearsals', index, parses.length);
    if (parse.kind === 'invalid') continue;
    played.push({ path: paths[index] ?? '', result: await play(parse.rehearsal) });
  }
  if (picture !== undefined) await outside.writePage(picture, pictureOf(played, accessText));
  return {
    code: played.every(({ result }) => result.isFine) ? 0 : 1,
    text: rehearsalText(played),
    data: { rehearsals: played.map(({ path, result }) => ({ path, ...result })) },
  };
};

const readFileOf = async ({ readText }: Outside, path: string): Promise<string> => {
  try {
    return await readText(path);
  } catch (cause) {
    throw new UsageError(`${path} cannot be read`, { cause });
  }
};
