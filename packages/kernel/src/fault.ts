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

/** A path such as `locations` or `options.port`, and what is wrong there. */
type Field = { field: string; message: string };

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Whatever a code is documented to say besides; what every problem says has its own place. */
export type Members = Readonly<Record<string, Json>> &
  Partial<Record<"type" | "title" | "status" | "detail" | "instance", never>>;

type FaultOptions = ErrorOptions & {
  /** Sent as `Retry-After`, for `limited` and `unavailable`. */
  retryAfterSeconds?: number;
  /** Sent with the answer. */
  headers?: Readonly<Record<string, string>>;
  /** Which parts of what was asked to change; where the request carried them is the edge's to say. */
  fields?: readonly Field[];
  /** Extension members of the problem (RFC 9457, 3.2). */
  members?: Members;
};

/** A failure the caller may see. Anything else thrown is a bug and becomes a bare 500. */
export class Fault extends Error {
  readonly kind: FaultKind;
  /** Stable and dotted, `context.reason`. Clients switch on it, so it never changes meaning. */
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly fields: readonly Field[];
  readonly members: Members;

  constructor(kind: FaultKind, code: string, detail: string, options: FaultOptions = {}) {
    super(detail, options);
    this.name = "Fault";
    this.kind = kind;
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers;
    this.fields = options.fields ?? [];
    this.members = options.members ?? {};
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

export const invalid = (code: string, field: string, message: string) =>
  new Fault("invalid", code, message, { fields: [{ field, message }] });

export const unavailable = (code: string, detail: string, cause?: unknown) =>
  new Fault("unavailable", code, detail, { cause, retryAfterSeconds: 5 });
