import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { matchedRoutes } from "hono/route";

import { Fault, unavailable } from "./fault.ts";
import { placeOf } from "./field-place.ts";
import { log } from "./log.ts";
import { isPostgresDown } from "./postgres-error.ts";
import { type validate, VALIDATES } from "./validate.ts";

type Problem = { type: string; title: string; status: number; detail: string };

/** RFC 9457 problems. A `Fault` shows its detail; a bug is logged whole and answered bare. */
export function onError(error: Error, c: Context) {
  if (error instanceof Fault) return faultResponse(error, c);
  if (error instanceof HTTPException) return unreadable(error.status);
  if (isHangUp(error)) return unreadable(400);
  if (isPostgresDown(error)) {
    return faultResponse(
      unavailable("platform.database", "The database does not answer.", error),
      c,
    );
  }
  log.error("unhandled", { error });
  return problem({ type: "about:blank", title: "internal", status: 500, detail: "Our fault." });
}

function unreadable(status: number) {
  const detail = "The body could not be read: send JSON, whole.";
  return problem({ type: "/problems/request.malformed", title: "malformed", status, detail });
}

/** What Node says where the caller's connection ends within the body; nobody reads the answer. */
function isHangUp(error: Error & { code?: unknown }) {
  return error.code === "ECONNRESET" && error.message === "aborted";
}

function faultResponse(fault: Fault, c: Context) {
  if (fault.kind === "unavailable") log.warn("unavailable", { error: fault });
  const { code, kind, status, message: detail, members, headers, retryAfterSeconds } = fault;
  const errors = errorsOf(fault, c);
  const response = problem({
    type: `/problems/${code}`,
    title: kind,
    status,
    detail,
    ...members,
    ...(errors.length > 0 && { errors }),
  });
  for (const [name, value] of Object.entries(headers ?? {})) response.headers.set(name, value);
  if (retryAfterSeconds) response.headers.set("retry-after", String(retryAfterSeconds));
  if (status === 401) response.headers.set("www-authenticate", 'Bearer realm="netcheck"');
  return response;
}

/** The fields that the domain names, where this route reads them. */
function errorsOf({ fields }: Fault, c: Context) {
  if (fields.length === 0) return [];
  const reads = matchedRoutes(c).flatMap(({ handler }) => {
    const { [VALIDATES]: read } = handler as Partial<ReturnType<typeof validate>>;
    return read ? [read] : [];
  });
  return fields.map(({ field, message }) => ({ at: placeOf(reads, field), message }));
}

function problem(body: Problem) {
  return Response.json(body, {
    status: body.status,
    headers: { "content-type": "application/problem+json" },
  });
}
