import { describe, expect, it } from 'vitest';
import { isLayerUrl } from '../../functions/core/layer-origin.ts';

const AMAZON = 'https://*.amazonaws.com';
const REGISTRY = 'registry.vendor.example';

describe('where a client may be sent for a layer', () => {
  it.each([
    ['a bucket of ECR', 'https://prod-layers.s3.eu-central-1.amazonaws.com/a/b?X-Amz-Expires=3600'],
    ['its default port, written out', 'https://x.s3.amazonaws.com:443/a'],
    ['a host in capitals', 'https://X.S3.AMAZONAWS.COM/a'],
  ])('%s is allowed', (_name, url) => {
    expect(isLayerUrl(url, AMAZON, REGISTRY)).toBe(true);
  });

  it.each([
    ['no URL at all', 'layers'],
    ['another scheme', 'http://x.s3.amazonaws.com/a'],
    ['another domain', 'https://x.s3.amazonaws.com.evil.example/a'],
    ['a domain that only ends alike', 'https://notamazonaws.com/a'],
    ['the bare domain', 'https://amazonaws.com/a'],
    ['another port', 'https://x.s3.amazonaws.com:8443/a'],
    ['a name before the host', 'https://x.s3.amazonaws.com@evil.example/a'],
    ['a user name', 'https://user@x.s3.amazonaws.com/a'],
    ['a password', 'https://:secret@x.s3.amazonaws.com/a'],
    ['a backslash, which parsers read differently', 'https://evil.example\\@x.s3.amazonaws.com/a'],
    ['a line break, which would end the header', 'https://x.s3.amazonaws.com/a\r\nset-cookie: a'],
    ['a line break within the host', 'https://x.s3.amazo\nnaws.com/a'],
    ['a space', 'https://x.s3.amazonaws.com/a b'],
    ['letters beyond ASCII', 'https://x.s3.amazonaws.com/ä'],
    ['a host with a dot at its end', 'https://x.s3.amazonaws.com./a'],
  ])('%s is not', (_name, url) => {
    expect(isLayerUrl(url, AMAZON, REGISTRY)).toBe(false);
  });

  it.each([
    ['the registry itself', 'https://vendor.amazonaws.com/a', 'vendor.amazonaws.com'],
    ['the registry with a port', 'https://vendor.amazonaws.com/a', 'vendor.amazonaws.com:8443'],
    ['the registry in capitals', 'https://vendor.amazonaws.com/a', 'Vendor.AmazonAws.com'],
    ['a host under it', 'https://s3.vendor.amazonaws.com/a', 'vendor.amazonaws.com'],
  ])('%s is not, for clients send the access token along', (_name, url, registry) => {
    expect(isLayerUrl(url, AMAZON, registry)).toBe(false);
  });

  it('one host and port, as the local storage has it', () => {
    const storage = 'http://localhost:4555';
    expect(isLayerUrl('http://localhost:4555/blob?a=b', storage, '127.0.0.1:4244')).toBe(true);
    expect(isLayerUrl('http://localhost:4556/blob', storage, '127.0.0.1:4244')).toBe(false);
    expect(isLayerUrl('http://a.localhost:4555/blob', storage, '127.0.0.1:4244')).toBe(false);
  });

  it('a setting that is no origin allows nothing', () => {
    expect(isLayerUrl('https://x.s3.amazonaws.com/a', 'anything', REGISTRY)).toBe(false);
    expect(isLayerUrl('https://x.s3.amazonaws.com/a', '', REGISTRY)).toBe(false);
  });
});
