import type { Ctx } from "@netcheck/kernel/ctx";
import { and, arrayContains, eq } from "drizzle-orm";

import { agent } from "./agent.sql.ts";

/** Active agents that can run this type of check here, with what a result remembers of them. */
export async function findCapableAgents(ctx: Ctx, capability: string) {
  const able = arrayContains(agent.capabilities, [capability]);
  const capable = and(eq(agent.status, "active"), able);
  const { id, name, location, tags } = agent;
  return await ctx.db.select({ id, name, location, tags }).from(agent).where(capable).orderBy(id);
}
