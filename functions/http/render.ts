import { dayOf } from '../core/calendar.ts';
import { headerText } from '../core/header-text.ts';
import type { PullAnswer } from '../core/pull-answer.ts';
import type { EpochSeconds } from '../core/time.ts';
import { unreachable } from '../core/unreachable.ts';
import type { RawResponse } from './raw.ts';
import { encoded, json, response } from './responses.ts';

type Headers = Readonly<Record<string, string>>;
type Served = Exclude<PullAnswer, { kind: 'refused' }>;

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const MEDIA_TYPE_MAX = 255;
const NOTICE_MAX = 1_024;

/** HEAD gets the body too: the platform in front sets the length from it, and sends no body on. */
export const renderServed = (answer: Served, renewalUrl: string): RawResponse => {
  switch (answer.kind) {
    case 'pong':
      return json(200, {});
    case 'manifest':
      return response(200, manifestHeaders(answer, renewalUrl), answer.body);
    case 'not_modified':
      return response(304, digestHeaders(answer.digest));
    case 'blob':
      return response(200, {
        ...digestHeaders(answer.digest),
        'content-type': 'application/octet-stream',
        'content-length': String(answer.sizeBytes),
      });
    case 'redirect':
      return response(307, { ...digestHeaders(answer.digest), location: answer.url });
    case 'tags':
      return json(200, { name: answer.repository, tags: answer.tags }, tagsHeaders(answer));
    case 'referrers':
      return response(200, referrersHeaders(answer), encoded(indexOf(answer)));
    default:
      return unreachable(answer);
  }
};

const manifestHeaders = (
  { mediaType, digest, endsAt }: Extract<Served, { kind: 'manifest' }>,
  renewalUrl: string,
): Headers => ({
  ...digestHeaders(digest),
  'content-type': headerText(mediaType, MEDIA_TYPE_MAX),
  ...(endsAt === undefined ? {} : { warning: `299 - "${notice(endsAt, renewalUrl)}"` }),
});

const notice = (endsAt: EpochSeconds, renewalUrl: string): string =>
  headerText(`access ends on ${dayOf(endsAt)} unless it is renewed: ${renewalUrl}`, NOTICE_MAX);

const digestHeaders = (digest: string): Headers => ({
  'docker-content-digest': digest,
  etag: `"${digest}"`,
});

const tagsHeaders = ({ repository, next }: Extract<Served, { kind: 'tags' }>): Headers =>
  next === undefined
    ? {}
    : linkTo(`/v2/${repository}/tags/list`, { n: String(next.n), last: next.last });

const referrersHeaders = (answer: Extract<Served, { kind: 'referrers' }>): Headers => {
  const { repository, subject, artifactType, next } = answer;
  const filter = artifactType === undefined ? {} : { artifactType };
  const path = `/v2/${repository}/referrers/${subject}`;
  return {
    'content-type': INDEX_TYPE,
    ...(artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' }),
    ...(next === undefined ? {} : linkTo(path, { ...filter, last: next.last })),
  };
};

const linkTo = (path: string, query: Readonly<Record<string, string>>): Headers => ({
  link: `<${path}?${new URLSearchParams(query)}>; rel="next"`,
});

const indexOf = ({ descriptors }: Extract<Served, { kind: 'referrers' }>): unknown => ({
  schemaVersion: 2,
  mediaType: INDEX_TYPE,
  manifests: descriptors,
});
