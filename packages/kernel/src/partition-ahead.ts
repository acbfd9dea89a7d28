import type { Ctx } from "./ctx.ts";
import { METRICS } from "./metric-catalogue.ts";
import { sample } from "./metric.ts";
import { type Partitions, periodsOf } from "./partition.ts";
import { periodOf } from "./period.ts";
import { readBriefly } from "./read-briefly.ts";

type Reading = Pick<Ctx, "db" | "now">;

/** How far the periods are prepared; at 0, what comes with the next goes to the default partition. */
export async function measureAhead(ctx: Reading, context: string, partitions: Partitions) {
  return [sample(METRICS.partitionsAhead, { context }, await periodsAhead(ctx, partitions))];
}

/** How many periods after the present one are ready in every table, without a gap. */
export async function periodsAhead(ctx: Reading, partitions: Partitions) {
  const next = periodOf(partitions.width, ctx.now()) + 1;
  const ready = await readBriefly(ctx, async (tx) => {
    const runs: number[] = [];
    for (const cut of partitions.cuts)
      runs.push(runFrom(next, new Set(await periodsOf(tx, partitions, cut))));
    return runs;
  });
  return Math.min(...ready);
}

function runFrom(first: number, periods: ReadonlySet<number>) {
  let length = 0;
  while (periods.has(first + length)) length += 1;
  return length;
}
