import type { ApiEnv } from "@netcheck/kernel/api-env";
import { may } from "@netcheck/kernel/right";
import { Hono } from "hono";

import type { PlatformCtx } from "./ctx.ts";
import { readiness } from "./readiness.ts";

/** For whoever watches the platform. */
export const platformRoutes = new Hono<ApiEnv<PlatformCtx>>()
  .get("/health", may("public"), (c) =>
    c.json({ status: "ok" as const, serverTime: c.var.ctx.now().toISOString() }),
  )
  .get("/ready", may("public"), async (c) => c.json(await readiness(c.var.ctx)))
  .get("/metrics", may("metrics:read"), async (c) => {
    const { metricsPage } = await import("./metrics-page.ts");
    return await metricsPage(c.var.ctx);
  });
