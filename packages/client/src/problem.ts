import * as z from "zod/mini";

const Body = z.object({
  type: z.string(),
  title: z.string(),
  detail: z.string(),
  errors: z.optional(z.array(z.object({ at: z.string(), message: z.string() }))),
});

type Facts = {
  status: number;
  code: string;
  detail: string;
  errors: readonly { at: string; message: string }[];
  retryAfterSeconds: number | undefined;
  requestId: string | undefined;
};

/** What the API refused (RFC 9457). `code` is stable for ever: switch on it. */
export class Problem extends Error {
  readonly status: number;
  /** Dotted, such as `checks.no_agents`; `http.502` for what was no problem of ours. */
  readonly code: string;
  /** What to change, for people. */
  readonly detail: string;
  /** Which parts of the request to change. */
  readonly errors: Facts["errors"];
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | undefined;

  constructor(facts: Facts) {
    super(`${facts.code}: ${facts.detail}`);
    this.name = "Problem";
    this.status = facts.status;
    this.code = facts.code;
    this.detail = facts.detail;
    this.errors = facts.errors;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    this.requestId = facts.requestId;
  }
}

/** Nobody answered in time, or at all: whether it was done is not known. */
export class Unreachable extends Error {
  readonly requestId: string;

  constructor(requestId: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "Unreachable";
    this.requestId = requestId;
  }
}

/** Reads a refusal, whoever it is from: a proxy's page is one too. */
export async function readProblem(response: Response) {
  const { status, headers } = response;
  const body = Body.safeParse(await response.json().catch(() => undefined)).data;
  const [, code = `http.${status}`] = /^\/problems\/(.+)$/.exec(body?.type ?? "") ?? [];
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return new Problem({
    status,
    code,
    detail: body?.detail ?? `The answer was ${status}.`,
    errors: body?.errors ?? [],
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
    requestId: headers.get("x-request-id") ?? undefined,
  });
}
