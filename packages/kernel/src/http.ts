import { hash } from "node:crypto";

import { zValidator } from "@hono/zod-validator";
import type { MiddlewareHandler, ValidationTargets } from "hono";
import { HTTPException } from "hono/http-exception";
import type * as z from "zod";

import type { Ctx } from "./ctx.ts";
import { Fault, unavailable } from "./fault.ts";
import { log, withLogFields } from "./log.ts";
import { isPostgresDown } from "./postgres.ts";

/** A context's routes see the `ctx` their verbs need; the app makes one that satisfies all. */
export type ApiEnv<C extends Ctx = Ctx> = { Variables: { ctx: C } };

type Problem = { type: string; title: string; status: number; detail: string; errors?: unknown };

export const REQUEST_ID = /^[\w.:-]{8,128}$/;

/** Answers 422 with the parts to change, 415 for a body that is not declared as JSON. */
export function validate<T extends keyof ValidationTargets, S extends z.ZodType>(
  target: T,
  schema: S,
) {
  return zValidator(target, schema, (result, c) => {
    if (target === "json" && hasBody(c.req.raw.headers) && !isJson(c.req.header("content-type"))) {
      throw new Fault("unsupported", "request.content_type", "Send application/json.");
    }
    if (result.success) return;
    const errors = result.error.issues.map((issue) => ({
      at: [target, ...issue.path].join("."),
      message: issue.message,
    }));
    throw new Fault("invalid", "request.invalid", "The request breaks the schema.", { errors });
  });
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
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
    const { method, path } = c.req;
    log.debug("request", { method, path, status: c.res.status, durationMs });
  });
};

/** RFC 9457 problems. A `Fault` shows its detail; a bug is logged whole and answered bare. */
export function onError(error: Error) {
  if (error instanceof Fault) return faultResponse(error);
  if (error instanceof HTTPException) {
    return problem({
      type: "/problems/request.malformed",
      title: "malformed",
      status: error.status,
      detail: "The request could not be read.",
    });
  }
  if (isPostgresDown(error)) {
    return faultResponse(unavailable("platform.database", "The database does not answer.", error));
  }
  log.error("unhandled", { error });
  return problem({ type: "about:blank", title: "internal", status: 500, detail: "Our fault." });
}

function faultResponse(fault: Fault) {
  if (fault.kind === "unavailable") log.warn("unavailable", { error: fault });
  const { code, kind, status, message: detail, errors, headers, retryAfterSeconds } = fault;
  const body = { type: `/problems/${code}`, title: kind, status, detail };
  const response = problem(errors ? { ...body, errors } : body);
  for (const [name, value] of Object.entries(headers ?? {})) response.headers.set(name, value);
  if (retryAfterSeconds) response.headers.set("retry-after", String(retryAfterSeconds));
  if (status === 401) response.headers.set("www-authenticate", 'Bearer realm="netcheck"');
  return response;
}

function problem(body: Problem) {
  return Response.json(body, {
    status: body.status,
    headers: { "content-type": "application/problem+json" },
  });
}
