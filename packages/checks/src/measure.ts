import type { Ctx } from "@netcheck/kernel/ctx";
import { lowestId } from "@netcheck/kernel/id";
import { sample } from "@netcheck/kernel/metric";
import { readBriefly } from "@netcheck/kernel/read-briefly";
import { desc, eq, gte, sql } from "drizzle-orm";

import { check, result } from "./check.sql.ts";
import { METRICS } from "./metric-catalogue.ts";

const WINDOW_MS = 5 * 60 * 1000;
const COUNTED = 1_000;

type Reading = Pick<Ctx, "db" | "now">;

/** How the newest checks stand, by the rule of `progressOf`. */
export async function measureChecks(ctx: Reading) {
  const now = ctx.now();
  const since = lowestId(new Date(now.getTime() - WINDOW_MS));
  const rows = await readBriefly(ctx, (tx) => {
    const recent = tx
      .select({ id: check.id, expected: check.expected, deadlineAt: check.deadlineAt })
      .from(check)
      .where(gte(check.id, sql`${since}`))
      .orderBy(desc(check.id))
      .limit(COUNTED)
      .as("recent");
    const tell = (filter: ReturnType<typeof sql>) =>
      sql<number>`(count(*) filter (where ${filter}))::int`;
    return tx
      .select({
        expected: recent.expected,
        deadlineAt: recent.deadlineAt,
        finished: tell(sql`${result.status} = 'finished' and not ${result.late}`),
        failed: tell(sql`${result.status} = 'failed' and not ${result.late}`),
        late: tell(sql`${result.late}`),
      })
      .from(recent)
      .innerJoin(result, eq(result.checkId, recent.id))
      .where(gte(result.checkId, sql`${since}`))
      .groupBy(recent.id, recent.expected, recent.deadlineAt);
  });
  const sums = { pending: 0, running: 0, over: 0 };
  const outcomes = { finished: 0, failed: 0, late: 0, missing: 0, waiting: 0 };
  for (const { expected, deadlineAt, finished, failed, late } of rows) {
    const answered = finished + failed;
    const open = expected - answered - late;
    const isOver = answered === expected || now >= deadlineAt;
    sums[isOver ? "over" : answered === 0 ? "pending" : "running"] += 1;
    outcomes.finished += finished;
    outcomes.failed += failed;
    outcomes.late += late;
    outcomes[isOver ? "missing" : "waiting"] += open;
  }
  const { pending, running, over } = sums;
  const statuses = { pending, running, finished: over };
  const { recent, recentResults } = METRICS;
  return [
    ...recent.labels.status.map((status) => sample(recent, { status }, statuses[status])),
    ...recentResults.labels.outcome.map((outcome) =>
      sample(recentResults, { outcome }, outcomes[outcome]),
    ),
  ];
}
