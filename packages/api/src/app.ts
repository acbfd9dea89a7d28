import { Fault, notFound } from "@netcheck/kernel/fault";
import { type ApiEnv, logRequests, onError, REQUEST_ID } from "@netcheck/kernel/http";
import { takeFrom } from "@netcheck/kernel/rate-limit";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";

import { clientAddress } from "./client-address.ts";
import type { ApiCtx } from "./contexts.ts";
import { identifyActor } from "./identify.ts";
import type { Mount, Schemas } from "./mounts.ts";
import { ctxFor, type Platform } from "./platform.ts";

const MAX_BODY_BYTES = 100 * 1024;
/** Per network, and before the token is looked at. */
const REGISTRATIONS = { name: "agent_registration", most: 60, windowSeconds: 60 };

type Env = ApiEnv<ApiCtx>;

/** The HTTP interface of what is mounted. Knows no runtime: Lambda, one machine and tests call its `fetch`. */
export function createApp(platform: Platform, mounts: readonly Mount[]) {
  const app = new Hono<Env>()
    .use(beginRequest(platform), logRequests, secureHeaders(), openTo(platform), limitBody)
    .use("/api/v1/agents/register", limitRegistration)
    .use("/api/v1/*", identifyActor)
    .notFound(() => onError(notFound("page")))
    .onError(onError);
  for (const { base, routes } of mounts) app.route(base, routes as Hono);
  return app;
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
    await next();
  });
}

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

const limitRegistration = createMiddleware<Env>(async (c, next) => {
  const key = c.var.ctx.caller?.network ?? "none";
  const { giveBack } = await takeFrom(c.var.ctx, [{ ...REGISTRATIONS, key }]);
  await next();
  // A whole site may register from behind one address; what counts are tokens that buy nothing.
  if (c.res.ok) await giveBack();
});

const countBody = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody });

/** A length that was declared is what will be read, and spares a stream over the body. */
const limitBody = createMiddleware<Env>(async (c, next) => {
  const { headers, method } = c.req.raw;
  const declared = headers.has("transfer-encoding") ? null : headers.get("content-length");
  if (declared === null && method !== "GET") return await countBody(c, next);
  if (Number(declared) > MAX_BODY_BYTES) refuseBody();
  await next();
});

function refuseBody(): never {
  throw new Fault("too_large", "request.too_large", `Send at most ${MAX_BODY_BYTES} bytes.`);
}
