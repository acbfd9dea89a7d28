import { count, isNull, min } from "drizzle-orm";

import type { Ctx } from "./ctx.ts";
import { METRICS } from "./metric-catalogue.ts";
import { sample } from "./metric.ts";
import { outbox } from "./outbox.sql.ts";
import { readBriefly } from "./read-briefly.ts";

const COUNTED = 10_000;

/** What waits to leave the database. */
export async function measureOutbox(ctx: Pick<Ctx, "db" | "now">) {
  const [found] = await readBriefly(ctx, (tx) => {
    const oldest = tx
      .select({ at: outbox.createdAt })
      .from(outbox)
      .where(isNull(outbox.sentAt))
      .orderBy(outbox.createdAt)
      .limit(COUNTED)
      .as("oldest");
    return tx.select({ waiting: count(), at: min(oldest.at) }).from(oldest);
  });
  const ageMs = found?.at ? ctx.now().getTime() - found.at.getTime() : 0;
  return [
    sample(METRICS.outboxWaiting, {}, found?.waiting ?? 0),
    sample(METRICS.outboxAge, {}, Math.max(0, ageMs) / 1000),
  ];
}
