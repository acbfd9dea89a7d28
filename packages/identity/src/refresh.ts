import { conflict, unauthenticated } from "@netcheck/kernel/fault";
import { type Acting, actAs, asStranger } from "@netcheck/kernel/guard";
import type { Id } from "@netcheck/kernel/id";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { transaction } from "@netcheck/kernel/transaction";
import { and, eq, isNull } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import * as z from "zod";

import { sessionActor } from "./bearer.ts";
import type { IdentityCtx } from "./ctx.ts";
import { person, refreshToken, session } from "./identity.sql.ts";
import { forgetSession, isLive } from "./live-session.ts";
import { markEnded, whenEnded } from "./session.ts";
import { beginRefresh } from "./sign-in-limit.ts";
import { credentials, REFRESH_PREFIX } from "./sign-in.ts";

/** Two tabs, or a repeat after a lost answer: not a theft yet. */
const RACE_MS = 10_000;

const DENIED = "The refresh token is unknown, spent or has expired.";

/** Absent where the cookie carries it. */
export const RefreshBody = z.strictObject({
  refreshToken: z.string().min(1).max(4_096).optional(),
});

/**
 * A new pair for an unspent token, which is spent by it. Of several at once Postgres lets one through;
 * the others get `identity.refresh_raced` for 10 s while the successor is unused. A spent token at any
 * other time is in two hands: its session ends.
 */
export async function refresh(ctx: IdentityCtx, token: string | undefined) {
  // A page that was never signed in asks too: there is nothing to look up, so nothing to count.
  if (token === undefined) throw unauthenticated(DENIED);
  const { giveBack } = await beginRefresh(ctx, token);
  const hash = hashSecret(token);
  const successor = newSecret(REFRESH_PREFIX);
  const now = ctx.now();
  const expiresAt = new Date(now.getTime() + ctx.sessionLifetimeSeconds * 1000);

  const bearer = asStranger(ctx);
  const ids = await transaction(bearer, async (tx) => {
    const unspent = and(eq(refreshToken.hash, hash), isNull(refreshToken.spentAt));
    const spent = { spentAt: now, successor: hashSecret(successor) };
    const [taken] = await tx.update(refreshToken).set(spent).where(unspent).returning();
    if (!taken) return undefined;
    const { sessionId } = taken;
    const [renewed] = await tx
      .update(session)
      .set({ refreshedAt: now, expiresAt })
      .from(person)
      .where(and(eq(session.id, sessionId), eq(person.id, session.personId), isLive(now)))
      .returning({ personId: session.personId });
    if (!renewed) throw unauthenticated(DENIED);
    await tx.insert(refreshToken).values({ hash: spent.successor, sessionId, issuedAt: now });
    return { sessionId, personId: renewed.personId };
  });
  if (!ids) return await refuse(bearer, hash, giveBack);
  await giveBack();
  return { ...(await credentials(bearer, ids)), refreshToken: successor };
}

async function refuse(
  bearer: Acting<IdentityCtx>,
  hash: string,
  giveBack: () => Promise<unknown>,
): Promise<never> {
  const now = bearer.now();
  const next = alias(refreshToken, "next");
  const [found] = await bearer.db
    .select({ spentAt: refreshToken.spentAt, isNextSpent: next.spentAt, session, person })
    .from(refreshToken)
    .innerJoin(session, eq(session.id, refreshToken.sessionId))
    .innerJoin(person, eq(person.id, session.personId))
    .leftJoin(next, eq(next.hash, refreshToken.successor))
    .where(and(eq(refreshToken.hash, hash), isLive(now)));
  if (!found) throw unauthenticated(DENIED);
  const raceEnds = (found.spentAt?.getTime() ?? 0) + RACE_MS;
  if (now.getTime() < raceEnds && found.isNextSpent === null) {
    await giveBack();
    const detail = "Another request has just refreshed this session; use what it was answered.";
    throw conflict("identity.refresh_raced", detail);
  }
  await endReused(bearer, found);
  throw unauthenticated(DENIED);
}

async function endReused(
  ctx: IdentityCtx,
  found: { session: { id: Id<"session"> }; person: typeof person.$inferSelect },
) {
  const { id } = found.session;
  const acting = actAs(ctx, sessionActor(found.person, id));
  const audit = whenEnded(id, "session.refresh_reused");
  await transaction(acting, audit, (tx) => markEnded(tx, acting, id));
  await forgetSession(acting, id);
}

/** The session that a refresh token belongs to, spent or not. */
export async function sessionOfRefresh({ db }: Pick<IdentityCtx, "db">, token: string) {
  const mine = eq(refreshToken.hash, hashSecret(token));
  const [found] = await db.select().from(refreshToken).where(mine);
  return found?.sessionId;
}
