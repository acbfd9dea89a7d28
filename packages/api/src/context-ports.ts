import { auditRow } from "@netcheck/identity/audit-row";

import type { ApiCtx } from "./contexts.ts";
import { subscribers } from "./queues.ts";

/** What contexts are to each other, wired here. Loaded when somebody asks: most requests do not. */
export const PORTS = {
  subscribers,
  auditRow,
  findCapableAgents: async (...asked) => {
    const { findCapableAgents } = await import("@netcheck/agents/directory");
    return await findCapableAgents(...asked);
  },
  countActiveAgents: async (...asked) => {
    const { countActiveAgents } = await import("@netcheck/agents/directory");
    return await countActiveAgents(...asked);
  },
  watched: {
    catalogue: async () => (await import("./all-metrics.ts")).loadCatalogue(),
    // Every ctx is a whole one: the platform's own routes name only what they need of it.
    measure: async (ctx) => (await import("./all-metrics.ts")).measureStores(ctx as ApiCtx),
  },
} satisfies Partial<ApiCtx>;
