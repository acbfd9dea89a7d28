import type { AuditEntry } from "@netcheck/kernel/audit";
import type { Actor, Recorder } from "@netcheck/kernel/ctx";
import { type Id, newId } from "@netcheck/kernel/id";
import { into } from "@netcheck/kernel/write-from";

import { audit } from "./identity.sql.ts";

/** Who did what to which thing, for the transaction that does it: kernel's port. */
export function auditRow(ctx: Recorder, { action, subjectId, details }: AuditEntry) {
  const at = ctx.now();
  const { actor, requestId } = ctx;
  const [actorId, address] = [idOf(actor), ctx.caller?.address];
  const row = { at, actor, actorId, action, subjectId, details, address, requestId };
  return into(audit, [{ id: newId<"audit">(at), ...row }]);
}

function idOf(actor: Actor): Id<"person"> | Id<"agent"> | null {
  if (actor.type === "person" || actor.type === "key") return actor.personId;
  return actor.type === "agent" ? actor.agentId : null;
}
