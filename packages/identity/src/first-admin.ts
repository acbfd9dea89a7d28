import { type Ctx, requireActor } from "@netcheck/kernel/ctx";
import { conflict } from "@netcheck/kernel/fault";
import { newId } from "@netcheck/kernel/id";
import { and, eq, isNull, sql } from "drizzle-orm";

import { recordAudit } from "./audit.ts";
import { person } from "./identity.sql.ts";
import { checkNewPassword, hashPassword } from "./password.ts";

type Job = Pick<Ctx, "actor" | "caller" | "db" | "now" | "requestId">;
type Account = { email: string; password: string };

/** The administrator who came first, if there is one. */
export async function findFirstAdmin(ctx: Job) {
  requireActor(ctx, "system");
  const here = and(eq(person.role, "admin"), isNull(person.deletedAt), isNull(person.blockedAt));
  const [found] = await ctx.db.select().from(person).where(here).orderBy(person.id).limit(1);
  return found && { id: found.id, email: found.email };
}

/** Of two starts at once one creates; the other finds that somebody is there and returns undefined. */
export async function createFirstAdmin(ctx: Job, account: Account) {
  const row = await rowOf(ctx, account);
  return await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('identity.first_admin'))`);
    const people = await tx.select({ id: person.id }).from(person).limit(1);
    if (people.length > 0) return undefined;
    await tx.insert(person).values(row);
    await recordAudit(tx, ctx, "person.created", row.id, { role: row.role });
    return { id: row.id, email: row.email };
  });
}

/** One more administrator, by whoever holds the database; throws `identity.email_taken`. */
export async function createAdmin(ctx: Job, account: Account) {
  const row = await rowOf(ctx, account);
  return await ctx.db.transaction(async (tx) => {
    const made = await tx.insert(person).values(row).onConflictDoNothing().returning();
    if (made.length === 0) throw emailTaken();
    await recordAudit(tx, ctx, "person.created", row.id, { role: row.role });
    return { id: row.id, email: row.email };
  });
}

export const emailTaken = () =>
  conflict("identity.email_taken", "Somebody has this e-mail address already.");

async function rowOf(ctx: Job, account: Account) {
  requireActor(ctx, "system");
  const createdAt = ctx.now();
  const email = account.email.toLowerCase();
  checkNewPassword(account.password, email, "password");
  const passwordHash = await hashPassword(account.password);
  const id = newId<"person">(createdAt);
  return { id, email, passwordHash, role: "admin" as const, createdAt };
}
