import { audit } from "@netcheck/identity/identity.sql";
import type { Db } from "@netcheck/kernel/ctx";
import { eq } from "drizzle-orm";

/** What was audited of a thing, oldest first. */
export async function actionsOf(db: Db, subjectId: string) {
  const rows = await db
    .select()
    .from(audit)
    .where(eq(audit.subjectId, subjectId))
    .orderBy(audit.id);
  return rows.map(({ action }) => action);
}
