const STATUS = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  unsupported: 415,
  invalid: 422,
  limited: 429,
  unavailable: 503,
} as const;

export type FaultKind = keyof typeof STATUS;

type FaultOptions = ErrorOptions & {
  /** Sent as `Retry-After`, for `limited` and `unavailable`. */
  retryAfterSeconds?: number;
  /** Sent with the answer. */
  headers?: Readonly<Record<string, string>>;
  /** Which parts of the request to change. */
  errors?: readonly { at: string; message: string }[];
};

/** A failure the caller may see. Anything else thrown is a bug and becomes a bare 500. */
export class Fault extends Error {
  readonly kind: FaultKind;
  /** Stable and dotted, `context.reason`. Clients switch on it, so it never changes meaning. */
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly errors: readonly { at: string; message: string }[] | undefined;

  constructor(kind: FaultKind, code: string, detail: string, options: FaultOptions = {}) {
    super(detail, options);
    this.name = "Fault";
    this.kind = kind;
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers;
    this.errors = options.errors;
  }

  get status() {
    return STATUS[this.kind];
  }
}

export const notFound = (noun: string) =>
  new Fault("not_found", `${noun}.not_found`, `No such ${noun}.`);

export const unauthenticated = (detail = "Sign in first.", cause?: unknown) =>
  new Fault("unauthenticated", "identity.unauthenticated", detail, { cause });

export const forbidden = (scope: string) =>
  new Fault("forbidden", "identity.scope", `This needs the scope ${scope}.`);

export const conflict = (code: string, detail: string, cause?: unknown) =>
  new Fault("conflict", code, detail, { cause });

export const invalid = (code: string, at: string, message: string) =>
  new Fault("invalid", code, message, { errors: [{ at, message }] });

export const unavailable = (code: string, detail: string, cause?: unknown) =>
  new Fault("unavailable", code, detail, { cause, retryAfterSeconds: 5 });
