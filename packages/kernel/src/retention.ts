import { sql } from "drizzle-orm";

import type { Ctx, Tx } from "./ctx.ts";
import { requireActor } from "./guard.ts";
import { defaultOf, liesIn, partitionOf, type Span, spanOf } from "./partition-cut.ts";
import { alone, type Job, type Partitions, periodsOf, strandedPeriods } from "./partition.ts";
import { DAY_MS, periodOf } from "./period.ts";

/** Whether a period must stay for now; asked under the lock, before each table loses it. */
type Holds = (tx: Tx, span: Span, now: Date) => Promise<boolean>;

/** What a context says of its tables that grow: `partitions` of its `context.ts`. */
export type Kept<C extends Ctx = Ctx> = Partitions & {
  /** For how many whole days, as the settings say. */
  keptDays: (ctx: C) => number;
  holds?: Holds;
};

/** Drops the periods that are older than they are kept for. */
export async function dropOld<C extends Ctx>(ctx: C, kept: Kept<C>) {
  const acting = requireActor(ctx, "system");
  await dropBefore(acting, kept, keptSince(acting, kept.keptDays(acting)), kept.holds);
}

/** The instant from which on things are kept. */
export function keptSince({ now }: Pick<Ctx, "now">, days: number) {
  return new Date(now().getTime() - days * DAY_MS);
}

/**
 * Drops the periods that lie wholly before `since`, and what lies in the default partition with them.
 * Safe to repeat and to run twice at once: what is gone already is done.
 */
export async function dropBefore(
  acting: Job,
  partitions: Partitions,
  since: Date,
  holds: Holds = () => Promise.resolve(false),
) {
  const first = periodOf(partitions.width, since);
  for (const period of await periodsWithin(acting, partitions))
    if (period < first) await dropPeriod(acting, partitions, period, holds);
}

/** From old to new. */
async function periodsWithin({ db }: Job, partitions: Partitions) {
  const found: number[] = [];
  for (const cut of partitions.cuts) {
    found.push(...(await periodsOf(db, partitions, cut)));
    found.push(...(await strandedPeriods(db, partitions, cut)));
  }
  return [...new Set(found)].toSorted((a, b) => a - b);
}

/** A transaction for each table: who reads several never waits for one while we wait for another. */
async function dropPeriod(acting: Job, partitions: Partitions, period: number, holds: Holds) {
  const span = spanOf(partitions.width, period);
  for (const cut of partitions.cuts) {
    const isHeld = await alone(acting, partitions, async (tx) => {
      if (await holds(tx, span, acting.now())) return true;
      await tx.execute(sql`delete from ${defaultOf(cut)} where ${liesIn(cut, span)}`);
      await tx.execute(sql`drop table if exists ${partitionOf(cut, partitions.width, period)}`);
      return false;
    });
    if (isHeld) return;
  }
}
