import * as z from "zod/mini";

import type { MembersByCode } from "./member.ts";

const Body = z.looseObject({
  type: z.string(),
  title: z.string(),
  detail: z.string(),
  errors: z.optional(z.array(z.object({ at: z.string(), message: z.string() }))),
});

/** What a code says besides, as far as the contract knows; each may be left out. */
type MembersOf<C extends string> = C extends keyof MembersByCode
  ? Readonly<MembersByCode[C]>
  : Readonly<Record<string, unknown>>;

type Facts<C extends string> = {
  status: number;
  code: C;
  detail: string;
  errors: readonly { at: string; message: string }[];
  members: MembersOf<C>;
  retryAfterSeconds: number | undefined;
  requestId: string | undefined;
};

/** What the API refused (RFC 9457). `code` is stable for ever: switch on it, by `isProblem`. */
export class Problem<C extends string = string> extends Error {
  readonly status: number;
  /** Dotted, such as `checks.no_agents`; `http.502` for what was no problem of ours. */
  readonly code: C;
  /** What to change, for people. */
  readonly detail: string;
  /** Which parts of the request to change. */
  readonly errors: Facts<C>["errors"];
  /** What this code says besides; of `checks.no_agents` how many agents are active and how many can. */
  readonly members: MembersOf<C>;
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | undefined;

  constructor(facts: Facts<C>) {
    super(`${facts.code}: ${facts.detail}`);
    this.name = "Problem";
    this.status = facts.status;
    this.code = facts.code;
    this.detail = facts.detail;
    this.errors = facts.errors;
    this.members = facts.members;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    this.requestId = facts.requestId;
  }
}

/** Whether it is the refusal with this code, which says what its members are. */
export function isProblem<C extends string>(error: unknown, code: C): error is Problem<C> {
  return error instanceof Problem && error.code === code;
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
    members: membersOf(body ?? {}),
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
    requestId: headers.get("x-request-id") ?? undefined,
  });
}

/** What is none of the members that every problem may have (RFC 9457, 3.1), nor our places. */
function membersOf(body: Readonly<Record<string, unknown>>) {
  const {
    type: _t,
    title: _l,
    status: _s,
    detail: _d,
    instance: _i,
    errors: _e,
    ...members
  } = body;
  return members;
}
