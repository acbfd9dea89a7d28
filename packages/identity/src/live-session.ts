import type { Ctx } from "@netcheck/kernel/ctx";
import type { Id } from "@netcheck/kernel/id";
import { and, eq, gt, isNull } from "drizzle-orm";
import * as z from "zod";

import { person, session } from "./identity.sql.ts";
import { redisKey } from "./redis-key.ts";
import { Ended, ENDED, putEntries } from "./rights-cache.ts";

const Live = z.object({ version: z.int(), role: z.enum(person.role.enumValues) });
const Cached = z.union([Ended, Live]);

type Stores = Pick<Ctx, "db" | "redis" | "now">;

/** The role of the session's person while both are live; Redis first, Postgres on a miss. */
export async function findLiveRole(stores: Stores, sessionId: Id<"session">) {
  const cached = await stores.redis.get<unknown>(sessionKey(sessionId));
  const found = Cached.safeParse(cached).data ?? (await fill(stores, sessionId));
  return found === undefined || "ended" in found ? undefined : found.role;
}

/** Acts at once on every reader; safe to repeat. */
export async function forgetSession(ctx: Pick<Ctx, "redis">, sessionId: Id<"session">) {
  await putEntries(ctx, [[sessionKey(sessionId), ENDED]]);
}

export function sessionKey(sessionId: Id<"session">) {
  return redisKey("session", sessionId);
}

/** A session that has not ended, of a person who is neither blocked nor deleted. */
export function isLive(now: Date) {
  return and(
    isNull(session.endedAt),
    gt(session.expiresAt, now),
    isNull(person.blockedAt),
    isNull(person.deletedAt),
  );
}

async function fill(stores: Stores, sessionId: Id<"session">) {
  const [row] = await stores.db
    .select({ version: person.version, role: person.role })
    .from(session)
    .innerJoin(person, eq(person.id, session.personId))
    .where(and(eq(session.id, sessionId), isLive(stores.now())));
  if (row) await putEntries(stores, [[sessionKey(sessionId), row]]);
  return row;
}
