import { describe } from "@netcheck/kernel/context";

import type { ChecksCtx } from "./ctx.ts";

export const checks = describe<ChecksCtx>()({
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
  schedules: [
    {
      name: "checks.partitions",
      everySeconds: 3_600,
      run: () => import("./partition.ts").then((m) => m.makeCheckPartitions),
    },
    {
      name: "checks.retention",
      everySeconds: 3_600,
      run: () => import("./retention.ts").then((m) => m.dropOldChecks),
    },
  ],
  metrics: () => import("./catalogue.ts").then((m) => m.METRICS),
  measures: {
    checks: () => import("./measure.ts").then((m) => m.measureChecks),
    partitions: () => import("./measure.ts").then((m) => m.measurePartitions),
  },
});
