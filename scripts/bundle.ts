import { build } from 'esbuild';
import { parseCatalog } from '../functions/core/parse-catalog.ts';

/** One entry file as `lib/stage-function.ts` has it bundled; answers the path's size in bytes. */
export const bundle = async (entry: string, outfile: string, input: unknown): Promise<number> => {
  const parsed = parseCatalog(input);
  if (parsed.kind === 'invalid') {
    throw new Error(`the catalog is not valid:\n${parsed.problems.join('\n')}`);
  }
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields: ['module', 'main'],
    define: { WHARFAGE_CATALOG: JSON.stringify(parsed.catalog) },
    logLevel: 'warning',
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
};
