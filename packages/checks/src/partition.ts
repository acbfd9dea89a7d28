import type { Ctx, Reader, Tx, WritingCtx } from "@netcheck/kernel/ctx";
import { type Acting, requireActor, type Unattended } from "@netcheck/kernel/guard";
import { transaction } from "@netcheck/kernel/outbox";
import { sql } from "drizzle-orm";

export const DAY_MS = 86_400_000;
const DAYS_AHEAD = 7;

type Job = Acting<WritingCtx, Unattended>;

/** The tables that are cut by days, each with the id that they are cut by. */
export const CUT = { result: "check_id", check: "id" } as const;
export type Cut = keyof typeof CUT;

/**
 * Makes the partitions of today and the seven days after it, and of days whose rows went to the
 * default partition because theirs was not there in time. Safe to repeat and to run twice at once.
 */
export async function makePartitions(ctx: Ctx) {
  const acting = requireActor(ctx, "system");
  const today = dayOf(ctx.now().getTime());
  const ahead = Array.from({ length: DAYS_AHEAD + 1 }, (_, i) => today + i);
  for (const table of ["check", "result"] as const) {
    const stranded = await strandedDays(acting.db, table);
    const known = new Set(await daysOf(acting.db, table));
    const days = [...ahead, ...stranded.filter((day) => day < today)];
    for (const day of days.filter((one) => !known.has(one)))
      await makePartition(acting, table, day);
  }
}

/** Days, counted from 1970 in UTC, that have a partition. */
export async function daysOf(db: Pick<Reader, "select">, table: Cut) {
  const rows = await db
    .select({ name: sql<string>`c.relname` })
    .from(sql`pg_inherits i join pg_class c on c.oid = i.inhrelid`)
    .where(sql`i.inhparent = ${`checks.${table}`}::regclass`)
    .orderBy(sql`c.relname`);
  return rows.flatMap(({ name }) => {
    const [, year, month, date] = /_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
    return date ? dayOf(Date.parse(`${year}-${month}-${date}`)) : [];
  });
}

/** The name of a day's partition, safe to stand in a statement. */
export function partitionOf(table: Cut, day: number) {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "");
  return sql.raw(`checks.${table}_${date}`);
}

export function dayOf(ms: number) {
  return Math.floor(ms / DAY_MS);
}

/** The lowest UUIDv7 of an instant: 48 bits of milliseconds, then nothing (RFC 9562, 5.7). */
export function lowestId(ms: number) {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** One at a time over all processes, and rather not now than in everyone's way. */
export async function alone<T>(acting: Job, work: (tx: Tx) => Promise<T>) {
  return await transaction(acting, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('checks.partitions'))`);
    await tx.execute(sql`set local lock_timeout = '500ms'`);
    return await work(tx);
  });
}

/** Filled from the default partition before it is attached, for none may be in both. */
async function makePartition(acting: Job, table: Cut, day: number) {
  const [id, name] = [sql.raw(CUT[table]), partitionOf(table, day)];
  const [from, to] = [day, day + 1].map((border) => lowestId(border * DAY_MS));
  const parent = sql.raw(`checks.${table}`);
  const rest = sql.raw(`checks.${table}_default`);
  await alone(acting, async (tx) => {
    const known = await daysOf(tx, table);
    if (known.includes(day)) return;
    // Writers wait before they are routed: one that is routed to the default already would fail there.
    await tx.execute(sql`lock table ${parent} in share row exclusive mode`);
    await tx.execute(sql`create table ${name} (like ${parent} including all)`);
    await tx.execute(sql`with moved as (
        delete from ${rest} where ${id} >= ${from} and ${id} < ${to} returning *
      ) insert into ${name} select * from moved`);
    const bounds = sql.raw(`from ('${from}') to ('${to}')`);
    await tx.execute(sql`alter table ${parent} attach partition ${name} for values ${bounds}`);
  });
}

/** Days that have rows in the default partition. */
async function strandedDays(db: Reader, table: Cut) {
  const id = sql.raw(CUT[table]);
  const ms = sql`('x0000' || substr(replace(${id}::text, '-', ''), 1, 12))::bit(64)::bigint`;
  const rows = await db
    .selectDistinct({ day: sql<string>`(${ms}) / ${sql.raw(String(DAY_MS))}` })
    .from(sql.raw(`checks.${table}_default`));
  return rows.map(({ day }) => Number(day));
}
