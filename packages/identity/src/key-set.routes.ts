import type { ApiEnv } from "@netcheck/kernel/api-env";
import { may } from "@netcheck/kernel/right";
import { Hono } from "hono";

import type { IdentityCtx } from "./ctx.ts";

export const wellKnownRoutes = new Hono<ApiEnv<IdentityCtx>>().get(
  "/jwks.json",
  may("public"),
  (c) => {
    c.header("cache-control", "public, max-age=300");
    return c.json(c.var.ctx.tokens.jwks);
  },
);
