import { readFileSync } from 'node:fs';

export type EdgeFunctionName = 'viewer-request' | 'viewer-response';

/** CloudFront's limit, in the stricter reading of 10 kB. */
export const EDGE_FUNCTION_BYTES_MAX = 10_000;

const UNFILLED = "const FIXED_ORIGIN = '';";
/** Nothing that could end the string it is put into. */
const ORIGIN = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/;

/**
 * The code of one edge function, as it is deployed. With an origin, such as
 * `https://registry.vendor.com`, that is what challenges name; without one it is the distribution's
 * own domain. This file is shared with the local system, so it imports no CDK.
 */
export const edgeFunction = (name: EdgeFunctionName, origin?: string): string => {
  const source = readFileSync(new URL(`./${name}.js`, import.meta.url), 'utf8');
  const code = name === 'viewer-request' && origin !== undefined ? fillIn(source, origin) : source;
  const bytes = Buffer.byteLength(code);
  if (bytes > EDGE_FUNCTION_BYTES_MAX) {
    throw new Error(
      `lib/edge/${name}.js has ${bytes} bytes: CloudFront takes at most ${EDGE_FUNCTION_BYTES_MAX}`,
    );
  }
  return code;
};

const fillIn = (source: string, origin: string): string => {
  if (!ORIGIN.test(origin)) {
    throw new Error(
      `the public origin is ${JSON.stringify(origin)}: something like https://registry.vendor.com is needed`,
    );
  }
  const parts = source.split(UNFILLED);
  if (parts.length !== 2) {
    throw new Error(`lib/edge/viewer-request.js must have the line ${UNFILLED} once`);
  }
  return parts.join(`const FIXED_ORIGIN = '${origin}';`);
};
