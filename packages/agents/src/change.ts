import { recordAudit } from "@netcheck/identity/audit";
import type { Ctx, Tx } from "@netcheck/kernel/ctx";
import { conflict, notFound } from "@netcheck/kernel/fault";
import type { Id } from "@netcheck/kernel/id";
import { and, eq, ne, type SQL } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";

import { agent } from "./agent.sql.ts";

type Change = {
  id: Id<"agent">;
  action: `agent.${string}`;
  set: PgUpdateSetSource<typeof agent>;
  /** Beyond not being revoked: where it does not hold, the row is as it should be already. */
  where?: SQL | undefined;
};

/**
 * Writes the change and its audit if the row is in a state for it. Answers the row as it is now;
 * fails with 404, or with 409 `agents.revoked`.
 */
export async function changeAgent(tx: Tx, ctx: Ctx, { id, action, set, where }: Change) {
  const mine = eq(agent.id, id);
  const fitting = and(mine, ne(agent.status, "revoked"), where);
  const [changed] = await tx.update(agent).set(set).where(fitting).returning();
  if (changed) {
    await recordAudit(tx, ctx, action, id);
    return changed;
  }
  const [row] = await tx.select().from(agent).where(mine);
  if (!row) throw notFound("agent");
  if (row.status === "revoked") {
    throw conflict("agents.revoked", "A revoked agent stays revoked. Create another one.");
  }
  return row;
}
