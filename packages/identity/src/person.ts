import { type Ctx, requireActor } from "@netcheck/kernel/ctx";
import { newId } from "@netcheck/kernel/id";
import { transaction } from "@netcheck/kernel/outbox";
import { eq, sql } from "drizzle-orm";

import { recordAudit } from "./audit.ts";
import { person } from "./identity.sql.ts";
import { hashPassword } from "./password.ts";

/** The administrator who came first, if there is one. */
export async function findFirstAdmin(ctx: Ctx) {
  requireActor(ctx, "system");
  const admins = ctx.db.select().from(person).where(eq(person.role, "admin"));
  const [found] = await admins.orderBy(person.id).limit(1);
  return found && { id: found.id, email: found.email };
}

/** Of two starts at once one creates; the other finds that somebody is there and returns undefined. */
export async function createFirstAdmin(ctx: Ctx, input: { email: string; password: string }) {
  requireActor(ctx, "system");
  const createdAt = ctx.now();
  const id = newId<"person">(createdAt);
  const email = input.email.toLowerCase();
  const row = { id, email, passwordHash: await hashPassword(input.password), createdAt };

  return await transaction(ctx, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('identity.first_admin'))`);
    const people = await tx.select({ id: person.id }).from(person).limit(1);
    if (people.length > 0) return undefined;
    await tx.insert(person).values({ ...row, role: "admin" });
    await recordAudit(tx, ctx, "person.created", id);
    return { id, email };
  });
}
