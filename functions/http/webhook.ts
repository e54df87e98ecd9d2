import { errorFields } from '../core/error-fields.ts';
import type { Verification } from '../core/signature.ts';
import type { Report } from '../ports.ts';

type Deps = {
  readonly verify: (payload: Uint8Array, header: string) => Promise<Verification>;
  readonly accept: (event: unknown) => Promise<'accepted' | 'ignored' | 'malformed'>;
  readonly report: Report;
};

/** As little of a request as is needed: the simulator makes many thousands, and a whole one is dear. */
type WebhookRequest = Pick<Request, 'method' | 'arrayBuffer'> & {
  readonly headers: Pick<Headers, 'get'>;
};

const BODY_BYTES_MAX = 256 * 1024;
const HEADER_BYTES_MAX = 4 * 1024;

/**
 * Stripe's webhook. 200 only after the queue has the subject; 400 for whatever is malformed or not
 * signed, which Stripe repeats in vain; 500 when the fault is ours, so that Stripe sends it again.
 */
export const webhook =
  (deps: Deps) =>
  async (request: WebhookRequest): Promise<Response> => {
    if (request.method !== 'POST') {
      return new Response('only POST is allowed', { status: 405, headers: { allow: 'POST' } });
    }
    try {
      const refusal = await refusalOf(deps, request);
      if (refusal === undefined) return new Response('ok');
      deps.report.count('WebhookRefused', { because: refusal });
      return new Response('bad request', { status: 400 });
    } catch (error) {
      // Counted with the refusals, whose alarm sends people to the secret: an unreadable one fails here.
      deps.report.count('WebhookRefused', { because: 'fault', ...errorFields(error) });
      return new Response('try again', { status: 500 });
    }
  };

/** Cheapest first: nothing is hashed before its size is known. */
const refusalOf = async (
  { verify, accept, report }: Deps,
  request: WebhookRequest,
): Promise<string | undefined> => {
  const header = request.headers.get('stripe-signature') ?? '';
  if (header === '' || header.length > HEADER_BYTES_MAX) return 'header';
  const payload = new Uint8Array(await request.arrayBuffer());
  if (payload.length === 0 || payload.length > BODY_BYTES_MAX) return 'size';
  const verification = await verify(payload, header);
  if (verification.kind === 'refused') return verification.because;
  if (verification.with === 'previous') {
    report.count('WebhookPreviousSecret', {});
  }
  return (await accept(verification.event)) === 'malformed' ? 'event' : undefined;
};
