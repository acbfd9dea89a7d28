import type { Tx } from "@netcheck/kernel/ctx";
import { conflict, notFound } from "@netcheck/kernel/fault";
import type { Id } from "@netcheck/kernel/id";
import { and, eq, ne, type SQL } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";

import { agent } from "./agent.sql.ts";

type Change = {
  id: Id<"agent">;
  set: PgUpdateSetSource<typeof agent>;
  /** Beyond not being revoked: where it does not hold, the row is as it should be already. */
  where?: SQL | undefined;
};

type Changed = { row: typeof agent.$inferSelect; changed: boolean };

/**
 * Writes the change if the row is in a state for it. Answers the row as it is now, and whether it was; fails
 * with 404, or with 409 `agents.revoked`.
 */
export async function changeAgent(tx: Tx, { id, set, where }: Change): Promise<Changed> {
  const mine = eq(agent.id, id);
  const fitting = and(mine, ne(agent.status, "revoked"), where);
  const [written] = await tx.update(agent).set(set).where(fitting).returning();
  if (written) return { row: written, changed: true };
  const [row] = await tx.select().from(agent).where(mine);
  if (!row) throw notFound("agent");
  if (row.status === "revoked") {
    throw conflict("agents.revoked", "A revoked agent stays revoked. Create another one.");
  }
  return { row, changed: false };
}

/** The record of a change that changed something. */
export function whenChanged(action: `agent.${string}`) {
  return ({ row, changed }: Changed) => changed && { action, subjectId: row.id };
}
