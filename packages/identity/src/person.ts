import type { AuditEntry } from "@netcheck/kernel/audit";
import type { Ctx, Tx } from "@netcheck/kernel/ctx";
import { conflict, notFound } from "@netcheck/kernel/fault";
import { requireScope } from "@netcheck/kernel/guard";
import { type Id, idSchema, newId } from "@netcheck/kernel/id";
import { Page, pageOf, readCursor } from "@netcheck/kernel/page";
import { emit, transaction } from "@netcheck/kernel/transaction";
import { and, eq, gt, isNull, isNotNull } from "drizzle-orm";
import * as z from "zod";

import { RightsChanged } from "./events.ts";
import { emailTaken } from "./first-admin.ts";
import { apiKey, person, session } from "./identity.sql.ts";
import { rewriteRights } from "./live-person.ts";
import { checkNewPassword, generatePassword, hashPassword, NewPassword } from "./password.ts";

export const PersonId = idSchema<"person">();

const RoleName = z.enum(person.role.enumValues);

export const CreatePerson = z.strictObject({
  email: z.email().max(254),
  role: RoleName.default("viewer"),
  /** Without one we make one, and show it once. */
  password: NewPassword.optional(),
});

export const ListPeople = Page.extend({
  role: RoleName.optional(),
  blocked: z.stringbool().optional(),
});

export const UpdatePerson = z
  .strictObject({ role: RoleName, blocked: z.boolean(), password: NewPassword })
  .partial()
  .refine((change) => Object.keys(change).length > 0, "Nothing to change.");

type Row = typeof person.$inferSelect;

/** `password` is in the answer only if it was made here. */
export async function createPerson(ctx: Ctx, input: z.output<typeof CreatePerson>) {
  const acting = requireScope(ctx, "people:write");
  const email = input.email.toLowerCase();
  const password = input.password ?? generatePassword();
  checkNewPassword(password, email, "password");
  const createdAt = acting.now();
  const id = newId<"person">(createdAt);
  const passwordHash = await hashPassword(password);

  const audit = { action: "person.created", subjectId: id, details: { role: input.role } } as const;
  const created = await transaction(acting, audit, async (tx) => {
    const row = { id, email, passwordHash, role: input.role, createdAt };
    const [inserted] = await tx.insert(person).values(row).onConflictDoNothing().returning();
    if (!inserted) throw emailTaken();
    return inserted;
  });
  return { ...view(created), ...(input.password === undefined && { password }) };
}

export async function getPerson(ctx: Ctx, id: Id<"person">) {
  const { db } = requireScope(ctx, "people:write");
  const [row] = await db.select().from(person).where(isThere(id));
  if (!row) throw notFound("user");
  return view(row);
}

/** In the order in which they came. */
export async function listPeople(ctx: Ctx, input: z.output<typeof ListPeople>) {
  const { db } = requireScope(ctx, "people:write");
  const { role, blocked, limit } = input;
  const cursor = readCursor<"person">(input.cursor);
  const isBlocked = blocked === true ? isNotNull(person.blockedAt) : isNull(person.blockedAt);
  const rows = await db
    .select()
    .from(person)
    .where(
      and(
        isNull(person.deletedAt),
        role && eq(person.role, role),
        blocked === undefined ? undefined : isBlocked,
        cursor && gt(person.id, cursor),
      ),
    )
    .orderBy(person.id)
    .limit(limit + 1);
  return pageOf(rows, limit, view, ({ id }) => id);
}

