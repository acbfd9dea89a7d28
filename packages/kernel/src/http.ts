import { hash } from "node:crypto";

import { zValidator } from "@hono/zod-validator";
import type { Context, MiddlewareHandler, ValidationTargets } from "hono";
import { HTTPException } from "hono/http-exception";
import { matchedRoutes } from "hono/route";
import { METHOD_NAME_ALL } from "hono/router";
import type * as z from "zod";

import type { Actor, Ctx } from "./ctx.ts";
import { Fault, unavailable } from "./fault.ts";
import { placeOf } from "./field-place.ts";
import { log, withLogFields } from "./log.ts";
import { METRICS } from "./metric-catalogue.ts";
import { observe, tally } from "./metrics.ts";
import { isPostgresDown } from "./postgres-error.ts";
import { unstorableIn } from "./storable-text.ts";

/** A context's routes see the `ctx` their verbs need; the app makes one that satisfies all. */
export type ApiEnv<C extends Ctx = Ctx> = {
  Variables: {
    ctx: C;
    /** Who asks, by the credentials that came along; those that open nothing are refused. */
    identify: () => Promise<Actor>;
  };
};

type Problem = { type: string; title: string; status: number; detail: string };

export const REQUEST_ID = /^[\w.:-]{8,128}$/;

/** Where a `validate` keeps what it reads and how, for whoever describes the routes. */
export const VALIDATES = Symbol("netcheck.validates");

/** Answers 422 with the parts to change, 415 for a body that is not declared as JSON. */
export function validate<T extends keyof ValidationTargets, S extends z.ZodType>(
  target: T,
  schema: S,
) {
  const validator = zValidator(target, schema, (result, c) => {
    if (target === "json" && hasBody(c.req.raw.headers) && !isJson(c.req.header("content-type"))) {
      throw new Fault("unsupported", "request.content_type", "Send application/json.");
    }
    const errors = result.success
      ? unstorableIn(result.data, target).map((at) => ({ at, message: "This is no text." }))
      : result.error.issues.map(({ path, message }) => ({
          at: [target, ...path].join("."),
          message,
        }));
    if (errors.length === 0) return;
    throw new Fault("invalid", "request.invalid", "The request breaks the schema.", {
      members: { errors },
    });
  });
  return Object.assign(validator, { [VALIDATES]: { target, schema } });
}

/** A body that is absent is judged by the schema: some may be left out. */
function hasBody(headers: Headers) {
  const length = headers.get("content-length") ?? "0";
  return length !== "0" || headers.has("content-type") || headers.has("transfer-encoding");
}

function isJson(contentType: string | undefined) {
  return /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType ?? "");
}

/** The ETag of an answer, for the middleware to compare: left to itself that reads the answer as a stream. */
export function etagOf(body: unknown) {
  return `"${hash("sha1", JSON.stringify(body))}"`;
}

/** One log line a request, with its id on everything logged inside. */
export const logRequests: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { requestId } = c.var.ctx;
  await withLogFields({ requestId }, async () => {
    const startedAt = performance.now();
    await next();
    // `c.header` would make the answer anew.
    c.res.headers.set("x-request-id", requestId);
    const elapsedMs = performance.now() - startedAt;
    countRequest(c, elapsedMs / 1000);
    const durationMs = Math.round(elapsedMs * 10) / 10;
    const { method, path } = c.req;
    log.debug("request", { method, path, status: c.res.status, durationMs });
  });
};

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** By the pattern of the route, never by what a caller wrote: that has no end. */
function countRequest(c: Context<ApiEnv>, seconds: number) {
  const answering = matchedRoutes(c).findLast((route) => route.method !== METHOD_NAME_ALL);
  const labels = {
    method: METHODS.has(c.req.method) ? c.req.method : "other",
    route: answering?.path ?? "none",
  };
  tally(METRICS.requests, { ...labels, status: String(c.res.status) });
  observe(METRICS.requestDuration, labels, seconds);
}

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
