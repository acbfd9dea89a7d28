import { describe } from "@netcheck/kernel/context";
import type { Ctx } from "@netcheck/kernel/ctx";

import type { Docs } from "./docs-files.ts";

/** What the platform's own routes need beyond the common `Ctx`. */
export type PlatformCtx = Ctx & {
  docs: Docs;
  /** Whether this process is the whole API, so that what it has counted says something. */
  isOneProcess: boolean;
};

/** What belongs to no context: health, metrics, documentation, the outbox, idempotency keys. */
export const platform = describe<PlatformCtx>()({
  name: "platform",
  scopes: { "metrics:read": { from: "viewer", means: "Read `/metrics`." } },
  routes: {
    "/": () => import("./platform.routes.ts").then((m) => m.platformRoutes),
    "/openapi.json": () => import("./docs.routes.ts").then((m) => m.descriptionRoutes),
    "/docs": () => import("./docs.routes.ts").then((m) => m.docsRoutes),
  },
  emits: [],
  schedules: [
    {
      name: "outbox.repair",
      everySeconds: 10,
      run: () => import("@netcheck/kernel/outbox").then((m) => m.repairOutbox),
    },
    {
      name: "outbox.purge",
      everySeconds: 3_600,
      run: () => import("@netcheck/kernel/outbox").then((m) => m.purgeOutbox),
    },
    {
      name: "idempotency.purge",
      everySeconds: 3_600,
      run: () => import("@netcheck/kernel/idempotency").then((m) => m.purgeKeys),
    },
  ],
  metrics: () => import("./catalogue.ts").then((m) => m.NOBODYS),
  measures: { outbox: () => import("@netcheck/kernel/measure").then((m) => m.measureOutbox) },
});
