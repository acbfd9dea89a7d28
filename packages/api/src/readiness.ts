import type { Ctx } from "@netcheck/kernel/ctx";
import { unavailable } from "@netcheck/kernel/fault";
import { within } from "@netcheck/kernel/time";
import { sql } from "drizzle-orm";

import { redisKey } from "./redis-key.ts";

const LIMIT_MS = 2_000;

/** Whether what a request needs answers now; otherwise a 503 that names what does not. */
export async function readiness(ctx: Ctx) {
  const one = ctx.db.select({ one: sql`1` }).from(sql`(select 1) as one`);
  const probes = { database: one, redis: ctx.redis.get(redisKey("ready")) };
  const names = Object.keys(probes);
  const settled = await Promise.allSettled(
    Object.values(probes).map((probe) => within<unknown>(LIMIT_MS, Promise.resolve(probe))),
  );
  const silent = names.filter((_, i) => settled[i]?.status === "rejected");
  if (silent.length > 0)
    throw unavailable("platform.not_ready", `No answer: ${silent.join(", ")}.`);
  return { status: "ready" as const };
}
