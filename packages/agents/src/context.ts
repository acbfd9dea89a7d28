import { defineContext } from "@netcheck/kernel/context";

import type { AgentsCtx } from "./ctx.ts";

export const agents = defineContext<AgentsCtx>()({
  name: "agents",
  scopes: {
    "agents:read": { from: "viewer", means: "Read agents." },
    "agents:write": { from: "operator", means: "Create and manage agents." },
  },
  settings: () => import("./settings.ts"),
  secrets: ["AMQP_MANAGEMENT_URL"],
  credentials: { ncs: () => import("./credential.ts").then((m) => m.identifyAgent) },
  routes: { "/api/v1/agents": () => import("./agent.routes.ts").then((m) => m.agentRoutes) },
  queues: {
    // Beats can wait: the worker has written down when they came.
    "agent-heartbeats": {
      consumer: () => import("./agent.consumer.ts").then((m) => m.heartbeats),
      batch: 500,
      windowSeconds: 5,
      atOnce: 2,
    },
  },
  schedules: [
    {
      name: "agents.sweep",
      everySeconds: 10,
      asks: () => import("./presence.ts").then((m) => m.isSomebodySilent),
      run: () => import("./presence.ts").then((m) => m.sweepAgents),
    },
    {
      name: "agents.presence",
      everySeconds: 60,
      run: () => import("./presence.ts").then((m) => m.repairPresence),
    },
    {
      name: "agents.reconcile",
      everySeconds: 60,
      run: () => import("./account.ts").then((m) => m.reconcileBroker),
    },
  ],
  metrics: () => import("./metric-catalogue.ts").then((m) => m.METRICS),
  measures: {
    agents: () => import("./measure.ts").then((m) => m.measureAgents),
    presence: () => import("./measure.ts").then((m) => m.measurePresence),
  },
});
