import { unauthenticated } from "@netcheck/kernel/fault";
import { type Acting, type ActorOf, actAs, asStranger, requireActor } from "@netcheck/kernel/guard";
import { type Id, newId } from "@netcheck/kernel/id";
import { prepared } from "@netcheck/kernel/prepared";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { writeAndRecord } from "@netcheck/kernel/transaction";
import { into, type Source } from "@netcheck/kernel/write-from";
import { and, eq, isNull, sql } from "drizzle-orm";
import * as z from "zod";

import { sessionActor } from "./bearer.ts";
import type { IdentityCtx } from "./ctx.ts";
import { person, refreshToken, session } from "./identity.sql.ts";
import { verifyPassword } from "./password.ts";
import { beginSignIn } from "./sign-in-limit.ts";

export const REFRESH_PREFIX = "ncr";

const WRONG = "Wrong e-mail or password.";

export const Login = z.object({
  email: z.email().max(254),
  password: z.string().min(1).max(1_024),
});

const byEmail = prepared((db) => {
  const here = and(eq(person.email, sql.placeholder("email")), isNull(person.deletedAt));
  return db.select().from(person).where(here).prepare("");
});

/** The same answer for a wrong password, an unknown, a blocked and a deleted person. */
export async function login(ctx: IdentityCtx, input: z.output<typeof Login>) {
  const stranger = asStranger(ctx);
  const email = input.email.toLowerCase();
  const attempt = await beginSignIn(stranger, email);
  const [found] = await byEmail(stranger.db).execute({ email });
  const matches = await verifyPassword(found?.passwordHash, input.password);
  if (!found || !matches || found.blockedAt) {
    const reason = !found ? "unknown" : matches ? "blocked" : "password";
    const [subjectId, details] = [found?.id ?? null, { email, reason }];
    await writeAndRecord(stranger, { action: "session.refused", subjectId, details });
    throw unauthenticated(WRONG);
  }
  const opened = await openSession(stranger, found);
  await attempt.giveBack();
  return { ...opened, user: { id: found.id, email: found.email, role: found.role } };
}

/** A session for one of our own jobs to act as this person, over HTTP like everyone else. */
export async function impersonate(ctx: IdentityCtx, email: string) {
  const acting = requireActor(ctx, "system");
  const [found] = await byEmail(acting.db).execute({ email });
  if (!found) throw unauthenticated("No such person.");
  return await openSession(acting, found, acting);
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

/** By the person, unless `by` says who did it for them. */
async function openSession(
  ctx: IdentityCtx,
  found: typeof person.$inferSelect,
  by?: Acting<IdentityCtx, ActorOf<"system">>,
) {
  const createdAt = ctx.now();
  const sessionId = newId<"session">(createdAt);
  const expiresAt = new Date(createdAt.getTime() + ctx.sessionLifetimeSeconds * 1000);
  const token = newSecret(REFRESH_PREFIX);
  const address = ctx.caller?.address ?? null;
  const userAgent = ctx.caller?.userAgent?.slice(0, 256) ?? null;
  const row = { id: sessionId, personId: found.id, address, userAgent, createdAt, expiresAt };
  const issued = { hash: hashSecret(token), sessionId, issuedAt: createdAt };

  const same = and(eq(person.id, found.id), eq(person.passwordHash, found.passwordHash ?? ""));
  const live = and(same, isNull(person.blockedAt), isNull(person.deletedAt));
  // Held against blocking, deletion and another password until the session is there to be ended.
  const still: Source = (db) =>
    db.$with("still").as(db.select({ id: person.id }).from(person).where(live).for("share"));
  const acting = by ?? actAs(ctx, sessionActor(found, sessionId));
  const entry = { action: "session.started", subjectId: sessionId } as const;
  const writes = [into(session, [row]), into(refreshToken, [issued])];
  if (!(await writeAndRecord(acting, entry, still, writes))) throw unauthenticated(WRONG);
  const ids = { personId: found.id, sessionId };
  return { ...(await credentials(acting, ids)), refreshToken: token };
}
