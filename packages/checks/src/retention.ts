import type { Ctx } from "@netcheck/kernel/ctx";
import { type Acting, type ActorOf, requireActor } from "@netcheck/kernel/guard";
import { count } from "@netcheck/kernel/metrics";
import { writing } from "@netcheck/kernel/writing";
import { sql } from "drizzle-orm";

import { METRICS } from "./catalogue.ts";
import type { ChecksCtx } from "./ctx.ts";
import { alone, type Cut, DAY_MS, dayOf, daysOf, lowestId, partitionOf } from "./partition.ts";

type Job = Acting<Ctx, ActorOf<"system">>;

/**
 * Drops the days that lie wholly before the retention, results first: a check without results is not
 * shown, results without a check would be lost. A day with a check that is still open stays.
 */
export async function dropOldChecks(ctx: ChecksCtx) {
  const acting = requireActor(ctx, "system");
  const { db } = acting;
  const firstDay = dayOf(ctx.now().getTime() - ctx.checkRetentionDays * DAY_MS);
  const days = new Set([...(await daysOf(db, "check")), ...(await daysOf(db, "result"))]);
  for (const day of [...days].filter((one) => one < firstDay)) {
    if (await hasOpenCheck(acting, day)) count(METRICS.retentionHeld, {}, { day });
    else for (const table of ["result", "check"] as const) await dropDay(acting, table, day);
  }
  await emptyDefaults(acting, lowestId(Math.max(0, firstDay * DAY_MS)));
}

async function hasOpenCheck({ db, now }: Job, day: number) {
  if (!(await daysOf(db, "check")).includes(day)) return false;
  const [open] = await db
    .select({ open: sql<boolean>`true` })
    .from(partitionOf("check", day))
    .where(sql`deadline_at > ${now().toISOString()}::timestamptz`)
    .limit(1);
  return open !== undefined;
}

/** A transaction for each table: who reads both never waits for one while we wait for the other. */
async function dropDay(acting: Job, table: Cut, day: number) {
  await alone(acting, (tx) => tx.execute(sql`drop table if exists ${partitionOf(table, day)}`));
}

/** What went to the default partition has no day of its own to be dropped with. */
async function emptyDefaults(acting: Job, before: string) {
  const db = writing(acting);
  const now = acting.now().toISOString();
  await db.execute(sql`delete from checks.result_default r where r.check_id < ${before}
    and not exists (select from checks.check_default c
      where c.id = r.check_id and c.deadline_at > ${now}::timestamptz)`);
  await db.execute(sql`delete from checks.check_default where id < ${before}
    and deadline_at <= ${now}::timestamptz`);
}
