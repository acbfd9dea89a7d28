import type { Ctx, Tx } from "@netcheck/kernel/ctx";
import { newId } from "@netcheck/kernel/id";

import { audit } from "./identity.sql.ts";

/** Records who did what to which thing, in the transaction that does it. */
export async function recordAudit(
  tx: Tx,
  ctx: Pick<Ctx, "actor" | "now" | "requestId">,
  action: `${string}.${string}`,
  subjectId: string,
) {
  const at = ctx.now();
  const { actor, requestId } = ctx;
  await tx
    .insert(audit)
    .values({ id: newId<"audit">(at), at, actor, action, subjectId, requestId });
}
