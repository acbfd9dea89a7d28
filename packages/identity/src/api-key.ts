import type { Actor, Ctx } from "@netcheck/kernel/ctx";
import { invalid, notFound, unauthenticated } from "@netcheck/kernel/fault";
import { actAs } from "@netcheck/kernel/guard";
import { type Id, idSchema, newId } from "@netcheck/kernel/id";
import { Page, pageOf, readCursor } from "@netcheck/kernel/page";
import { SCOPES } from "@netcheck/kernel/scope";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { emit, transaction } from "@netcheck/kernel/transaction";
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import * as z from "zod";

import { RightsChanged } from "./events.ts";
import { apiKey, person } from "./identity.sql.ts";
import { findLiveKey, keyKey, touchKey } from "./live-key.ts";
import { ENDED, putEntries } from "./rights-cache.ts";
import { scopesOf } from "./role.ts";
import { requireSession } from "./session.ts";

const API_KEY_PREFIX = "nck";

export const ApiKeyId = idSchema<"key">();

export const CreateApiKey = z.strictObject({
  name: z.string().trim().min(1).max(64),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

export const ListApiKeys = Page.extend({ personId: idSchema<"person">().optional() });

/** Who an API key speaks for, as of now: never more than its owner's role still may. */
export async function authenticateKey(
  ctx: Pick<Ctx, "db" | "redis" | "now" | "caller">,
  secret: string,
): Promise<Actor> {
  const hash = hashSecret(secret);
  const found = await findLiveKey(ctx, hash);
  if (!found) throw unauthenticated("This API key is unknown, revoked or has expired.");
  const { keyId, personId, role, isUseDue } = found;
  const scopes = scopesOf(role).filter((scope) => found.scopes.includes(scope));
  const acting = actAs(ctx, { type: "key", keyId, personId, scopes });
  if (isUseDue) await touchKey(acting, hash);
  return acting.actor;
}

/** The secret is shown here once; only its hash is kept. */
export async function createApiKey(ctx: Ctx, input: z.output<typeof CreateApiKey>) {
  const acting = requireSession(ctx);
  const { personId } = acting.actor;
  const { name, scopes } = input;
  const createdAt = acting.now();
  const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
  if (expiresAt && expiresAt <= createdAt) {
    throw invalid("identity.key_expiry", "expiresAt", "This is not in the future.");
  }
  const secret = newSecret(API_KEY_PREFIX);
  const id = newId<"key">(createdAt);
  const row = { id, personId, name, hash: hashSecret(secret), scopes, createdAt, expiresAt };

  const audit = { action: "api_key.created", subjectId: id, details: { name, scopes } } as const;
  const created = await transaction(acting, audit, async (tx) => {
    // Held against deletion and demotion until the key is there to follow them.
    const inOffice = and(eq(person.id, personId), isNull(person.deletedAt));
    const [owner] = await tx.select().from(person).where(inOffice).for("share");
    if (!owner || owner.blockedAt) throw unauthenticated();
    const beyond = scopes.filter((scope) => !scopesOf(owner.role).includes(scope));
    if (beyond.length > 0) {
      const message = `Your role does not have ${beyond.join(", ")}.`;
      throw invalid("identity.scope_beyond_role", "scopes", message);
    }
    const [inserted] = await tx.insert(apiKey).values(row).returning();
    return inserted ?? { ...row, lastUsedAt: null, revokedAt: null };
  });
  return { ...view(created), secret };
}

/** One's own that are not revoked, the newest first; an administrator sees everybody's. */
export async function listApiKeys(ctx: Ctx, input: z.output<typeof ListApiKeys>) {
  const { actor, db } = requireSession(ctx);
  const { personId: me, scopes } = actor;
  const whose = scopes.includes("people:write") ? input.personId : me;
  const cursor = readCursor<"key">(input.cursor);
  const rows = await db
    .select()
    .from(apiKey)
    .where(
      and(
        isNull(apiKey.revokedAt),
        whose && eq(apiKey.personId, whose),
        cursor && lt(apiKey.id, cursor),
      ),
    )
    .orderBy(desc(apiKey.id))
    .limit(input.limit + 1);
  return pageOf(rows, input.limit, view, ({ id }) => id);
}

/** Worth nothing from here on; one's own, or anybody's for an administrator. Safe to repeat. */
export async function revokeApiKey(ctx: Ctx, id: Id<"key">) {
  const acting = requireSession(ctx);
  const { personId: me, scopes } = acting.actor;
  const mine = scopes.includes("people:write") ? undefined : eq(apiKey.personId, me);
  const [found] = await acting.db
    .select()
    .from(apiKey)
    .where(and(eq(apiKey.id, id), mine));
  if (!found) throw notFound("key");
  const { personId, hash } = found;
  const audit = (ended: boolean) => ended && { action: "api_key.revoked" as const, subjectId: id };
  await transaction(acting, audit, async (tx) => {
    const live = and(eq(apiKey.id, id), isNull(apiKey.revokedAt));
    const ended = await tx.update(apiKey).set({ revokedAt: acting.now() }).where(live).returning();
    if (ended.length === 0) return false;
    await emit(tx, acting, RightsChanged, { personId });
    return true;
  });
  await putEntries(acting, [[keyKey(hash), ENDED]]);
}

function view(row: typeof apiKey.$inferSelect) {
  const { id, personId, name, scopes, createdAt, expiresAt, lastUsedAt } = row;
  return { id, personId, name, scopes, createdAt, expiresAt, lastUsedAt };
}
