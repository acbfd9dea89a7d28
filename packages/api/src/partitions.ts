import { makePartitions } from "@netcheck/kernel/partition";

import { ALL, type ApiCtx } from "./contexts.ts";

/** For a start on one machine: what the clock keeps up afterwards. */
export async function makeAllPartitions(ctx: ApiCtx) {
  for (const { partitions } of ALL) if (partitions) await makePartitions(ctx, await partitions());
}
