import { isMap, isNode, isScalar, type Pair, type YAMLMap } from 'yaml';
import type { Catalog } from '../../functions/core/catalog.ts';
import { type CatalogParse, parseCatalog } from '../../functions/core/parse-catalog.ts';
import { note, type Place, placeOf, type Scope } from './reading.ts';

/** The first one is deployed at the beginning, and goes by the name `first`. */
export type NamedCatalogs = readonly [NamedCatalog, ...NamedCatalog[]];
type NamedCatalog = { readonly name: string; readonly catalog: Catalog };

const FIRST = 'first';

/** From where the first catalog may come, besides the file itself. */
export type CatalogSources = {
  /** Counts more than the file's own. */
  readonly instead?: CatalogParse;
  /** For a file without one. */
  readonly otherwise: CatalogParse;
};

/** The first catalog, and those of `catalogs`, which `deploy` names. */
export const readCatalogs = (top: Place, sources: CatalogSources): NamedCatalogs | undefined => {
  const first = readFirst(top, sources);
  const others = fieldOf(top, 'catalogs');
  const named = others === undefined ? [] : readNamed(others);
  return first === undefined || named === undefined
    ? undefined
    : [{ name: FIRST, catalog: first }, ...named];
};

const readFirst = (top: Place, { instead, otherwise }: CatalogSources): Catalog | undefined => {
  const own = fieldOf(top, 'catalog');
  const read = own === undefined ? undefined : readCatalog(own);
  if (own !== undefined && instead === undefined) return read;
  const parse = instead ?? otherwise;
  if (parse.kind === 'catalog') return parse.catalog;
  const whose =
    instead === undefined
      ? 'this file has no catalog, and that of this checkout'
      : 'the catalog of --catalog';
  return note(top, `${whose} is not valid: ${parse.problems.join('; ')}`);
};

/** A field of an object, before the object itself is read. */
export const fieldOf = (place: Place, name: string): Place | undefined => {
  if (!isMap(place.node)) return undefined;
  const pair = (place.node as YAMLMap).items.find(({ key }) => isScalar(key) && key.value === name);
  return pair === undefined ? undefined : placeOf(placeOf(place, pair.key, name), pair.value, name);
};

const readNamed = (place: Place): readonly NamedCatalog[] | undefined => {
  const { node } = place;
  if (!isMap(node))
    return note(place, 'catalogs is not an object: one catalog for each name is needed');
  const named = (node.items as readonly Pair[]).map(({ key, value }): NamedCatalog | undefined => {
    const name = isScalar(key) ? String(key.value) : '';
    const path = `catalogs.${name}`;
    if (name === FIRST)
      return note(
        placeOf(place, key, path),
        `${path}: the name first is taken by the catalog that is deployed at the beginning`,
      );
    const catalog = readCatalog(placeOf(place, value, path));
    return catalog === undefined ? undefined : { name, catalog };
  });
  return named.every((each) => each !== undefined) ? named : undefined;
};

const readCatalog = (place: Place): Catalog | undefined => {
  const { node, reading } = place;
  const parse = parseCatalog(isNode(node) ? node.toJS(reading.document) : node);
  if (parse.kind === 'catalog') return parse.catalog;
  for (const problem of parse.problems) {
    const [path = ''] = problem.split(' ');
    note(deepest(place, path), `${place.path}: ${problem}`);
  }
  return undefined;
};

/** As near as possible to `offers.pro.products[0]`. */
const deepest = (place: Place, path: string): Place => {
  const names = path.split(/[.[\]]+/).filter((name) => name !== '');
  let found = place;
  for (const name of names) {
    const { node } = found;
    const next = isMap(node) ? node.get(name, true) : seqItem(node, name);
    if (next === undefined) return found;
    found = placeOf(found, next, place.path);
  }
  return found;
};

const seqItem = (node: unknown, index: string): unknown => {
  const { items } = Object(node) as { readonly items?: readonly unknown[] };
  return items?.[Number(index)];
};

export const scopeOf = (catalogs: NamedCatalogs): Scope => {
  const offers = catalogs.flatMap(({ catalog }) => Object.entries(catalog.offers));
  return {
    customers: new Set(),
    subscriptions: new Set(),
    products: new Set(offers.flatMap(([, { products }]) => products)),
    offers: new Set(offers.map(([offerId]) => offerId)),
    repositories: new Set(offers.flatMap(([, { repositories }]) => repositories)),
    catalogs: catalogs.map(({ name }) => name),
  };
};
