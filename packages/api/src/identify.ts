import { AGENT_SECRET_PREFIX, authenticateAgent } from "@netcheck/agents/secret";
import { API_KEY_PREFIX, authenticateKey } from "@netcheck/identity/api-key";
import { cookieOf, proofOf } from "@netcheck/identity/auth.routes";
import { checkProof } from "@netcheck/identity/browser";
import type { IdentityCtx } from "@netcheck/identity/ctx";
import { authenticate } from "@netcheck/identity/session";
import type { Actor } from "@netcheck/kernel/ctx";
import { Fault } from "@netcheck/kernel/fault";
import type { ApiEnv } from "@netcheck/kernel/http";
import { takeFrom } from "@netcheck/kernel/rate-limit";
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";

type Env = ApiEnv<IdentityCtx>;

/** They look at credentials themselves, and an old one sent along must not stand in their way. */
const OWN_WAY = new Set(
  ["login", "token", "refresh", "logout"].map((path) => `/api/v1/auth/${path}`),
);
/** What no agent has, per network and before Postgres is asked; what one has is given back. */
const UNKNOWN_SECRETS = { name: "unknown_agent", most: 1_000, windowSeconds: 60 };
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Says who acts. With `Authorization` cookies do not count. A cookie that opens nothing is no refusal:
 * a browser sends it everywhere; one that does needs a proof for every change.
 */
export const identifyActor = createMiddleware<Env>(async (c, next) => {
  if (!OWN_WAY.has(c.req.path)) {
    const actor = await actorOf(c);
    if (actor) c.set("ctx", { ...c.var.ctx, actor });
  }
  await next();
});

async function actorOf(c: Context<Env>) {
  const { ctx } = c.var;
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const [, token] = /^Bearer (\S+)$/i.exec(header) ?? [];
    return token === undefined ? undefined : await bearer(ctx, token);
  }
  const cookie = cookieOf(c, ctx, "access");
  if (!cookie) return undefined;
  const actor = await authenticate(ctx, cookie).catch(nobodyIfRefused);
  if (actor && !SAFE.has(c.req.method)) checkProof(ctx, actor.sessionId, proofOf(c));
  return actor;
}

async function bearer(ctx: IdentityCtx, token: string): Promise<Actor> {
  if (token.startsWith(`${AGENT_SECRET_PREFIX}_`)) {
    const key = ctx.caller?.network ?? "none";
    const { giveBack } = await takeFrom(ctx, [{ ...UNKNOWN_SECRETS, key }]);
    const agent = await authenticateAgent(ctx, token);
    await giveBack();
    return agent;
  }
  if (token.startsWith(`${API_KEY_PREFIX}_`)) return authenticateKey(ctx, token);
  return authenticate(ctx, token);
}

function nobodyIfRefused(error: unknown) {
  if (error instanceof Fault && error.kind === "unauthenticated") return undefined;
  throw error;
}
