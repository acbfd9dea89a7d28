import type { WritingCtx } from "@netcheck/kernel/ctx";
import { conflict } from "@netcheck/kernel/fault";
import { requireActor } from "@netcheck/kernel/guard";
import { newId } from "@netcheck/kernel/id";
import { transaction } from "@netcheck/kernel/transaction";
import { and, eq, isNull, sql } from "drizzle-orm";
import * as z from "zod";

import { person } from "./identity.sql.ts";
import { checkNewPassword, hashPassword, NewPassword } from "./password.ts";

const ROLE = "admin" as const;

/** An account that its owner can sign in to. */
export const Account = z.object({ email: z.email().max(254), password: NewPassword });
type Account = z.output<typeof Account>;

/** The administrator who came first, if there is one. */
export async function findFirstAdmin(ctx: WritingCtx) {
  const { db } = requireActor(ctx, "system");
  const here = and(eq(person.role, "admin"), isNull(person.deletedAt), isNull(person.blockedAt));
  const [found] = await db.select().from(person).where(here).orderBy(person.id).limit(1);
  return found && { id: found.id, email: found.email };
}

/** Of two starts at once one creates; the other finds that somebody is there and returns undefined. */
export async function createFirstAdmin(ctx: WritingCtx, account: Account) {
  const acting = requireActor(ctx, "system");
  const row = await rowOf(acting, account);
  return await transaction(acting, created, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('identity.first_admin'))`);
    const people = await tx.select({ id: person.id }).from(person).limit(1);
    if (people.length > 0) return undefined;
    await tx.insert(person).values(row);
    return { id: row.id, email: row.email };
  });
}

/** One more administrator, by whoever holds the database; throws `identity.email_taken`. */
export async function createAdmin(ctx: WritingCtx, account: Account) {
  const acting = requireActor(ctx, "system");
  const row = await rowOf(acting, account);
  return await transaction(acting, created, async (tx) => {
    const made = await tx.insert(person).values(row).onConflictDoNothing().returning();
    if (made.length === 0) throw emailTaken();
    return { id: row.id, email: row.email };
  });
}

export const emailTaken = () =>
  conflict("identity.email_taken", "Somebody has this e-mail address already.");

function created(made: { id: string } | undefined) {
  if (!made) return false;
  return { action: "person.created", subjectId: made.id, details: { role: ROLE } } as const;
}

async function rowOf({ now }: WritingCtx, account: Account) {
  const createdAt = now();
  const email = account.email.toLowerCase();
  checkNewPassword(account.password, email, "password");
  const passwordHash = await hashPassword(account.password);
  const id = newId<"person">(createdAt);
  return { id, email, passwordHash, role: ROLE, createdAt };
}
