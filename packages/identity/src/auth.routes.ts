import type { ApiEnv } from "@netcheck/kernel/api-env";
import { Page } from "@netcheck/kernel/page";
import { may } from "@netcheck/kernel/right";
import { validate, validateId } from "@netcheck/kernel/validate";
import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";

import { ChangePassword, changePassword } from "./account.ts";
import { checkOrigin, checkProof, proofOf } from "./browser.ts";
import { cookiesOf } from "./cookie.ts";
import type { IdentityCtx } from "./ctx.ts";
import { grantToken } from "./oauth.ts";
import { refresh, RefreshBody, sessionOfRefresh } from "./refresh.ts";
import { listSessions, revokeSession, SessionId, signOut } from "./session.ts";
import { Login, login } from "./sign-in.ts";

type Env = ApiEnv<IdentityCtx>;

const noStore = createMiddleware(async (c, next) => {
  await next();
  c.header("cache-control", "no-store");
});

export const authRoutes = new Hono<Env>()
  .use(noStore)
  .post("/login", may("public"), validate("json", Login), async (c) => {
    checkOrigin(c.var.ctx, c.req.header("origin"));
    const { refreshToken, ...opened } = await login(c.var.ctx, c.req.valid("json"));
    setCookies(c, opened.accessToken, refreshToken);
    return c.json(opened);
  })
  .post("/token", may("public"), async (c) => {
    const { status, body, headers } = await grantToken(c.var.ctx, await readForm(c));
    return c.json(body, status, { pragma: "no-cache", ...headers });
  })
  .post("/refresh", may("public"), validate("json", RefreshBody), async (c) => {
    checkOrigin(c.var.ctx, c.req.header("origin"));
    const given = c.req.valid("json").refreshToken;
    if (given !== undefined) return c.json(await refresh(c.var.ctx, given));
    const cookie = cookieOf(c, c.var.ctx, "refresh");
    const { refreshToken, ...renewed } = await refresh(c.var.ctx, cookie);
    setCookies(c, renewed.accessToken, refreshToken);
    return c.json(renewed);
  })
  .post("/logout", may("public"), validate("json", RefreshBody), async (c) => {
    const { ctx } = c.var;
    const { sessionId, isByCookie } = await presented(c, c.req.valid("json").refreshToken);
    const prove = (id: typeof sessionId & string) =>
      checkProof(ctx, id, proofOf(c.req.raw.headers));
    if (sessionId) await signOut(ctx, sessionId, isByCookie ? prove : () => undefined);
    clearCookies(c);
    return c.body(null, 204);
  })
  .post("/password", may("session"), validate("json", ChangePassword), async (c) => {
    await changePassword(c.var.ctx, c.req.valid("json"));
    return c.body(null, 204);
  })
  .get("/sessions", may("session"), validate("query", Page), async (c) =>
    c.json(await listSessions(c.var.ctx, c.req.valid("query"))),
  )
  .delete("/sessions/:id", may("session"), validateId(SessionId), async (c) => {
    await revokeSession(c.var.ctx, c.req.valid("param").id);
    return c.body(null, 204);
  });

/** Undefined where the request speaks by `Authorization`, which leaves cookies out of the matter. */
function cookieOf(c: Context, ctx: IdentityCtx, which: "access" | "refresh") {
  if (c.req.header("authorization") !== undefined) return undefined;
  return getCookie(c, cookiesOf(ctx)[which].name);
}

/** The session that is to end, by whatever names it: an expired access token is not needed for it. */
async function presented(c: Context<Env>, given: string | undefined) {
  const { ctx } = c.var;
  const refreshToken = given ?? cookieOf(c, ctx, "refresh");
  const [, bearer] = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const accessToken = bearer ?? cookieOf(c, ctx, "access");
  const isByCookie = given === undefined && bearer === undefined;
  const byRefresh = refreshToken && (await sessionOfRefresh(ctx, refreshToken));
  const sessionId =
    byRefresh || (accessToken && (await ctx.tokens.sessionOf(accessToken, ctx.now())));
  return { sessionId: sessionId || undefined, isByCookie };
}

function setCookies(c: Context<Env>, accessToken: string, refreshToken: string) {
  const { tokens, sessionLifetimeSeconds } = c.var.ctx;
  const { access, refresh: renewal } = cookiesOf(c.var.ctx);
  setCookie(c, access.name, accessToken, { ...access.attributes, maxAge: tokens.lifetimeSeconds });
  const maxAge = sessionLifetimeSeconds;
  setCookie(c, renewal.name, refreshToken, { ...renewal.attributes, maxAge });
}

function clearCookies(c: Context<Env>) {
  for (const { name, attributes } of Object.values(cookiesOf(c.var.ctx))) {
    deleteCookie(c, name, attributes);
  }
}

async function readForm(c: Context<Env>) {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return undefined;
  return new URLSearchParams(await c.req.text());
}
