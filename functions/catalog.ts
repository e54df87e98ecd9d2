import { catalogHash as hashOf, parseCatalog } from './core/parse-catalog.ts';

/** The bundler puts the vendor's catalog in place of this name; locally it is a global variable. */
declare const WHARFAGE_CATALOG: unknown;

const parsed = parseCatalog(WHARFAGE_CATALOG);
if (parsed.kind === 'invalid') {
  throw new Error(`the catalog in this bundle is not valid:\n${parsed.problems.join('\n')}`);
}

/** What this vendor sells, as it was when the bundle was made. */
export const catalog = parsed.catalog;
export const catalogHash = hashOf(catalog);
