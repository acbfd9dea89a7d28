import type { AuditEntry } from "@netcheck/kernel/audit";
import type { Actor, Ctx, Recorder, Tx } from "@netcheck/kernel/ctx";
import { requireScope } from "@netcheck/kernel/guard";
import { type Id, newId } from "@netcheck/kernel/id";
import { pageOf, Page, readCursor } from "@netcheck/kernel/page";
import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import * as z from "zod";

import { audit, person } from "./identity.sql.ts";

/** Who did what to which thing, for the transaction that does it: kernel's port `recordAudit`. */
export function recordAudit(
  tx: Pick<Tx, "insert">,
  ctx: Recorder,
  { action, subjectId, details }: AuditEntry,
) {
  const at = ctx.now();
  const { actor, requestId } = ctx;
  const [actorId, address] = [idOf(actor), ctx.caller?.address];
  const row = { at, actor, actorId, action, subjectId, details, address, requestId };
  return tx.insert(audit).values({ id: newId<"audit">(at), ...row });
}

export const ListAudit = Page.extend({
  /** The id of a person or an agent. */
  actor: z.uuid().optional(),
  action: z.string().max(64).optional(),
  subject: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

/** Newest first, `[from, to)`; with the e-mail of the person that acted, deleted ones too. */
export async function listAudit(ctx: Ctx, input: z.output<typeof ListAudit>) {
  const acting = requireScope(ctx, "people:write");
  const { actor, action, subject, from, to, limit } = input;
  const cursor = readCursor<"audit">(input.cursor);
  const rows = await acting.db
    .select({ audit, email: person.email })
    .from(audit)
    .leftJoin(person, eq(person.id, sql`${audit.actorId}`))
    .where(
      and(
        actor === undefined ? undefined : eq(audit.actorId, actor),
        action === undefined ? undefined : eq(audit.action, action),
        subject === undefined ? undefined : eq(audit.subjectId, subject),
        from === undefined ? undefined : gte(audit.at, new Date(from)),
        to === undefined ? undefined : lt(audit.at, new Date(to)),
        cursor && lt(audit.id, cursor),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit + 1);
  return pageOf(rows, limit, viewAudit, ({ audit: { id } }) => id);
}

function viewAudit(row: { audit: typeof audit.$inferSelect; email: string | null }) {
  const { id, at, actor, actorId, action, subjectId, details, address, requestId } = row.audit;
  const who = { type: actor.type, id: actorId, email: row.email, ...origin(actor) };
  return { id, at, actor: who, action, subjectId, details, address, requestId };
}

function idOf(actor: Actor): Id<"person"> | Id<"agent"> | null {
  if (actor.type === "person" || actor.type === "key") return actor.personId;
  return actor.type === "agent" ? actor.agentId : null;
}

function origin(actor: Actor) {
  if (actor.type === "key") return { keyId: actor.keyId };
  return actor.type === "system" ? { job: actor.job } : {};
}
