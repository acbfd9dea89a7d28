import { defineContext } from "@netcheck/kernel/context";

import type { PlatformCtx } from "./ctx.ts";

/** What belongs to no context: health, metrics, documentation, the outbox, idempotency keys. */
export const platform = defineContext<PlatformCtx>()({
  name: "platform",
  folder: "api",
  scopes: { "metrics:read": { from: "viewer", means: "Read `/metrics`." } },
  routes: {
    "/": () => import("./platform.routes.ts").then((m) => m.platformRoutes),
    "/openapi.json": () => import("./docs.routes.ts").then((m) => m.descriptionRoutes),
    "/docs": () => import("./docs.routes.ts").then((m) => m.docsRoutes),
  },
  schedules: [
    {
      name: "platform.repair_outbox",
      everySeconds: 10,
      run: () => import("@netcheck/kernel/outbox").then((m) => m.repairOutbox),
    },
    {
      name: "platform.purge_outbox",
      everySeconds: 3_600,
      run: () => import("@netcheck/kernel/outbox").then((m) => m.purgeOutbox),
    },
    {
      name: "platform.purge_keys",
      everySeconds: 3_600,
      run: () => import("@netcheck/kernel/idempotency").then((m) => m.purgeKeys),
    },
  ],
  metrics: () => import("./metric-catalogue.ts").then((m) => m.METRICS),
  measures: {
    outbox: () => import("@netcheck/kernel/outbox-measure").then((m) => m.measureOutbox),
  },
});
