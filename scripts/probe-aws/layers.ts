import { ecrImages } from '../../functions/adapters/ecr-images.ts';
import { isLayerUrl } from '../../functions/core/layer-origin.ts';
import { attempt, attemptText } from './attempt.ts';
import { digestOf, pushImage, tinyImage, upload } from './images.ts';
import { type Probe, settled } from './probe.ts';
import type { World } from './world.ts';

const EXPIRES_SECONDS = 3_600;

const layerOf = async (world: World, part: string) => {
  const repository = await world.make.repository(part);
  const image = tinyImage(part);
  await pushImage(world, repository, image, '1.0.0');
  const url = await ecrImages(world.clients.ecr).findLayerUrl(repository, digestOf(image.layer));
  if (url === undefined) throw new Error('ECR gave no URL for a layer that was just pushed');
  return { repository, image, url };
};

/** What storage says: the status, and for a refusal its code. */
const ask = async (world: World, url: string, init: RequestInit = {}) => {
  const response = await world.fetch(url, { ...init, redirect: 'manual', signal: world.signal });
  const bytes = Buffer.from(await response.arrayBuffer());
  const code = /<Code>(\w+)<\/Code>/.exec(bytes.toString('utf8'))?.[1] ?? '';
  return { status: response.status, bytes, text: `${response.status} ${code}`.trim() };
};

/** Where a region's layers come from; the suffix of China’s addresses differs. */
const originOf = ({ account: { partition } }: World): string =>
  partition === 'aws-cn' ? 'https://*.amazonaws.com.cn' : 'https://*.amazonaws.com';

const form: Probe = {
  id: 'layer-url-form',
  belief:
    'A layer’s URL is of another host than the registry, below the allowed origin, and says that it lasts 3,600 s.',
  source: 'an example in AWS’s CLI reference',
  dependents: 'functions/core/layer-origin.ts: other addresses are never given to a client',
  secondsMax: 60,
  run: async (world) => {
    const { url } = await layerOf(world, 'layer-url-form');
    const registry = `${world.account.id}.dkr.ecr.${world.account.region}.amazonaws.com`;
    const { searchParams, origin } = new URL(url);
    const expires = searchParams.get('X-Amz-Expires');
    const signed = searchParams.get('X-Amz-SignedHeaders');
    return settled(
      isLayerUrl(url, originOf(world), registry) && expires === String(EXPIRES_SECONDS),
      `${origin}, X-Amz-Expires=${expires}, X-Amz-SignedHeaders=${signed}`,
    );
  },
};

const methods: readonly Probe[] = [
  {
    id: 'layer-url-get',
    belief: 'GET gives the layer’s bytes, and with Range a part of them as 206.',
    source: 'S3’s GetObject; for these URLs memory',
    dependents: 'functions/usecases/answer-blob.ts: clients resume broken downloads there',
    secondsMax: 60,
    run: async (world) => {
      const { image, url } = await layerOf(world, 'layer-url-get');
      const whole = await ask(world, url);
      const part = await ask(world, url, { headers: { range: 'bytes=2-5' } });
      const isSo =
        whole.status === 200 &&
        digestOf(whole.bytes) === digestOf(image.layer) &&
        part.status === 206 &&
        part.bytes.equals(image.layer.subarray(2, 6));
      return settled(
        isSo,
        `whole: ${whole.text}, ${whole.bytes.length} bytes; Range: ${part.text}, ${part.bytes.length} bytes`,
      );
    },
  },
  {
    id: 'layer-url-head',
    belief: 'The signature binds the method: HEAD is refused with 403.',
    source: 'memory',
    dependents: 'functions/usecases/answer-blob.ts: HEAD of a blob is answered, never redirected',
    secondsMax: 60,
    run: async (world) => {
      const { url } = await layerOf(world, 'layer-url-head');
      const head = await ask(world, url, { method: 'HEAD' });
      return settled(head.status === 403, head.text);
    },
  },
  {
    id: 'layer-url-authorization',
    belief: 'A request that carries Authorization besides is refused with 400 InvalidArgument.',
    source: 'reported: renovatebot/renovate#3877',
    dependents: 'local/storage.ts; that clients must meet another host than the registry',
    secondsMax: 60,
    run: async (world) => {
      const { url } = await layerOf(world, 'layer-url-authorization');
      const answer = await ask(world, url, { headers: { authorization: 'Bearer not-a-token' } });
      return settled(answer.text === '400 InvalidArgument', answer.text);
    },
  },
  {
    id: 'layer-url-expiry',
    belief: 'A URL works for an hour, and 3,600 s after it was made storage refuses it with 403.',
    source: 'AWS’s example has X-Amz-Expires=3600; that this is when it ends is memory',
    dependents: 'how long a pull may go on after access ended (README, docs/gateway.md)',
    needs: 'slow',
    secondsMax: 4_500,
    run: async (world) => {
      const { url } = await layerOf(world, 'layer-url-expiry');
      await world.wait(EXPIRES_SECONDS - 120);
      const before = await ask(world, url);
      await world.wait(180);
      const after = await ask(world, url);
      return settled(
        before.status === 200 && after.status === 403,
        `2 minutes before: ${before.text}; a minute after: ${after.text}`,
      );
    },
  },
];

type UrlProbe = Pick<Probe, 'id' | 'belief' | 'source' | 'dependents'> & {
  /** Repository and digest to ask for. */
  readonly prepare: (world: World) => Promise<readonly [repository: string, digest: string]>;
  readonly isGiven: boolean;
};

const urlProbe = ({ prepare, isGiven, ...what }: UrlProbe): Probe => ({
  ...what,
  secondsMax: 60,
  run: async (world) => {
    const [repository, digest] = await prepare(world);
    const answer = await attempt(() =>
      ecrImages(world.clients.ecr).findLayerUrl(repository, digest),
    );
    if (answer.kind === 'refused') return settled(false, attemptText(answer));
    const isUrl = answer.output !== undefined;
    return settled(isUrl === isGiven, isUrl ? 'a URL was given out' : 'no URL');
  },
});

const whose: readonly Probe[] = [
  {
    id: 'layer-config',
    belief: 'GetDownloadUrlForLayer gives a URL for an image’s config too.',
    source: 'memory; monken/aws-ecr-public relies on it',
    dependents: 'functions/usecases/answer-blob.ts: clients pull configs as blobs',
    isGiven: true,
    prepare: async (world: World) => {
      const { repository, image } = await layerOf(world, 'layer-config');
      return [repository, digestOf(image.config)] as const;
    },
  },
  {
    id: 'layer-of-another-repository',
    belief: 'It gives none for a layer that only another repository has.',
    source: 'memory',
    dependents: 'the blob door: besides our own index, ECR keeps repositories apart',
    isGiven: false,
    prepare: async (world: World) => {
      const { image } = await layerOf(world, 'layer-of-another-repository');
      const other = await world.make.repository('layer-of-another-repository-2');
      await pushImage(world, other, tinyImage('something else'), '1.0.0');
      return [other, digestOf(image.layer)] as const;
    },
  },
  {
    id: 'layer-of-no-image',
    belief: 'It gives none for a layer that was uploaded and that no image refers to.',
    source: 'ECR’s API reference',
    dependents: 'local/aws/ecr-image-operations.ts',
    isGiven: false,
    prepare: async (world: World) => {
      const repository = await world.make.repository('layer-of-no-image');
      return [repository, await upload(world, repository, tinyImage('no image').layer)] as const;
    },
  },
].map(urlProbe);

export const layers: readonly Probe[] = [form, ...methods, ...whose];
