import { sql } from "drizzle-orm";

import type { Ctx, Reader, Tx, WritingCtx } from "./ctx.ts";
import { type Acting, type ActorOf, requireActor } from "./guard.ts";
import {
  boundsOf,
  type Cut,
  defaultOf,
  instantIn,
  liesIn,
  partitionOf,
  spanOf,
  tableOf,
} from "./partition-cut.ts";
import { periodIn, periodOf, type Width } from "./period.ts";
import { transaction } from "./transaction.ts";

/** Tables that are cut into the same periods, each with a default partition made by hand. */
export type Partitions = {
  /** Names the lock under which they are made and dropped. */
  name: string;
  width: Width;
  /** How many periods after the present one are made. */
  ahead: number;
  /** What each table is cut by, in the order in which the tables lose a period. */
  cuts: readonly Cut[];
};

/** Who makes and drops them. */
export type Job = Acting<WritingCtx, ActorOf<"system">>;

/**
 * Makes the partitions of the present period and of those ahead, and of past ones whose rows went to the
 * default partition because theirs was not there in time. Safe to repeat and to run twice at once.
 */
export async function makePartitions(ctx: Ctx, partitions: Partitions) {
  const acting = requireActor(ctx, "system");
  const present = periodOf(partitions.width, acting.now());
  const ahead = Array.from({ length: partitions.ahead + 1 }, (_, i) => present + i);
  for (const cut of partitions.cuts) {
    const past = await strandedPeriods(acting.db, partitions, cut);
    const known = new Set(await periodsOf(acting.db, partitions, cut));
    const periods = [...ahead, ...past.filter((period) => period < present)];
    for (const period of periods.filter((one) => !known.has(one)))
      await makePartition(acting, partitions, cut, period);
  }
}

/** Periods that have a partition, from old to new. */
export async function periodsOf(db: Pick<Reader, "select">, { width }: Partitions, cut: Cut) {
  const rows = await db
    .select({ name: sql<string>`c.relname` })
    .from(sql`pg_inherits i join pg_class c on c.oid = i.inhrelid`)
    .where(sql`i.inhparent = ${tableOf(cut).regclass}`)
    .orderBy(sql`c.relname`);
  return rows.flatMap(({ name }) => periodIn(width, name) ?? []);
}

/** Periods that have rows in the default partition. */
export async function strandedPeriods(
  db: Pick<Reader, "selectDistinct">,
  { width }: Partitions,
  cut: Cut,
) {
  const start = sql`date_trunc(${width}::text, ${instantIn(cut)} at time zone 'UTC')`;
  const rows = await db
    .selectDistinct({ seconds: sql<string>`extract(epoch from ${start})` })
    .from(defaultOf(cut));
  return rows.map(({ seconds }) => periodOf(width, new Date(Number(seconds) * 1000)));
}

/**
 * One at a time over all processes, and rather not now than in everyone's way. What was read of the
 * catalogue before is only a guess in here: another may have made or dropped it meanwhile.
 */
export async function alone<T>(acting: Job, { name }: Partitions, work: (tx: Tx) => Promise<T>) {
  return await transaction(acting, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`${name}.partitions`}))`);
    await tx.execute(sql`set local lock_timeout = '500ms'`);
    return await work(tx);
  });
}

/** Filled from the default partition before it is attached, for no row may be in both. */
async function makePartition(acting: Job, partitions: Partitions, cut: Cut, period: number) {
  const { table } = tableOf(cut);
  const span = spanOf(partitions.width, period);
  const partition = partitionOf(cut, partitions.width, period);
  await alone(acting, partitions, async (tx) => {
    const known = await periodsOf(tx, partitions, cut);
    if (known.includes(period)) return;
    // Writers wait before they are routed: one that is routed to the default already would fail there.
    await tx.execute(sql`lock table ${table} in share row exclusive mode`);
    await tx.execute(sql`create table ${partition} (like ${table} including all)`);
    await tx.execute(sql`with moved as (
        delete from ${defaultOf(cut)} where ${liesIn(cut, span)} returning *
      ) insert into ${partition} select * from moved`);
    const bounds = boundsOf(cut, span);
    await tx.execute(sql`alter table ${table} attach partition ${partition} for values ${bounds}`);
  });
}
