import type { Ctx } from "@netcheck/kernel/ctx";
import { requireActor } from "@netcheck/kernel/guard";
import { makePartitions, type Partitions } from "@netcheck/kernel/partition";

import { check, result } from "./check.sql.ts";

/** Results go first: a check without results is not shown, results without a check would be lost. */
export const PARTITIONS: Partitions = {
  name: "checks",
  width: "day",
  ahead: 7,
  cuts: [result.checkId, check.id],
};

/** Makes the partitions of today and the seven days after it. */
export async function makeCheckPartitions(ctx: Ctx) {
  await makePartitions(requireActor(ctx, "system"), PARTITIONS);
}
