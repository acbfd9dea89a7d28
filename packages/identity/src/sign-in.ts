import { type Actor, requireActor } from "@netcheck/kernel/ctx";
import { unauthenticated } from "@netcheck/kernel/fault";
import { type Id, newId } from "@netcheck/kernel/id";
import { transaction } from "@netcheck/kernel/outbox";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { and, eq, isNull } from "drizzle-orm";
import * as z from "zod";

import { recordAudit } from "./audit.ts";
import type { IdentityCtx } from "./ctx.ts";
import { person, refreshToken, session } from "./identity.sql.ts";
import { verifyPassword } from "./password.ts";
import { type Role, scopesOf } from "./role.ts";
import { beginSignIn } from "./sign-in-limit.ts";

export const REFRESH_PREFIX = "ncr";

const WRONG = "Wrong e-mail or password.";

export const Login = z.object({
  email: z.email().max(254),
  password: z.string().min(1).max(1_024),
});

/** The same answer for a wrong password, an unknown, a blocked and a deleted person. */
export async function login(ctx: IdentityCtx, input: z.output<typeof Login>) {
  const email = input.email.toLowerCase();
  const attempt = await beginSignIn(ctx, email);
  const here = and(eq(person.email, email), isNull(person.deletedAt));
  const [found] = await ctx.db.select().from(person).where(here);
  const matches = await verifyPassword(found?.passwordHash, input.password);
  if (!found || !matches || found.blockedAt) {
    const reason = !found ? "unknown" : matches ? "blocked" : "password";
    await recordAudit(ctx.db, ctx, "session.refused", found?.id ?? null, { email, reason });
    throw unauthenticated(WRONG);
  }
  const opened = await openSession(ctx, found);
  await attempt.giveBack();
  return { ...opened, user: { id: found.id, email: found.email, role: found.role } };
}

/** A session for one of our own jobs to act as this person, over HTTP like everyone else. */
export async function impersonate(ctx: IdentityCtx, email: string) {
  requireActor(ctx, "system");
  const here = and(eq(person.email, email), isNull(person.deletedAt));
  const [found] = await ctx.db.select().from(person).where(here);
  if (!found) throw unauthenticated("No such person.");
  return await openSession(ctx, found);
}

/** What a client needs to act in a session from now on. */
export async function credentials(
  ctx: IdentityCtx,
  ids: { personId: Id<"person">; sessionId: Id<"session"> },
) {
  return {
    accessToken: await ctx.tokens.sign(ids, ctx.now()),
    tokenType: "Bearer" as const,
    expiresInSeconds: ctx.tokens.lifetimeSeconds,
    csrfToken: ctx.tokens.csrfToken(ids.sessionId),
  };
}

async function openSession(ctx: IdentityCtx, found: typeof person.$inferSelect) {
  const createdAt = ctx.now();
  const sessionId = newId<"session">(createdAt);
  const expiresAt = new Date(createdAt.getTime() + ctx.sessionLifetimeSeconds * 1000);
  const token = newSecret(REFRESH_PREFIX);
  const address = ctx.caller?.address ?? null;
  const userAgent = ctx.caller?.userAgent?.slice(0, 256) ?? null;
  const row = { id: sessionId, personId: found.id, address, userAgent, createdAt, expiresAt };

  await transaction(ctx, async (tx) => {
    // Held against blocking, deletion and another password until the session is there to be ended.
    const same = and(eq(person.id, found.id), eq(person.passwordHash, found.passwordHash ?? ""));
    const [still] = await tx
      .select()
      .from(person)
      .where(and(same, isNull(person.blockedAt), isNull(person.deletedAt)))
      .for("share");
    if (!still) throw unauthenticated(WRONG);
    await tx.insert(session).values(row);
    const issued = { hash: hashSecret(token), sessionId, issuedAt: createdAt };
    await tx.insert(refreshToken).values(issued);
    const actor = sessionActor(found, sessionId);
    await recordAudit(tx, { ...ctx, actor }, "session.started", sessionId);
  });
  const ids = { personId: found.id, sessionId };
  return { ...(await credentials(ctx, ids)), refreshToken: token };
}

export function sessionActor(
  { id: personId, role }: { id: Id<"person">; role: Role },
  sessionId: Id<"session">,
): Extract<Actor, { type: "person" }> {
  return { type: "person", personId, sessionId, scopes: scopesOf(role) };
}
