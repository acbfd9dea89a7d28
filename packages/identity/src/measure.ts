import type { Ctx } from "@netcheck/kernel/ctx";
import { sample } from "@netcheck/kernel/metric";
import { readBriefly } from "@netcheck/kernel/read-briefly";
import { and, count, gt, isNull } from "drizzle-orm";

import { session } from "./identity.sql.ts";
import { METRICS } from "./metric-catalogue.ts";

const COUNTED = 100_000;

/** How many are signed in. */
export async function measureSessions(ctx: Pick<Ctx, "db" | "now">) {
  const isLive = and(gt(session.expiresAt, ctx.now()), isNull(session.endedAt));
  const [found] = await readBriefly(ctx, (tx) => {
    const live = tx.select({ id: session.id }).from(session).where(isLive).limit(COUNTED);
    return tx.select({ many: count() }).from(live.as("live"));
  });
  return [sample(METRICS.sessions, {}, found?.many ?? 0)];
}
