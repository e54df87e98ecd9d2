import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { type CatalogParse, parseCatalog } from '../functions/core/parse-catalog.ts';
import { type Outside, UsageError } from './command.ts';
import { errorText } from './format.ts';

const MODULE = /\.[cm]?[jt]s$/;

/** A catalog as YAML or JSON, or a module that exports it as bin/catalog.ts does. */
export const readCatalogFile = async (outside: Outside, path: string): Promise<CatalogParse> => {
  const parsed = parseCatalog(await contentOf(outside, path));
  if (parsed.kind === 'catalog') return parsed;
  throw new UsageError([`${path} is not a valid catalog:`, ...parsed.problems].join('\n'));
};

const contentOf = async ({ readText }: Outside, path: string): Promise<unknown> => {
  try {
    if (!MODULE.test(path)) return parse(await readText(path));
    const module: { readonly catalog?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return module.catalog;
  } catch (cause) {
    throw new UsageError(`${path} cannot be read: ${errorText(cause)}`, { cause });
  }
};
