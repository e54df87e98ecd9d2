import type { Catalog } from './catalog.ts';
import { canonicalJson, fingerprintOf } from './fingerprint.ts';

/** Tells two catalogs apart, defaults included; the order of their fields does not count. */
export const catalogHash = (catalog: Catalog): string => fingerprintOf(canonicalJson(catalog));
