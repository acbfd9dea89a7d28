import { agentRoutes } from "@netcheck/agents/agent.routes";
import { AGENT_SECRET_PREFIX, authenticateAgent } from "@netcheck/agents/secret";
import { checkRoutes } from "@netcheck/checks/check.routes";
import { authRoutes, userRoutes, wellKnownRoutes } from "@netcheck/identity/identity.routes";
import { authenticate } from "@netcheck/identity/session";
import type { Actor } from "@netcheck/kernel/ctx";
import { Fault, notFound } from "@netcheck/kernel/fault";
import { type ApiEnv, logRequests, onError, REQUEST_ID } from "@netcheck/kernel/http";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";

import { type ApiCtx, ctxFor, type Platform } from "./platform.ts";
import { readiness } from "./readiness.ts";

const MAX_BODY_BYTES = 100 * 1024;

type Env = ApiEnv<ApiCtx>;

/** The whole HTTP interface. Knows no runtime: Lambda, one machine and tests call its `fetch`. */
export function createApp(platform: Platform) {
  const api = new Hono<Env>()
    .route("/auth", authRoutes)
    .route("/users", userRoutes)
    .route("/agents", agentRoutes)
    .route("/checks", checkRoutes);

  return new Hono<Env>()
    .use(beginRequest(platform), logRequests, secureHeaders(), limitBody, identifyActor)
    .get("/health", (c) => c.json({ status: "ok" }))
    .get("/ready", async (c) => c.json(await readiness(c.var.ctx)))
    .route("/.well-known", wellKnownRoutes)
    .route("/api/v1", api)
    .notFound(() => onError(notFound("page")))
    .onError(onError);
}

/** The caller's request id if it looks like one, so that one id runs through everything. */
function beginRequest(platform: Platform) {
  return createMiddleware<Env>(async (c, next) => {
    const given = c.req.header("x-request-id") ?? "";
    const requestId = REQUEST_ID.test(given) ? given : crypto.randomUUID();
    c.set("ctx", ctxFor(platform, { type: "nobody" }, requestId));
    await next();
  });
}

const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new Fault("too_large", "request.too_large", `Send at most ${MAX_BODY_BYTES} bytes.`);
  },
});

const identifyActor = createMiddleware<Env>(async (c, next) => {
  const [, token] = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (token) c.set("ctx", { ...c.var.ctx, actor: await actorOf(c.var.ctx, token) });
  await next();
});

function actorOf(ctx: ApiCtx, token: string): Promise<Actor> {
  if (token.startsWith(`${AGENT_SECRET_PREFIX}_`)) return authenticateAgent(ctx, token);
  return authenticate(ctx, token);
}
