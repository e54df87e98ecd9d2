import { createServer } from 'node:http';
import { closeServer, listenOn } from '../../local/aws/listen.ts';
import type { Piece } from '../../local/samples/image.ts';

/** A registry that asks for nothing: one manifest under any name, and layers from `layerUrl`. */
export const openUpstream = async (
  { manifest, mediaType }: Piece,
  layerUrl: (digest: string) => string,
): Promise<{ readonly host: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const [, kind, reference = ''] = /\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? [];
    if (kind === 'blobs') {
      response.writeHead(307, { location: layerUrl(reference) }).end();
    } else if (kind === 'manifests') {
      response.writeHead(200, { 'content-type': mediaType, 'content-length': manifest.length });
      response.end(manifest);
    } else {
      response.writeHead(200).end('{}');
    }
  });
  const { host } = new URL(await listenOn(server, 0));
  return { host, close: () => closeServer(server) };
};