/** Role, blocking and password act at once on all that is signed in; the last administrator stays one. */
export async function updatePerson(
  ctx: Ctx,
  id: Id<"person">,
  change: z.output<typeof UpdatePerson>,
) {
  const acting = requireScope(ctx, "people:write");
  const { actor } = acting;
  const { role, blocked, password } = change;
  if (password !== undefined && "personId" in actor && actor.personId === id) {
    throw conflict("identity.own_password", "Change your own password with POST /auth/password.");
  }
  const passwordHash = password === undefined ? undefined : await hashPassword(password);

  const { after } = await transaction(acting, changesOf, async (tx) => {
    const before = await lockWithAdmins(tx, id);
    if (password !== undefined) checkNewPassword(password, before.email, "password");
    const blockedAt = blocked === true ? (before.blockedAt ?? acting.now()) : null;
    const set = {
      role: role ?? before.role,
      blockedAt: blocked === undefined ? before.blockedAt : blockedAt,
      passwordHash: passwordHash ?? before.passwordHash,
      version: before.version + 1,
    };
    if (before.isLastAdmin && (set.role !== "admin" || set.blockedAt)) throw lastAdmin();
    const [row] = await tx.update(person).set(set).where(eq(person.id, id)).returning();
    if (set.blockedAt || passwordHash) await endSessions(tx, id, acting.now());
    await emit(tx, acting, RightsChanged, { personId: id });
    return { before, after: row ?? before };
  });
  await rewriteRights(acting, id);
  return view(after);
}

/** Out at once, with all sessions and keys; what they did stays on record under their e-mail. */
export async function deletePerson(ctx: Ctx, id: Id<"person">) {
  const acting = requireScope(ctx, "people:write");
  const now = acting.now();
  const audit = ({ email }: Row) =>
    ({ action: "person.deleted", subjectId: id, details: { email } }) as const;
  await transaction(acting, audit, async (tx) => {
    const before = await lockWithAdmins(tx, id);
    if (before.isLastAdmin) throw lastAdmin();
    const gone = { deletedAt: now, passwordHash: null, version: before.version + 1 };
    await tx.update(person).set(gone).where(eq(person.id, id));
    await endSessions(tx, id, now);
    const theirs = and(eq(apiKey.personId, id), isNull(apiKey.revokedAt));
    await tx.update(apiKey).set({ revokedAt: now }).where(theirs);
    await emit(tx, acting, RightsChanged, { personId: id });
    return before;
  });
  await rewriteRights(acting, id);
}

/**
 * The person, locked after every administrator that is in, in one order: of two administrators at once
 * against each other the second waits, and then sees itself alone.
 */
async function lockWithAdmins(tx: Tx, id: Id<"person">) {
  const isAdmin = and(eq(person.role, "admin"), isNull(person.blockedAt), isNull(person.deletedAt));
  const admins = await tx.select().from(person).where(isAdmin).orderBy(person.id).for("update");
  const [row] = await tx.select().from(person).where(isThere(id)).for("update");
  if (!row) throw notFound("user");
  return { ...row, isLastAdmin: admins.length === 1 && admins[0]?.id === id };
}

async function endSessions(tx: Tx, id: Id<"person">, endedAt: Date) {
  const live = and(eq(session.personId, id), isNull(session.endedAt));
  await tx.update(session).set({ endedAt }).where(live);
}

function changesOf({ before, after }: { before: Row; after: Row }) {
  const changes: AuditEntry[] = [];
  const changed = (action: `person.${string}`, details?: AuditEntry["details"]) =>
    changes.push({ action, subjectId: before.id, details });
  if (before.role !== after.role) {
    changed("person.role_changed", { from: before.role, to: after.role });
  }
  if (!before.blockedAt && after.blockedAt) changed("person.blocked");
  if (before.blockedAt && !after.blockedAt) changed("person.unblocked");
  if (before.passwordHash !== after.passwordHash) changed("person.password_reset");
  return changes;
}

const lastAdmin = () =>
  conflict("identity.last_admin", "The last administrator can be neither demoted nor put out.");

function isThere(id: Id<"person">) {
  return and(eq(person.id, id), isNull(person.deletedAt));
}

function view({ id, email, role, createdAt, blockedAt }: Row) {
  return { id, email, role, createdAt, blockedAt };
}
