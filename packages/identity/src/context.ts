import { defineContext } from "@netcheck/kernel/context";

import type { IdentityCtx } from "./ctx.ts";

export const identity = defineContext<IdentityCtx>()({
  name: "identity",
  scopes: { "people:write": { from: "admin", means: "Manage people and read the audit." } },
  settings: () => import("./settings.ts"),
  credentials: { nck: () => import("./api-key.ts").then((m) => m.authenticateKey) },
  installs: { "@node-rs/argon2": "2.2.1" },
  routes: {
    "/api/v1/auth": () => import("./auth.routes.ts").then((m) => m.authRoutes),
    "/api/v1/users": () => import("./person.routes.ts").then((m) => m.userRoutes),
    "/api/v1/api-keys": () => import("./api-key.routes.ts").then((m) => m.apiKeyRoutes),
    "/api/v1/audit": () => import("./audit.routes.ts").then((m) => m.auditRoutes),
    "/.well-known": () => import("./key-set.routes.ts").then((m) => m.wellKnownRoutes),
  },
  subscriptions: {
    "identity.session_ended": () => import("./identity.consumer.ts").then((m) => [m.endedSessions]),
    "identity.rights_changed": () =>
      import("./identity.consumer.ts").then((m) => [m.changedRights]),
  },
  emits: ["identity.session_ended", "identity.rights_changed"],
  schedules: [
    {
      name: "identity.purge",
      everySeconds: 3_600,
      run: () => import("./purge.ts").then((m) => m.purgeSessions),
    },
  ],
  partitions: () => import("./partition.ts").then((m) => m.PARTITIONS),
  metrics: () => import("./metric-catalogue.ts").then((m) => m.METRICS),
  measures: { sessions: () => import("./measure.ts").then((m) => m.measureSessions) },
});
