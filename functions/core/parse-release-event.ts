import { fieldOf, textField } from './field.ts';
import { isDigest } from './manifest-links.ts';
import type { Reference } from './release.ts';

/** What a scheduled or ECR's event makes us look at; never what is true. */
export type ReleaseEvent =
  | { readonly kind: 'tick' }
  | {
      readonly kind: 'images';
      readonly repository: string;
      /** The tag first: it leads to the digest. */
      readonly references: readonly Reference[];
    }
  | { readonly kind: 'ignored'; readonly because: string };

const OF_IMAGES: readonly unknown[] = [
  'ECR Image Action',
  'ECR Referrer Action',
  'ECR Pull Through Cache Action',
  'ECR Replication Action',
];

/** An event of EventBridge, of whatever shape. */
export const parseReleaseEvent = (event: unknown): ReleaseEvent => {
  const detailType = fieldOf(event, 'detail-type');
  if (detailType === 'Scheduled Event') return { kind: 'tick' };
  if (fieldOf(event, 'source') !== 'aws.ecr') return ignored('not from ECR');
  if (!OF_IMAGES.includes(detailType)) return ignored('not about images');
  const detail = fieldOf(event, 'detail');
  const repository = textField(detail, 'repository-name');
  if (repository === undefined || !REPOSITORY.test(repository)) return ignored('no repository');
  const tag = textField(detail, 'image-tag');
  const digest = textField(detail, 'image-digest');
  const references: readonly Reference[] = [
    ...(tag !== undefined && TAG.test(tag) ? [{ kind: 'tag', tag } as const] : []),
    ...(digest !== undefined && isDigest(digest) ? [{ kind: 'digest', digest } as const] : []),
  ];
  return references.length === 0
    ? ignored('neither tag nor digest')
    : { kind: 'images', repository, references };
};

const REPOSITORY = /^[a-z0-9][a-z0-9._/-]{1,255}$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

const ignored = (because: string): ReleaseEvent => ({ kind: 'ignored', because });
