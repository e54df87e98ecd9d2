const ORIGIN = /^(https?:)\/\/(\*\.)?([a-z0-9.-]+?)(?::(\d+))?$/;
/** Printable ASCII without a backslash, which some parsers of URLs take for a slash. */
const PLAIN = /^[\x21-\x5b\x5d-\x7e]+$/;

/**
 * Whether a client may be sent to this address for a layer: it is of the origin that is allowed
 * (`https://*.amazonaws.com`, or one host), and neither the registry's own host nor under it, since
 * clients send the registry's access token along to those.
 */
export const isLayerUrl = (text: string, layerOrigin: string, registryHost: string): boolean => {
  const url = PLAIN.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') return false;
  return isOf(url, layerOrigin) && !isUnder(url.hostname, hostnameOf(registryHost));
};

const isOf = ({ protocol, hostname, port }: URL, layerOrigin: string): boolean => {
  const [, scheme, wildcard, host = '', hostPort = ''] = ORIGIN.exec(layerOrigin) ?? [];
  if (protocol !== scheme || port !== hostPort) return false;
  return wildcard === undefined ? hostname === host : hostname.endsWith(`.${host}`);
};

const isUnder = (hostname: string, registry: string): boolean =>
  hostname === registry || hostname.endsWith(`.${registry}`);

const hostnameOf = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');
