import { authenticate } from "@netcheck/identity/bearer";
import { checkProof, proofOf } from "@netcheck/identity/browser";
import { cookiesOf } from "@netcheck/identity/cookie";
import type { ApiEnv } from "@netcheck/kernel/api-env";
import type { Actor } from "@netcheck/kernel/ctx";
import { Fault } from "@netcheck/kernel/fault";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";

import { ALL, type ApiCtx } from "./contexts.ts";

type Env = ApiEnv<ApiCtx>;

const NOBODY: Extract<Actor, { type: "nobody" }> = { type: "nobody" };
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const CREDENTIALS = new Map(ALL.flatMap(({ credentials }) => Object.entries(credentials)));

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
  const cookie = getCookie(c, cookiesOf(ctx).access.name);
  if (!cookie) return NOBODY;
  const actor = await authenticate(ctx, cookie).catch(nobodyIfRefused);
  if (actor.type === "person" && !SAFE.has(c.req.method)) {
    checkProof(ctx, actor.sessionId, proofOf(c.req.raw.headers));
  }
  return actor;
}

/** A secret of some kind says so by its prefix; anything else is an access token. */
async function bearer(ctx: ApiCtx, token: string): Promise<Actor> {
  const [prefix = ""] = token.split("_", 1);
  const load = CREDENTIALS.get(prefix);
  if (!load || prefix === token) return await authenticate(ctx, token);
  const look = await load();
  return await look(ctx, token);
}

function nobodyIfRefused(error: unknown) {
  if (error instanceof Fault && error.kind === "unauthenticated") return NOBODY;
  throw error;
}
