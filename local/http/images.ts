import { isAbsolute } from 'node:path';
import type { Catalog } from '../../functions/core/catalog.ts';
import { type Added, addImage } from '../archive/add-image.ts';
import { ServiceError } from '../aws/service-error.ts';
import type { FarEnds } from '../far-ends.ts';
import { BadInput, shown } from './bad-input.ts';
import type { Input } from './input.ts';

const PATH = { min: 1, max: 4_096 };
const NAME = { min: 1, max: 256 };

type Deps = { readonly farEnds: Pick<FarEnds, 'ecr' | 'blobs'>; readonly catalog: Catalog };

/** `{"path": "/home/me/app.tar", "repository": "acme/app", "tag": "2.0"}` */
export const addFrom = async (
  input: Input,
  { farEnds, catalog }: Deps,
): Promise<{ readonly added: readonly Added[] }> => {
  const path = input.text('path', PATH);
  const repository = input.optionalText('repository', NAME);
  const tag = input.optionalText('tag', NAME);
  input.end();
  if (!isAbsolute(path)) throw new BadInput(`path is ${shown(path)}: a whole path is needed`);
  const sold = Object.values(catalog.offers).flatMap(({ repositories }) => repositories);
  try {
    const added = await addImage(farEnds, [...new Set(sold)], {
      path,
      ...(repository === undefined ? {} : { repository }),
      ...(tag === undefined ? {} : { tag }),
    });
    return { added };
  } catch (cause) {
    if (cause instanceof ServiceError) throw new BadInput(cause.message, { cause });
    throw cause;
  }
};
