import type { Tx } from "@netcheck/kernel/ctx";
import { lowestId } from "@netcheck/kernel/id";
import { count } from "@netcheck/kernel/metrics";
import type { Span } from "@netcheck/kernel/partition-cut";
import type { Kept } from "@netcheck/kernel/retention";
import { and, gt, gte, lt } from "drizzle-orm";

import { check, result } from "./check.sql.ts";
import type { ChecksCtx } from "./ctx.ts";
import { METRICS } from "./metric-catalogue.ts";

/** Results go first: a check without results is not shown, results without a check would be lost. */
export const PARTITIONS: Kept<ChecksCtx> = {
  name: "checks",
  width: "day",
  ahead: 7,
  cuts: [result.checkId, check.id],
  keptDays: ({ checkRetentionDays }) => checkRetentionDays,
  holds: hasOpenCheck,
};

async function hasOpenCheck(tx: Tx, { from, to }: Span, now: Date) {
  const ofThatDay = and(gte(check.id, lowestId(from)), lt(check.id, lowestId(to)));
  const [open] = await tx
    .select({ id: check.id })
    .from(check)
    .where(and(ofThatDay, gt(check.deadlineAt, now)))
    .limit(1);
  if (open) count(METRICS.retentionHeld, {}, { day: from.toISOString() });
  return open !== undefined;
}
