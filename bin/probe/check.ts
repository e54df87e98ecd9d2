import type { ClientClass } from '../../functions/core/client-class.ts';
import type { Wire, WireAnswer } from './wire.ts';

/** One thing that was looked at from outside. */
export type Check = {
  readonly name: string;
  /** `odd`: not as it should be, no client that we ran minds, and nobody can change it. */
  readonly outcome: 'fine' | 'wrong' | 'odd' | 'unknown';
  readonly what: string;
  /** What to do about it; or, when it could not be checked, what would make it possible. */
  readonly change?: string;
};

export type Problem = { readonly what: string; readonly change: string };

type Asking = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly userAgent?: string;
};

/** The gateway that is looked at. */
export type Gateway = {
  /** `https://registry.acme.com` */
  readonly origin: string;
  readonly host: string;
  readonly ask: (path: string, asking?: Asking) => Promise<WireAnswer>;
};

/** One client of each class, as it names itself when it is challenged. */
export const USER_AGENTS: Readonly<Record<ClientClass, string>> = {
  d: 'docker/28.5.2 go/go1.24.9 kernel/6.1.0 os/linux arch/amd64 UpstreamClient(wharfage-probe)',
  k: 'containerd/2.1.9',
  c: 'skopeo/1.22.0',
};

export const CLASSES = ['d', 'k', 'c'] as const satisfies readonly ClientClass[];

export const CLASS_NAMES: Readonly<Record<ClientClass, string>> = {
  d: 'docker and most others',
  k: 'containerd and Kubernetes',
  c: 'podman, skopeo, buildah',
};

export const gatewayAt = (wire: Wire, origin: string): Gateway => ({
  origin,
  host: new URL(origin).host,
  ask: (path, { method = 'GET', headers = {}, body, userAgent = USER_AGENTS.d } = {}) =>
    wire({
      method,
      url: `${origin}${path}`,
      headers: { 'user-agent': userAgent, ...headers },
      ...(body === undefined ? {} : { body }),
    }),
});

/** Fine when there is no problem; every problem is named otherwise. */
export const judged = (
  name: string,
  fine: string,
  problems: readonly (Problem | undefined)[],
): Check => {
  const found = problems.filter((each) => each !== undefined);
  if (found.length === 0) return { name, outcome: 'fine', what: fine };
  return {
    name,
    outcome: 'wrong',
    what: found.map(({ what }) => what).join('; '),
    change: [...new Set(found.map(({ change }) => change))].join('; '),
  };
};

export const unchecked = (name: string, what: string, change: string): Check => ({
  name,
  outcome: 'unknown',
  what,
  change,
});

/** A problem when the condition does not hold. */
export const unless = (holds: boolean, what: string, change: string): Problem | undefined =>
  holds ? undefined : { what, change };

const textOf = ({ body }: WireAnswer): string => Buffer.from(body).toString('utf8');

/** JSON of an answer; `undefined` when it is none. */
export const jsonOf = (answer: WireAnswer): unknown => {
  try {
    return JSON.parse(textOf(answer));
  } catch {
    return undefined;
  }
};

type OciError = { readonly code: string; readonly message: string };

/** The first error of an OCI error body. */
export const errorOf = (answer: WireAnswer): OciError | undefined => {
  const body = jsonOf(answer) as { readonly errors?: readonly Partial<OciError>[] } | undefined;
  const [first] = Array.isArray(body?.errors) ? body.errors : [];
  return typeof first?.code === 'string' && typeof first.message === 'string'
    ? { code: first.code, message: first.message }
    : undefined;
};
