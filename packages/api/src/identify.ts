import { AGENT_SECRET_PREFIX, authenticateAgent } from "@netcheck/agents/secret";
import { API_KEY_PREFIX, authenticateKey } from "@netcheck/identity/api-key";
import { cookieOf, proofOf } from "@netcheck/identity/auth.routes";
import { checkProof } from "@netcheck/identity/browser";
import { authenticate } from "@netcheck/identity/session";
import type { Actor } from "@netcheck/kernel/ctx";
import { Fault } from "@netcheck/kernel/fault";
import type { ApiEnv } from "@netcheck/kernel/http";
import { takeFrom } from "@netcheck/kernel/rate-limit";
import type { Context } from "hono";

import type { ApiCtx } from "./contexts.ts";

type Env = ApiEnv<ApiCtx>;

/** What no agent has, per network and before Postgres is asked; what one has is given back. */
const UNKNOWN_SECRETS = { name: "unknown_agent", most: 1_000, windowSeconds: 60 };
const NOBODY: Extract<Actor, { type: "nobody" }> = { type: "nobody" };
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Says who asks. With `Authorization` cookies do not count. A cookie that opens nothing is no refusal:
 * a browser sends it everywhere; one that does needs a proof for every change.
 */
export async function identify(c: Context<Env>): Promise<Actor> {
  const { ctx } = c.var;
  const header = c.req.header("authorization");
  if (header !== undefined) {
    const [, token] = /^Bearer (\S+)$/i.exec(header) ?? [];
    return token === undefined ? NOBODY : await bearer(ctx, token);
  }
  const cookie = cookieOf(c, ctx, "access");
  if (!cookie) return NOBODY;
  const actor = await authenticate(ctx, cookie).catch(nobodyIfRefused);
  if (actor.type === "person" && !SAFE.has(c.req.method)) {
    checkProof(ctx, actor.sessionId, proofOf(c));
  }
  return actor;
}

async function bearer(ctx: ApiCtx, token: string): Promise<Actor> {
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
  if (error instanceof Fault && error.kind === "unauthenticated") return NOBODY;
  throw error;
}
