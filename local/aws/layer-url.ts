import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EpochSeconds } from '../../functions/core/time.ts';
import { LOCAL_REGION } from './account.ts';

/** What a presigned URL of S3 holds: it lets whoever has it GET one object until it expires. */
export type LayerUrls = {
  urlOf(origin: string, digest: string): string;
  check(method: string, target: string): UrlCheck;
};

type UrlCheck =
  | { readonly kind: 'valid'; readonly digest: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'wrong' };

/** As ECR's own URLs. */
const EXPIRES_SECONDS = 3_600;
const BUCKET = `prod-${LOCAL_REGION}-starport-layer-bucket`;
const PATH = new RegExp(`^/${BUCKET}/([0-9a-f]{64})$`);

export const layerUrls = (key: Buffer, now: () => EpochSeconds): LayerUrls => ({
  urlOf: (origin, digest) => {
    const path = `/${BUCKET}/${digest.replace('sha256:', '')}`;
    const date = stampOf(now());
    const query = queryOf(date, EXPIRES_SECONDS);
    return `${origin}${path}?${query}&X-Amz-Signature=${signatureOf(key, ['GET', path, query])}`;
  },
  check: (method, target) => {
    const [path = '', query = ''] = target.split('?');
    const hex = PATH.exec(path)?.[1];
    const [signed = '', signature = ''] = query.split('&X-Amz-Signature=');
    const times = /^.*&X-Amz-Date=(\w+)&X-Amz-Expires=(\d{1,6})&/.exec(signed);
    const signedAt = times === null ? undefined : timeOf(times[1] ?? '');
    if (hex === undefined || times === null || signedAt === undefined) return { kind: 'wrong' };
    // The method is part of what was signed.
    if (!isEqual(signature, signatureOf(key, [method, path, signed]))) return { kind: 'wrong' };
    if (now() >= signedAt + Number(times[2])) return { kind: 'expired' };
    return { kind: 'valid', digest: `sha256:${hex}` };
  },
});

const queryOf = (date: string, expiresSeconds: number): string =>
  [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=LOCALSTARPORT%2F${date.slice(0, 8)}%2F${LOCAL_REGION}%2Fs3%2Faws4_request`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${expiresSeconds}`,
    'X-Amz-SignedHeaders=host',
  ].join('&');

const signatureOf = (key: Buffer, parts: readonly string[]): string =>
  createHmac('sha256', key).update(parts.join('\n')).digest('hex');

const isEqual = (given: string, wanted: string): boolean =>
  given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));

/** `20261121T143000Z` */
const stampOf = (at: EpochSeconds): string =>
  new Date(at * 1_000).toISOString().replace(/[-:]|\.\d{3}/g, '');

const timeOf = (stamp: string): EpochSeconds | undefined => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at / 1_000;
};
