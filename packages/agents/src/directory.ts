import type { Ctx } from "@netcheck/kernel/ctx";
import { prepared } from "@netcheck/kernel/prepared";
import { and, arrayContains, eq, sql } from "drizzle-orm";

import { agent } from "./agent.sql.ts";

const capable = prepared((db) => {
  const able = arrayContains(agent.capabilities, sql.placeholder("capabilities"));
  const { id, name, location, tags } = agent;
  const found = db.select({ id, name, location, tags }).from(agent);
  return found
    .where(and(eq(agent.status, "active"), able))
    .orderBy(id)
    .prepare("");
});

/** Active agents that can run this type of check here, with what a result remembers of them. */
export async function findCapableAgents({ db }: Pick<Ctx, "db">, capability: string) {
  return await capable(db).execute({ capabilities: [capability] });
}

/** How many agents are active, whatever they can. */
export async function countActiveAgents({ db }: Pick<Ctx, "db">) {
  return await db.$count(agent, eq(agent.status, "active"));
}
