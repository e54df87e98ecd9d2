import { readFile } from 'node:fs/promises';
import type { Context } from 'hono';
import { refuse } from './guard.ts';

const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
} as const;

/** A fixed list, so that no path of a request ever becomes a path on disk. */
const FILES = {
  '/': ['index.html', TYPES.html],
  '/page.css': ['page.css', TYPES.css],
  '/icon.svg': ['icon.svg', TYPES.svg],
  '/page.js': ['page.js', TYPES.js],
  '/clock.js': ['clock.js', TYPES.js],
  '/controls.js': ['controls.js', TYPES.js],
  '/customer.js': ['customer.js', TYPES.js],
  '/dom.js': ['dom.js', TYPES.js],
  '/events.js': ['events.js', TYPES.js],
  '/payments.js': ['payments.js', TYPES.js],
  '/pulls.js': ['pulls.js', TYPES.js],
  '/records.js': ['records.js', TYPES.js],
  '/repositories.js': ['repositories.js', TYPES.js],
  '/rights.js': ['rights.js', TYPES.js],
  '/words.js': ['words.js', TYPES.js],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

export const PAGE_PATHS: readonly string[] = Object.keys(FILES);

const files: ReadonlyMap<string, readonly [string, string]> = new Map(Object.entries(FILES));

/** Read at each request: whoever works on the page reloads it. */
export const servePage = async (c: Context): Promise<Response> => {
  const file = files.get(c.req.path);
  if (file === undefined) return refuse(c, 404, `there is no ${c.req.path} here`);
  const [name, type] = file;
  const body = await readFile(new URL(`../page/${name}`, import.meta.url));
  return c.body(new Uint8Array(body), 200, { 'content-type': type });
};
