type Detail = {
  readonly status?: number;
  /** The code of the older query protocol, which SQS still sends in a header. */
  readonly queryCode?: string;
};

/** A refusal in AWS's words, as the service itself would send it. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  readonly queryCode: string;

  constructor(code: string, message: string, detail: Detail = {}) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = detail.status ?? 400;
    this.queryCode = detail.queryCode ?? code;
  }
}
