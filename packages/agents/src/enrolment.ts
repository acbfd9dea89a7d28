import { recordAudit } from "@netcheck/identity/audit";
import { brokerPasswordHash } from "@netcheck/kernel/broker";
import { type Actor, requireActor, requireScope } from "@netcheck/kernel/ctx";
import { unauthenticated } from "@netcheck/kernel/fault";
import type { Id } from "@netcheck/kernel/id";
import { transaction } from "@netcheck/kernel/outbox";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import type { AgentSession, Register } from "@netcheck/wire/registration";
import { and, eq, ne } from "drizzle-orm";

import { driveAccount } from "./account.ts";
import { agent } from "./agent.sql.ts";
import { createAgent, viewAgent } from "./agent.ts";
import { changeAgent } from "./change.ts";
import type { AgentsCtx } from "./ctx.ts";
import { nameKey } from "./name.ts";
import { arrive } from "./presence.ts";
import { AGENT_SECRET_PREFIX, newPassword, viewSession } from "./secret.ts";

/** A new enrolment token, in place of one that was not spent; the secret in use works until the one it buys is. */
export async function enrolAgent(ctx: AgentsCtx, id: Id<"agent">) {
  requireScope(ctx, "agents:write");
  const enrollmentToken = newSecret("nce");
  const set = { enrollmentHash: hashSecret(enrollmentToken) };
  const change = { id, action: "agent.enrolled", set } as const;
  const row = await transaction(ctx, (tx) => changeAgent(tx, ctx, change));
  return { ...viewAgent(row, null), enrollmentToken };
}

/**
 * Buys a secret for an enrolment token. The token is spent by the secret's first use; until then
 * registering again replaces the secret, so a lost answer costs nothing.
 */
export async function registerAgent(ctx: AgentsCtx, input: Register): Promise<AgentSession> {
  const { token, ...facts } = input;
  const agentSecret = newSecret(AGENT_SECRET_PREFIX);
  const password = newPassword();
  const set = {
    ...facts,
    boughtHash: hashSecret(agentSecret),
    brokerPasswordHash: brokerPasswordHash(password),
    registeredAt: ctx.now(),
  };
  const row = await transaction(ctx, async (tx) => {
    const bought = eq(agent.enrollmentHash, hashSecret(token));
    const [registered] = await tx.update(agent).set(set).where(bought).returning();
    if (!registered) throw unauthenticated("This enrolment token is unknown or already spent.");
    const actor: Actor = { type: "agent", agentId: registered.id };
    await recordAudit(tx, { ...ctx, actor }, "agent.registered", registered.id);
    return registered;
  });
  await driveAccount(ctx, row);
  await activate(ctx, row);
  return { ...viewSession(ctx, row, password), agentSecret };
}

/** A fresh enrolment token for the agent of this name, made if there is none; none for a revoked one. */
export async function enrolByName(ctx: AgentsCtx, name: string) {
  requireActor(ctx, "system");
  const token = newSecret("nce");
  const set = { enrollmentHash: hashSecret(token) };
  const named = eq(agent.nameKey, nameKey(name));
  const welcome = and(named, ne(agent.status, "revoked"));
  const [renewed] = await ctx.db.update(agent).set(set).where(welcome).returning();
  if (renewed) return token;
  const [revoked] = await ctx.db.select().from(agent).where(named);
  if (revoked) return undefined;
  const { enrollmentToken } = await createAgent(ctx, { name, location: {}, tags: [] });
  return enrollmentToken;
}

async function activate(ctx: AgentsCtx, { id }: typeof agent.$inferSelect) {
  const first = and(eq(agent.id, id), eq(agent.status, "setup"));
  await ctx.db.update(agent).set({ status: "active", seenAt: ctx.now() }).where(first);
  await arrive(ctx, id);
}
