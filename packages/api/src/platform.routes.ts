import type { ApiEnv } from "@netcheck/kernel/http";
import { Hono } from "hono";

import type { ApiCtx } from "./platform.ts";
import { readiness } from "./readiness.ts";

/** For whoever watches the platform. */
export const platformRoutes = new Hono<ApiEnv<ApiCtx>>()
  .get("/health", (c) => c.json({ status: "ok" as const }))
  .get("/ready", async (c) => c.json(await readiness(c.var.ctx)));
