import type { ApiEnv } from "@netcheck/kernel/http";
import { Hono } from "hono";

import { identifyActor } from "./identify.ts";
import type { PlatformCtx } from "./platform.context.ts";
import { readiness } from "./readiness.ts";

/** For whoever watches the platform. */
export const platformRoutes = new Hono<ApiEnv<PlatformCtx>>()
  .get("/health", (c) => c.json({ status: "ok" as const }))
  .get("/ready", async (c) => c.json(await readiness(c.var.ctx)))
  .get("/metrics", identifyActor, async (c) => {
    const { metricsPage } = await import("./metrics-page.ts");
    return await metricsPage(c.var.ctx);
  });
