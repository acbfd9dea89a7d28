import type { Tx } from "@netcheck/kernel/ctx";
import type { Span } from "@netcheck/kernel/cut";
import { requireActor } from "@netcheck/kernel/guard";
import { lowestId } from "@netcheck/kernel/id";
import { count } from "@netcheck/kernel/metrics";
import { dropBefore, keptSince } from "@netcheck/kernel/retention";
import { and, gt, gte, lt } from "drizzle-orm";

import { METRICS } from "./catalogue.ts";
import { check } from "./check.sql.ts";
import type { ChecksCtx } from "./ctx.ts";
import { PARTITIONS } from "./partition.ts";

/** Drops the days that lie wholly before the retention. A day with a check that is still open stays. */
export async function dropOldChecks(ctx: ChecksCtx) {
  const acting = requireActor(ctx, "system");
  const since = keptSince(acting, acting.checkRetentionDays);
  await dropBefore(acting, PARTITIONS, since, (tx, day) => hasOpenCheck(acting.now(), tx, day));
}

async function hasOpenCheck(now: Date, tx: Tx, { from, to }: Span) {
  const ofThatDay = and(gte(check.id, lowestId(from)), lt(check.id, lowestId(to)));
  const [open] = await tx
    .select({ id: check.id })
    .from(check)
    .where(and(ofThatDay, gt(check.deadlineAt, now)))
    .limit(1);
  if (open) count(METRICS.retentionHeld, {}, { day: from.toISOString() });
  return open !== undefined;
}
