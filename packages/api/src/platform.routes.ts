import type { ApiEnv } from "@netcheck/kernel/http";
import { Hono } from "hono";

import { identifyActor } from "./identify.ts";
import type { ApiCtx, Platform } from "./platform.ts";
import { readiness } from "./readiness.ts";

/** For whoever watches the platform. */
export const platformRoutes = (platform: Pick<Platform, "isOneProcess">) =>
  new Hono<ApiEnv<ApiCtx>>()
    .get("/health", (c) => c.json({ status: "ok" as const }))
    .get("/ready", async (c) => c.json(await readiness(c.var.ctx)))
    .get("/metrics", identifyActor, async (c) => {
      const { metricsPage } = await import("./metrics-page.ts");
      return await metricsPage(c.var.ctx, platform);
    });
