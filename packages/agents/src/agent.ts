import { randomBytes } from "node:crypto";

import { recordAudit } from "@netcheck/identity/audit";
import { requireScope } from "@netcheck/kernel/ctx";
import { conflict, notFound } from "@netcheck/kernel/fault";
import { type Id, idSchema, newId } from "@netcheck/kernel/id";
import { transaction } from "@netcheck/kernel/outbox";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { eq, gt } from "drizzle-orm";
import * as z from "zod";

import { driveAccount } from "./account.ts";
import { agent } from "./agent.sql.ts";
import type { AgentsCtx } from "./ctx.ts";
import { forgetPresence, lastSeen } from "./presence.ts";

export const AgentId = idSchema<"agent">();

const Name = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{C}]+$/u, "No control characters.");

export const CreateAgent = z.strictObject({
  name: Name,
  location: z
    .strictObject({
      country: z.string().regex(/^[A-Z]{2}$/, "An ISO 3166-1 code such as DE."),
      city: z.string().trim().min(1).max(64),
      asn: z.int().min(1).max(4_294_967_295),
      network: z.string().trim().min(1).max(128),
    })
    .partial()
    .default({}),
  tags: z.array(z.string().trim().min(1).max(64)).max(32).default([]),
});

export const ListAgents = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: AgentId.optional(),
});

/** The enrolment token is shown here once; only its hash is kept. */
export async function createAgent(ctx: AgentsCtx, input: z.output<typeof CreateAgent>) {
  requireScope(ctx, "agents:write");
  const createdAt = ctx.now();
  const id = newId<"agent">(createdAt);
  const enrollmentToken = newSecret("nce");
  const queue = `agent.${id}.${randomBytes(12).toString("hex")}`;
  const status = "setup" as const;
  const row = { id, ...input, status, queue, capabilities: [], createdAt };

  const created = await transaction(ctx, async (tx) => {
    const values = { ...row, enrollmentHash: hashSecret(enrollmentToken) };
    const [inserted] = await tx.insert(agent).values(values).onConflictDoNothing().returning();
    if (!inserted) throw conflict("agents.name_taken", "Another agent has this name.");
    await recordAudit(tx, ctx, "agent.created", id);
    return inserted;
  });
  return { ...view(created, null), enrollmentToken };
}

export async function getAgent(ctx: AgentsCtx, id: Id<"agent">) {
  requireScope(ctx, "agents:read");
  const [row] = await ctx.db.select().from(agent).where(eq(agent.id, id));
  if (!row) throw notFound("agent");
  const [seen] = await lastSeen(ctx, [row.id]);
  return view(row, seen ?? null);
}

/** In the order of creation; `nextCursor` is null on the last page. */
export async function listAgents(ctx: AgentsCtx, { limit, cursor }: z.output<typeof ListAgents>) {
  requireScope(ctx, "agents:read");
  const after = cursor && gt(agent.id, cursor);
  const rows = await ctx.db
    .select()
    .from(agent)
    .where(after)
    .orderBy(agent.id)
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const seen = await lastSeen(
    ctx,
    page.map((row) => row.id),
  );
  const items = page.map((row, i) => view(row, seen[i] ?? null));
  return { items, nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** Its credentials are worth nothing from here on, and its connections are closed. Safe to repeat. */
export async function revokeAgent(ctx: AgentsCtx, id: Id<"agent">) {
  requireScope(ctx, "agents:write");
  const gone = { enrollmentHash: null, secretHash: null, brokerPasswordHash: null };
  const row = await transaction(ctx, async (tx) => {
    const set = { status: "revoked" as const, ...gone };
    const [revoked] = await tx.update(agent).set(set).where(eq(agent.id, id)).returning();
    if (!revoked) throw notFound("agent");
    await recordAudit(tx, ctx, "agent.revoked", id);
    return revoked;
  });
  await driveAccount(ctx, row);
  await forgetPresence(ctx, id);
  return view(row, null);
}

/** Results keep their snapshot of the agent; its id is never used again. */
export async function deleteAgent(ctx: AgentsCtx, id: Id<"agent">) {
  requireScope(ctx, "agents:write");
  const row = await transaction(ctx, async (tx) => {
    const [deleted] = await tx.delete(agent).where(eq(agent.id, id)).returning();
    if (!deleted) throw notFound("agent");
    await recordAudit(tx, ctx, "agent.deleted", id);
    return deleted;
  });
  await driveAccount(ctx, { ...row, status: "revoked" });
  await forgetPresence(ctx, id);
}

function view(row: typeof agent.$inferSelect, seenAt: Date | null) {
  const { id, name, status, location, tags, capabilities, createdAt, registeredAt } = row;
  const { hostname, region, localIp, publicIp, version } = row;
  const facts = { hostname, region, localIp, publicIp, version, registeredAt };
  const lastSeenAt = seenAt ?? row.seenAt;
  return { id, name, status, location, tags, capabilities, ...facts, createdAt, lastSeenAt };
}
