import type { Ctx } from "@netcheck/kernel/ctx";
import { sql } from "drizzle-orm";

const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;

/** Makes the partitions of today and the seven days after it. Safe to repeat and to run twice at once. */
export async function makePartitions(ctx: Pick<Ctx, "db" | "now">) {
  const today = Math.floor(ctx.now().getTime() / DAY_MS) * DAY_MS;
  for (let day = 0; day <= DAYS_AHEAD; day++) {
    const from = today + day * DAY_MS;
    await ctx.db.execute(partition("check", from));
    await ctx.db.execute(partition("result", from));
  }
}

function partition(table: "check" | "result", from: number) {
  const name = `checks.${table}_${new Date(from).toISOString().slice(0, 10).replaceAll("-", "")}`;
  return sql.raw(`create table if not exists ${name} partition of checks.${table}
    for values from ('${lowestId(from)}') to ('${lowestId(from + DAY_MS)}')`);
}

/** The lowest UUIDv7 of an instant: 48 bits of milliseconds, then nothing (RFC 9562, 5.7). */
export function lowestId(ms: number) {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
