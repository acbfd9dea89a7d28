import { type Actor, type Ctx, requireActor } from "@netcheck/kernel/ctx";
import { unauthenticated } from "@netcheck/kernel/fault";
import { newId } from "@netcheck/kernel/id";
import { emit, transaction } from "@netcheck/kernel/outbox";
import { and, eq, isNull } from "drizzle-orm";
import * as z from "zod";

import { recordAudit } from "./audit.ts";
import { SessionEnded } from "./events.ts";
import { person, session } from "./identity.sql.ts";
import { findLiveRole, forgetSession } from "./live-session.ts";
import { verifyPassword } from "./password.ts";
import { scopesOf } from "./role.ts";
import type { Tokens } from "./token.ts";

/** What identity's verbs need beyond the common `Ctx`. */
export type IdentityCtx = Ctx & { tokens: Tokens; sessionLifetimeSeconds: number };

export const Login = z.object({
  email: z.email().max(254),
  password: z.string().min(1).max(1_024),
});

/** The same answer for a wrong password, an unknown and a blocked person. */
export async function login(ctx: IdentityCtx, { email, password }: z.output<typeof Login>) {
  const [found] = await ctx.db.select().from(person).where(eq(person.email, email.toLowerCase()));
  const matches = await verifyPassword(found?.passwordHash, password);
  if (!found || !matches || found.blockedAt) {
    throw unauthenticated("Wrong e-mail or password.");
  }
  return { ...(await openSession(ctx, found)), user: viewPerson(found) };
}

/** A session for one of our own jobs to act as this person, over HTTP like everyone else. */
export async function impersonate(ctx: IdentityCtx, email: string) {
  requireActor(ctx, "system");
  const [found] = await ctx.db.select().from(person).where(eq(person.email, email));
  if (!found) throw unauthenticated("No such person.");
  return await openSession(ctx, found);
}

/** Who a bearer token speaks for, as of now. */
export async function authenticate(ctx: Omit<IdentityCtx, "actor">, token: string): Promise<Actor> {
  const { sub: personId, sid: sessionId } = await ctx.tokens.verify(token, ctx.now());
  const role = await findLiveRole(ctx, sessionId);
  if (!role) throw unauthenticated("This session has ended.");
  return { type: "person", personId, sessionId, scopes: scopesOf(role) };
}

export async function getMe(ctx: Ctx) {
  const { personId } = requireActor(ctx, "person");
  const [found] = await ctx.db.select().from(person).where(eq(person.id, personId));
  if (!found) throw unauthenticated();
  return viewPerson(found);
}

/** Acts at once; ending an ended session changes nothing. */
export async function logout(ctx: Ctx) {
  const { sessionId } = requireActor(ctx, "person");
  const live = and(eq(session.id, sessionId), isNull(session.endedAt));
  await transaction(ctx, async (tx) => {
    await tx.update(session).set({ endedAt: ctx.now() }).where(live);
    await recordAudit(tx, ctx, "session.ended", sessionId);
    await emit(tx, ctx, SessionEnded, { sessionId });
  });
  await forgetSession(ctx, sessionId);
}

async function openSession(ctx: IdentityCtx, { id: personId, role }: typeof person.$inferSelect) {
  const createdAt = ctx.now();
  const sessionId = newId<"session">(createdAt);
  const expiresAt = new Date(createdAt.getTime() + ctx.sessionLifetimeSeconds * 1000);
  const actor: Actor = { type: "person", personId, sessionId, scopes: scopesOf(role) };

  await transaction(ctx, async (tx) => {
    await tx.insert(session).values({ id: sessionId, personId, createdAt, expiresAt });
    await recordAudit(tx, { ...ctx, actor }, "session.started", sessionId);
  });
  return {
    accessToken: await ctx.tokens.sign({ personId, sessionId }, createdAt),
    tokenType: "Bearer" as const,
    expiresInSeconds: ctx.tokens.lifetimeSeconds,
  };
}

function viewPerson({ id, email, role }: typeof person.$inferSelect) {
  return { id, email, role };
}
