import type { Ctx, Tx } from "@netcheck/kernel/ctx";
import { Fault, notFound } from "@netcheck/kernel/fault";
import { type Acting, actAs, asStranger, requireActor } from "@netcheck/kernel/guard";
import { type Id, idSchema } from "@netcheck/kernel/id";
import { type Page, pageOf, readCursor } from "@netcheck/kernel/page";
import { emit, transaction } from "@netcheck/kernel/transaction";
import { and, desc, eq, gt, isNull, lt } from "drizzle-orm";
import type * as z from "zod";

import { sessionActor } from "./bearer.ts";
import { SessionEnded } from "./events.ts";
import { person, session } from "./identity.sql.ts";
import { forgetSession, isLive } from "./live-session.ts";

export const SessionId = idSchema<"session">();

/** Who signed in; a key may not do what only its owner in person may. */
export function requireSession<C extends Pick<Ctx, "actor">>(ctx: C) {
  if (ctx.actor.type === "key") {
    throw new Fault("forbidden", "identity.session_needed", "Sign in; a key may not do this.");
  }
  return requireActor(ctx, "person");
}

/** One's own that are live, the newest first. */
export async function listSessions(ctx: Ctx, { limit, cursor: given }: z.output<typeof Page>) {
  const { actor, db, now } = requireSession(ctx);
  const { personId, sessionId } = actor;
  const cursor = readCursor<"session">(given);
  const live = and(isNull(session.endedAt), gt(session.expiresAt, now()));
  const rows = await db
    .select()
    .from(session)
    .where(and(eq(session.personId, personId), live, cursor && lt(session.id, cursor)))
    .orderBy(desc(session.id))
    .limit(limit + 1);
  return pageOf(
    rows,
    limit,
    (row) => view(row, sessionId),
    ({ id }) => id,
  );
}

/** Ends one of one's own, at once. */
export async function revokeSession(ctx: Ctx, id: Id<"session">) {
  const acting = requireSession(ctx);
  const [mine] = await acting.db
    .select()
    .from(session)
    .where(and(eq(session.id, id), eq(session.personId, acting.actor.personId)));
  if (!mine) throw notFound("session");
  await transaction(acting, whenEnded(id, "session.ended"), (tx) => markEnded(tx, acting, id));
  await forgetSession(acting, id);
}

/** Ends one that a job of ours has opened, at once. */
export async function endSession(ctx: Ctx, id: Id<"session">) {
  const acting = requireActor(ctx, "system");
  await transaction(acting, whenEnded(id, "session.ended"), (tx) => markEnded(tx, acting, id));
  await forgetSession(acting, id);
}

/**
 * Ends the session that was presented, at once; ending an ended one changes nothing, and needs no
 * `prove`, which is called before a live one ends.
 */
export async function signOut(
  ctx: Ctx,
  sessionId: Id<"session">,
  prove: (sessionId: Id<"session">) => void,
) {
  const stranger = asStranger(ctx);
  const [found] = await stranger.db
    .select()
    .from(session)
    .innerJoin(person, eq(person.id, session.personId))
    .where(and(eq(session.id, sessionId), isLive(stranger.now())));
  if (found) {
    prove(sessionId);
    const acting = actAs(stranger, sessionActor(found.person, sessionId));
    const audit = whenEnded(sessionId, "session.ended");
    await transaction(acting, audit, (tx) => markEnded(tx, acting, sessionId));
  }
  await forgetSession(stranger, sessionId);
}

/** The first to end it leaves the event, and with `whenEnded` the record. */
export async function markEnded(tx: Tx, acting: Acting, id: Id<"session">) {
  const live = and(eq(session.id, id), isNull(session.endedAt));
  const ended = await tx.update(session).set({ endedAt: acting.now() }).where(live).returning();
  if (ended.length === 0) return false;
  await emit(tx, acting, SessionEnded, { sessionId: id });
  return true;
}

/** The record of an end that `markEnded` brought about. */
export function whenEnded(
  subjectId: Id<"session">,
  action: "session.ended" | "session.refresh_reused",
) {
  return (ended: boolean) => ended && { action, subjectId };
}

function view(row: typeof session.$inferSelect, current: Id<"session">) {
  const { id, address, userAgent, createdAt, refreshedAt, expiresAt } = row;
  return { id, isCurrent: id === current, address, userAgent, createdAt, refreshedAt, expiresAt };
}
