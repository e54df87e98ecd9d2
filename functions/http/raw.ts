/**
 * A request as it came over the wire. The path and the query are not decoded: `Request` would resolve
 * `..` in a path before anybody has looked at it.
 */
export type RawRequest = {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

export type RawResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};
