import type { Ctx } from "@netcheck/kernel/ctx";
import type { Id } from "@netcheck/kernel/id";
import { and, eq, gt, isNull } from "drizzle-orm";
import * as z from "zod";

import { person, session } from "./identity.sql.ts";

const CACHED_SECONDS = 300;
/** Outlives every cached copy and every access token, so nothing brings an ended session back. */
const ENDED_SECONDS = 3_600;

const Cached = z.union([
  z.object({ ended: z.literal(true) }),
  z.object({ role: z.enum(person.role.enumValues) }),
]);

type Stores = Pick<Ctx, "db" | "redis" | "now">;

/** The role of the session's person while both are live; Redis first, Postgres on a miss. */
export async function findLiveRole(stores: Stores, sessionId: Id<"session">) {
  const cached = await stores.redis.get<unknown>(key(sessionId));
  const found = cached === null ? await fill(stores, sessionId) : Cached.parse(cached);
  return "ended" in found ? undefined : found.role;
}

/** Acts at once on every reader; safe to repeat. */
export async function forgetSession({ redis }: Pick<Ctx, "redis">, sessionId: Id<"session">) {
  await redis.set(key(sessionId), { ended: true }, { ex: ENDED_SECONDS });
}

async function fill(stores: Stores, sessionId: Id<"session">) {
  const { db, redis, now } = stores;
  const live = and(
    eq(session.id, sessionId),
    isNull(session.endedAt),
    gt(session.expiresAt, now()),
    isNull(person.blockedAt),
  );
  const [row] = await db
    .select({ role: person.role })
    .from(session)
    .innerJoin(person, eq(person.id, session.personId))
    .where(live);
  // Never over an ending that came between the read above and this write.
  if (row) await redis.set(key(sessionId), row, { ex: CACHED_SECONDS, nx: true });
  return row ?? { ended: true as const };
}

function key(sessionId: string) {
  return `session:${sessionId}`;
}
