import { defineContext } from "@netcheck/kernel/context";

import type { ChecksCtx } from "./ctx.ts";

export const checks = defineContext<ChecksCtx>()({
  name: "checks",
  scopes: {
    "checks:read": { from: "viewer", means: "Read checks and their results." },
    "checks:write": { from: "operator", means: "Start checks." },
  },
  settings: () => import("./settings.ts"),
  routes: { "/api/v1/checks": () => import("./check.routes.ts").then((m) => m.checkRoutes) },
  queues: {
    "agent-results": {
      consumer: () => import("./check.consumer.ts").then((m) => m.deliveries),
      batch: 10,
      atOnce: 10,
    },
  },
  emits: ["check.requested"],
  fills: ["check-requests"],
  partitions: () => import("./partition.ts").then((m) => m.PARTITIONS),
  metrics: () => import("./metric-catalogue.ts").then((m) => m.METRICS),
  measures: { checks: () => import("./measure.ts").then((m) => m.measureChecks) },
});
