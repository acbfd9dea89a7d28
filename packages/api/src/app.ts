import type { ApiEnv } from "@netcheck/kernel/api-env";
import { onError } from "@netcheck/kernel/problem";
import { REQUEST_ID } from "@netcheck/kernel/request-id";
import { logRequests } from "@netcheck/kernel/request-log";
import { requireRights } from "@netcheck/kernel/right";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";

import { clientAddress } from "./client-address.ts";
import type { ApiCtx } from "./contexts.ts";
import { ctxFor, type Platform } from "./ctx-for.ts";
import { identify } from "./identify.ts";
import type { Mount, Schemas } from "./load-routes.ts";
import { unrouted } from "./unrouted.ts";

type Env = ApiEnv<ApiCtx>;

/** The HTTP interface of what is mounted. Knows no runtime: Lambda, one machine and tests call its `fetch`. */
export function createApp(platform: Platform, mounts: readonly Mount[]) {
  const app = new Hono<Env>()
    .use(beginRequest(platform), logRequests, secureHeaders(), openTo(platform))
    .onError(onError);
  for (const { base, routes } of mounts) app.route(base, routes as Hono);
  app.use("/api/v1/*", identifyAnyway);
  requireRights(app);
  return app.notFound((c) => onError(unrouted(app, c.req.path), c));
}

/** What clients know of the whole of it: types only. */
export type App = Hono<Env, Schemas, "/">;

/** The caller's request id if it looks like one, so that one id runs through everything. */
function beginRequest(platform: Platform) {
  return createMiddleware<Env>(async (c, next) => {
    const given = c.req.header("x-request-id") ?? "";
    const requestId = REQUEST_ID.test(given) ? given : crypto.randomUUID();
    const { remoteAddress, trustedProxies } = platform;
    const forwardedFor = c.req.header("x-forwarded-for");
    const caller = {
      ...clientAddress(remoteAddress(c), forwardedFor, trustedProxies),
      userAgent: c.req.header("user-agent"),
    };
    c.set("ctx", ctxFor(platform, { type: "nobody" }, requestId, caller));
    c.set("identify", () => identify(c));
    await next();
  });
}

/** Where no route answers, credentials that open nothing are told so first. */
const identifyAnyway = createMiddleware<Env>(async (c, next) => {
  await c.var.identify();
  await next();
});

/** Pages of `ALLOWED_ORIGINS` may call with cookies, and see what a client needs of the answer. */
function openTo({ origins }: Platform) {
  const open = cors({
    origin: [...origins],
    credentials: true,
    allowHeaders: [
      "authorization",
      "content-type",
      "idempotency-key",
      "if-none-match",
      "x-csrf-token",
      "x-request-id",
    ],
    exposeHeaders: [
      "etag",
      "location",
      "retry-after",
      "ratelimit",
      "ratelimit-policy",
      "x-request-id",
    ],
    maxAge: 600,
  });
  return createMiddleware<Env>(async (c, next) => {
    const isPage = c.req.header("origin") !== undefined || c.req.method === "OPTIONS";
    if (isPage) return await open(c, next);
    await next();
    // `cors` sets headers by making the whole answer anew, twice; nobody else needs them.
    c.res.headers.append("vary", "Origin");
  });
}
