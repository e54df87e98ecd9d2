import { build } from 'esbuild';

/** One entry file as `lib/stage-function.ts` has it bundled; answers the path's size in bytes. */
export const bundle = async (entry: string, outfile: string, catalog: unknown): Promise<number> => {
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
    define: { WHARFAGE_CATALOG: JSON.stringify(catalog) },
    logLevel: 'warning',
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
};
