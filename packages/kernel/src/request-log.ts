import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { METHOD_NAME_ALL } from "hono/router";

import type { ApiEnv } from "./api-env.ts";
import { log, withLogFields } from "./log.ts";
import { METRICS } from "./metric-catalogue.ts";
import { observe, tally } from "./metrics.ts";

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
