import { describe, expect, it } from 'vitest';
import { memoryImages } from '../../../simulation/stores/memory-images.ts';
import { imageSourceContract } from '../../contracts/image-source.ts';

describe('images in memory', () => imageSourceContract(async () => memoryImages()));

it('counts calls, the refused ones included', async () => {
  const { images, calls, hooks } = memoryImages();
  await images.findImage('acme/app', { kind: 'tag', tag: 'v1' });
  hooks.before = () => {
    throw new Error('throttled');
  };
  await expect(images.readImages('acme/app', [])).rejects.toThrow('throttled');
  expect(calls).toStrictEqual(['findImage acme/app', 'readImages acme/app']);
});

it('shares no bytes with its callers', async () => {
  const { images, registry } = memoryImages();
  registry.push('acme/app', { manifest: '{}', tags: ['v1'] });
  const read = async () => images.readImages('acme/app', [{ kind: 'tag', tag: 'v1' }]);
  const [first] = await read();
  if (first?.kind === 'found') first.body.fill(0);
  expect(await read()).toMatchObject([{ kind: 'found', body: new TextEncoder().encode('{}') }]);
});
