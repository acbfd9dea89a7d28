import { type ApiEnv, validate } from "@netcheck/kernel/http";
import { Hono } from "hono";

import { getMe, type IdentityCtx, Login, login, logout } from "./session.ts";

type Env = ApiEnv<IdentityCtx>;

export const authRoutes = new Hono<Env>()
  .post("/login", validate("json", Login), async (c) => {
    c.header("cache-control", "no-store");
    return c.json(await login(c.var.ctx, c.req.valid("json")));
  })
  .post("/logout", async (c) => {
    await logout(c.var.ctx);
    return c.body(null, 204);
  });

export const userRoutes = new Hono<Env>().get("/me", async (c) => c.json(await getMe(c.var.ctx)));

export const wellKnownRoutes = new Hono<Env>().get("/jwks.json", (c) =>
  c.json(c.var.ctx.tokens.jwks),
);
