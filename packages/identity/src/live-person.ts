import type { Ctx } from "@netcheck/kernel/ctx";
import type { Id } from "@netcheck/kernel/id";
import { and, eq, gt, isNull, or } from "drizzle-orm";

import { apiKey, person, session } from "./identity.sql.ts";
import { keyEntry, keyKey } from "./live-key.ts";
import { sessionKey } from "./live-session.ts";
import { ENDED, ENDED_SECONDS, putEntries } from "./rights-cache.ts";

/**
 * Brings everything that acts in a person's name to what Postgres says, at once for every reader. A
 * reader that had asked Postgres before the change holds an older version and loses. Safe to repeat.
 */
export async function rewriteRights(ctx: Pick<Ctx, "db" | "redis" | "now">, id: Id<"person">) {
  const { db, now } = ctx;
  // What ended longer ago has no cached copy left.
  const since = new Date(now().getTime() - ENDED_SECONDS * 1000);
  const [owner] = await db.select().from(person).where(eq(person.id, id));
  if (!owner) return;
  const sessions = await db
    .select()
    .from(session)
    .where(and(eq(session.personId, id), or(isNull(session.endedAt), gt(session.endedAt, since))));
  const keys = await db
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.personId, id), or(isNull(apiKey.revokedAt), gt(apiKey.revokedAt, since))));

  const { version, role } = owner;
  const isOut = owner.blockedAt !== null || owner.deletedAt !== null;
  const entries = [
    ...sessions.map(
      (row) => [sessionKey(row.id), row.endedAt ? ENDED : { version, role }] as const,
    ),
    ...keys.map((row) => {
      const suspended = isOut ? { version, ended: true } : keyEntry(row, owner);
      return [keyKey(row.hash), row.revokedAt ? ENDED : suspended] as const;
    }),
  ];
  await putEntries(ctx, entries);
}
