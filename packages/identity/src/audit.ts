import type { Actor, Ctx } from "@netcheck/kernel/ctx";
import { requireScope } from "@netcheck/kernel/guard";
import { lowestId } from "@netcheck/kernel/id";
import { pageOf, Page, readCursor } from "@netcheck/kernel/page";
import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import * as z from "zod";

import { audit, person } from "./identity.sql.ts";

export const ListAudit = Page.extend({
  /** The id of a person or an agent. */
  actor: z.uuid().optional(),
  action: z.string().max(64).optional(),
  subject: z.uuid().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

type Filters = z.output<typeof ListAudit>;

/** Newest first, `[from, to)`; with the e-mail of the person that acted, deleted ones too. */
export async function listAudit(ctx: Ctx, input: Filters) {
  const acting = requireScope(ctx, "people:write");
  const rows = await pageQuery(acting, input);
  return pageOf(rows, input.limit, viewAudit, ({ audit: { id } }) => id);
}

/** One more than the page. Looks only into the months that can hold a match: an id begins with its time. */
export function pageQuery({ db }: Pick<Ctx, "db">, input: Filters) {
  const { actor, action, subject, from, to, limit } = input;
  const cursor = readCursor<"audit">(input.cursor);
  return db
    .select({ audit, email: person.email })
    .from(audit)
    .leftJoin(person, eq(person.id, sql`${audit.actorId}`))
    .where(
      and(
        actor === undefined ? undefined : eq(audit.actorId, actor),
        action === undefined ? undefined : eq(audit.action, action),
        subject === undefined ? undefined : eq(audit.subjectId, subject),
        from === undefined ? undefined : gte(audit.id, lowestId(new Date(from))),
        to === undefined ? undefined : lt(audit.id, lowestId(new Date(to))),
        cursor && lt(audit.id, cursor),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit + 1);
}

function viewAudit(row: { audit: typeof audit.$inferSelect; email: string | null }) {
  const { id, at, actor, actorId, action, subjectId, details, address, requestId } = row.audit;
  const who = { type: actor.type, id: actorId, email: row.email, ...origin(actor) };
  return { id, at, actor: who, action, subjectId, details, address, requestId };
}

function origin(actor: Actor) {
  if (actor.type === "key") return { keyId: actor.keyId };
  return actor.type === "system" ? { job: actor.job } : {};
}
