import type { Catalog } from './core/catalog.ts';
import { catalogHash as hashOf } from './core/catalog-hash.ts';

/**
 * The bundler puts the vendor's catalog in place of this name; locally it is a global variable. It was
 * parsed before: a catalog with a mistake is never bundled, and no function carries the parser.
 */
declare const WHARFAGE_CATALOG: Catalog;

/** What this vendor sells, as it was when the bundle was made. */
export const catalog = WHARFAGE_CATALOG;
export const catalogHash = hashOf(catalog);
