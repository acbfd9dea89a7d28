import { randomBytes } from "node:crypto";

import { conflict, notFound } from "@netcheck/kernel/fault";
import { requireScope } from "@netcheck/kernel/guard";
import { type Id, idSchema, newId } from "@netcheck/kernel/id";
import { isUniqueViolation } from "@netcheck/kernel/postgres-error";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { transaction } from "@netcheck/kernel/transaction";
import { and, eq, ne, sql } from "drizzle-orm";
import * as z from "zod";

import { driveAccount } from "./account.ts";
import { agent, agentSecret } from "./agent.sql.ts";
import { changeAgent, whenChanged } from "./change.ts";
import type { AgentsCtx } from "./ctx.ts";
import { nameKey, tidyName } from "./name.ts";
import { findPresence } from "./presence.ts";

export const AgentId = idSchema<"agent">();

const Name = z
  .string()
  .max(256)
  .transform(tidyName)
  .pipe(
    z
      .string()
      .min(1)
      .max(64)
      .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, "No control characters.")
      .refine((name) => nameKey(name) !== "", "Nothing of this name can be seen."),
  );

const Location = z
  .strictObject({
    country: z.string().regex(/^[A-Z]{2}$/, "An ISO 3166-1 code such as DE."),
    city: z.string().trim().min(1).max(64),
    asn: z.int().min(1).max(4_294_967_295),
    network: z.string().trim().min(1).max(128),
  })
  .partial();

const Tags = z.array(z.string().trim().min(1).max(64)).max(32);

const Fields = z.strictObject({ name: Name, location: Location, tags: Tags });

export const CreateAgent = Fields.extend({
  location: Location.default({}),
  tags: Tags.default([]),
});

/** What is given replaces what was there, whole. */
export const UpdateAgent = Fields.partial().refine(
  (change) => Object.keys(change).length > 0,
  "Say what to change.",
);

/** The enrolment token is shown here once; only its hash is kept. */
export async function createAgent(ctx: AgentsCtx, input: z.output<typeof CreateAgent>) {
  const acting = requireScope(ctx, "agents:write");
  const createdAt = acting.now();
  const id = newId<"agent">(createdAt);
  const enrollmentToken = newSecret("nce");
  const queue = `agent.${id}.${randomBytes(12).toString("hex")}`;
  const status = "setup" as const;
  const key = nameKey(input.name);
  const row = { id, ...input, nameKey: key, status, queue, capabilities: [], createdAt };

  const audit = { action: "agent.created", subjectId: id } as const;
  const created = await transaction(acting, audit, async (tx) => {
    const values = { ...row, enrollmentHash: hashSecret(enrollmentToken) };
    const [inserted] = await tx.insert(agent).values(values).onConflictDoNothing().returning();
    if (!inserted) throw nameTaken();
    return inserted;
  });
  return { ...viewAgent(created, null), enrollmentToken };
}

/** With what its last beat said of its clock; presence never goes by it. */
export async function getAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:read");
  const [row] = await acting.db.select().from(agent).where(eq(agent.id, id));
  if (!row) throw notFound("agent");
  return await viewNow(acting, row);
}

/** Rename, move, tag. Results keep the name and place they were made under. */
export async function updateAgent(
  ctx: AgentsCtx,
  { id, ...change }: z.output<typeof UpdateAgent> & { id: Id<"agent"> },
) {
  const acting = requireScope(ctx, "agents:write");
  const { name } = change;
  const set = name === undefined ? change : { ...change, nameKey: nameKey(name) };
  const audit = { action: "agent.updated", subjectId: id } as const;
  const row = await transaction(acting, audit, async (tx) => {
    const mine = eq(agent.id, id);
    const updating = tx.update(agent).set(set).where(mine).returning();
    const [updated] = await updating.catch((error: unknown) => {
      throw isUniqueViolation(error, "agent_name") ? nameTaken(error) : error;
    });
    if (!updated) throw notFound("agent");
    return updated;
  });
  return await viewNow(acting, row);
}

/** It gets no checks until it is resumed, whatever it says of itself. Safe to repeat. */
export async function pauseAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:write");
  const set = { status: "paused" as const };
  const where = ne(agent.status, "paused");
  const { row } = await transaction(acting, whenChanged("agent.paused"), (tx) =>
    changeAgent(tx, { id, set, where }),
  );
  return await viewNow(acting, row);
}

/**
 * Active if it is present, else inactive until it beats; `setup` if it never registered. While it
 * was paused no beat was taken as settled, so one that comes meanwhile is not lost. Safe to repeat.
 */
export async function resumeAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:write");
  const { seenAt } = await findPresence(acting, id);
  const present = seenAt ? "active" : "inactive";
  const status = sql`case when ${agent.registeredAt} is null then 'setup' else ${present} end`;
  const where = eq(agent.status, "paused");
  const { row } = await transaction(acting, whenChanged("agent.resumed"), (tx) =>
    changeAgent(tx, { id, set: { status }, where }),
  );
  return await viewNow(acting, row);
}

/** Its credentials are worth nothing from here on, and its connections are closed. Safe to repeat. */
export async function revokeAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:write");
  const set = {
    status: "revoked" as const,
    enrollmentHash: null,
    rotateAskedAt: null,
    brokerPasswordHash: null,
  };
  const { row } = await transaction(acting, whenChanged("agent.revoked"), async (tx) => {
    const mine = eq(agent.id, id);
    const live = and(mine, ne(agent.status, "revoked"));
    const [revoked] = await tx.update(agent).set(set).where(live).returning();
    if (revoked) {
      await tx.delete(agentSecret).where(eq(agentSecret.agentId, id));
      return { row: revoked, changed: true };
    }
    const [known] = await tx.select().from(agent).where(mine);
    if (!known) throw notFound("agent");
    return { row: known, changed: false };
  });
  await driveAccount(acting, row);
  return viewAgent(row, null);
}

/** Results keep their snapshot of the agent; its id is never used again. */
export async function deleteAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:write");
  const audit = { action: "agent.deleted", subjectId: id } as const;
  const row = await transaction(acting, audit, async (tx) => {
    const [deleted] = await tx.delete(agent).where(eq(agent.id, id)).returning();
    if (!deleted) throw notFound("agent");
    return deleted;
  });
  await driveAccount(acting, { ...row, status: "revoked" });
}

/** What of a row leaves. `rotating` until the agent first uses its next secret. */
export function viewAgent(row: typeof agent.$inferSelect, seenAt: Date | null) {
  const { id, name, status, location, tags, capabilities, createdAt, registeredAt } = row;
  const { hostname, region, localIp, publicIp, version } = row;
  const facts = { hostname, region, localIp, publicIp, version, registeredAt };
  const rotating = row.rotateAskedAt !== null;
  const lastSeenAt = seenAt ?? row.seenAt;
  return {
    id,
    name,
    status,
    location,
    tags,
    capabilities,
    ...facts,
    rotating,
    createdAt,
    lastSeenAt,
  };
}

/** The same with what Redis knows of it. */
export async function viewNow(ctx: AgentsCtx, row: typeof agent.$inferSelect) {
  const { seenAt, ...clock } = await findPresence(ctx, row.id);
  return { ...viewAgent(row, seenAt), ...clock };
}

function nameTaken(cause?: unknown) {
  return conflict(
    "agents.name_taken",
    "Another agent has this name, or one that reads like it.",
    cause,
  );
}
