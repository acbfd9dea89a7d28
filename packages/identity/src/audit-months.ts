import { requireActor } from "@netcheck/kernel/guard";
import { makePartitions, type Partitions } from "@netcheck/kernel/partition";
import { dropBefore, keptSince } from "@netcheck/kernel/retention";

import type { IdentityCtx } from "./ctx.ts";
import { audit } from "./identity.sql.ts";

export const PARTITIONS: Partitions = {
  name: "identity.audit",
  width: "month",
  ahead: 2,
  cuts: [audit.id],
};

/** Makes the months to come and drops those that lie wholly before the retention. */
export async function keepAudit(ctx: IdentityCtx) {
  const acting = requireActor(ctx, "system");
  await makePartitions(acting, PARTITIONS);
  await dropBefore(acting, PARTITIONS, keptSince(acting, acting.auditRetentionDays));
}
