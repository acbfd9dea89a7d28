import type { Ctx } from "@netcheck/kernel/ctx";
import { conflict, invalid, unauthenticated } from "@netcheck/kernel/fault";
import { requireActor } from "@netcheck/kernel/guard";
import { prepared } from "@netcheck/kernel/prepared";
import { emit, transaction, writeAndRecord } from "@netcheck/kernel/transaction";
import { and, eq, isNull, ne, sql } from "drizzle-orm";
import * as z from "zod";

import type { IdentityCtx } from "./ctx.ts";
import { RightsChanged } from "./events.ts";
import { person, session } from "./identity.sql.ts";
import { rewriteRights } from "./live-person.ts";
import { checkNewPassword, hashPassword, NewPassword, verifyPassword } from "./password.ts";
import { requireSession } from "./session.ts";
import { beginSignIn } from "./sign-in-limit.ts";

export const ChangePassword = z.strictObject({
  currentPassword: z.string().min(1).max(1_024),
  newPassword: NewPassword,
});

const byId = prepared((db) =>
  db
    .select()
    .from(person)
    .where(eq(person.id, sql.placeholder("id")))
    .prepare(""),
);

/** Who acts: the person who signed in, or the owner of the key. */
export async function getMe(ctx: Ctx) {
  const acting = requireActor(ctx, "person", "key");
  const [found] = await byId(acting.db).execute({ id: acting.actor.personId });
  if (!found) throw unauthenticated();
  return { id: found.id, email: found.email, role: found.role };
}

/** Ends one's other sessions at once; keys live on. The current password is guessed at as slowly as at a sign-in. */
export async function changePassword(ctx: IdentityCtx, input: z.output<typeof ChangePassword>) {
  const acting = requireSession(ctx);
  const { personId, sessionId } = acting.actor;
  const me = eq(person.id, personId);
  const [found] = await acting.db.select().from(person).where(me);
  if (!found) throw unauthenticated();
  const attempt = await beginSignIn(acting, found.email);
  if (!(await verifyPassword(found.passwordHash, input.currentPassword))) {
    await writeAndRecord(acting, { action: "person.password_refused", subjectId: personId });
    throw invalid("identity.wrong_password", "currentPassword", "This is not your password.");
  }
  checkNewPassword(input.newPassword, found.email, "newPassword");
  const passwordHash = await hashPassword(input.newPassword);

  const audit = { action: "person.password_changed", subjectId: personId } as const;
  await transaction(acting, audit, async (tx) => {
    const unchanged = and(me, eq(person.passwordHash, found.passwordHash ?? ""));
    const changed = await tx.update(person).set({ passwordHash }).where(unchanged).returning();
    if (changed.length === 0) {
      throw conflict("identity.password_raced", "The password has just been changed elsewhere.");
    }
    const others = and(eq(session.personId, personId), ne(session.id, sessionId));
    const live = and(others, isNull(session.endedAt));
    await tx.update(session).set({ endedAt: acting.now() }).where(live);
    await emit(tx, acting, RightsChanged, { personId });
  });
  await attempt.giveBack();
  await rewriteRights(acting, personId);
}
