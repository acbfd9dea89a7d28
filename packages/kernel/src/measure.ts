import { count, isNull, min, sql } from "drizzle-orm";

import { METRICS } from "./catalogue.ts";
import type { Ctx, Reader } from "./ctx.ts";
import { poolOf } from "./guard.ts";
import { sample } from "./metric.ts";
import { outbox } from "./outbox.sql.ts";
import { within } from "./time.ts";

/** Of what is measured when somebody looks: late numbers are no numbers. */
const LIMIT_MS = 2_000;
const COUNTED = 10_000;

/** Reads for a gauge, within 2 s on either side of the connection. */
export async function readBriefly<T>(
  ctx: Pick<Ctx, "db">,
  read: (tx: Omit<Reader, "$client">) => Promise<T>,
) {
  const limited = poolOf(ctx).transaction(
    async (tx) => {
      await tx.execute(sql`set local statement_timeout = ${sql.raw(String(LIMIT_MS))}`);
      return await read(tx);
    },
    { accessMode: "read only" },
  );
  return await within(LIMIT_MS, limited);
}

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
