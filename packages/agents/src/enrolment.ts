import { randomBytes } from "node:crypto";

import { recordAudit } from "@netcheck/identity/audit";
import { brokerPasswordHash, brokerUsername } from "@netcheck/kernel/broker";
import { type Actor, requireActor } from "@netcheck/kernel/ctx";
import { unauthenticated } from "@netcheck/kernel/fault";
import { transaction } from "@netcheck/kernel/outbox";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import type { AgentSession, Register } from "@netcheck/wire/registration";
import { and, eq, isNotNull, ne } from "drizzle-orm";

import { driveAccount } from "./account.ts";
import { agent } from "./agent.sql.ts";
import { createAgent } from "./agent.ts";
import type { AgentsCtx } from "./ctx.ts";
import { arrive } from "./presence.ts";

export const AGENT_SECRET_PREFIX = "ncs";

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
    secretHash: hashSecret(agentSecret),
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
  return { ...session(ctx, row, password), agentSecret };
}

/** The broker block again, with a fresh password: at each start, and when the broker refuses. */
export async function openAgentSession(ctx: AgentsCtx): Promise<AgentSession> {
  const { agentId } = requireActor(ctx, "agent");
  const password = newPassword();
  const set = { brokerPasswordHash: brokerPasswordHash(password) };
  const live = and(eq(agent.id, agentId), isNotNull(agent.secretHash));
  const [row] = await ctx.db.update(agent).set(set).where(live).returning();
  if (!row) throw unauthenticated("This agent was revoked.");
  await driveAccount(ctx, row);
  return session(ctx, row, password);
}

/** Which agent a secret belongs to; its first use spends the enrolment token that bought it. */
export async function authenticateAgent(
  ctx: Pick<AgentsCtx, "db">,
  secret: string,
): Promise<Actor> {
  const mine = eq(agent.secretHash, hashSecret(secret));
  const [row] = await ctx.db.select().from(agent).where(mine);
  if (!row) throw unauthenticated("This agent secret is unknown or revoked.");
  if (row.enrollmentHash) await ctx.db.update(agent).set({ enrollmentHash: null }).where(mine);
  return { type: "agent", agentId: row.id };
}

/** A fresh enrolment token for the agent of this name, made if there is none; none for a revoked one. */
export async function enrolByName(ctx: AgentsCtx, name: string) {
  requireActor(ctx, "system");
  const token = newSecret("nce");
  const set = { enrollmentHash: hashSecret(token) };
  const welcome = and(eq(agent.name, name), ne(agent.status, "revoked"));
  const [renewed] = await ctx.db.update(agent).set(set).where(welcome).returning();
  if (renewed) return token;
  const [revoked] = await ctx.db.select().from(agent).where(eq(agent.name, name));
  if (revoked) return undefined;
  const { enrollmentToken } = await createAgent(ctx, { name, location: {}, tags: [] });
  return enrollmentToken;
}

async function activate(ctx: AgentsCtx, { id }: typeof agent.$inferSelect) {
  const first = and(eq(agent.id, id), eq(agent.status, "setup"));
  await ctx.db.update(agent).set({ status: "active", seenAt: ctx.now() }).where(first);
  await arrive(ctx, id);
}

function session(ctx: AgentsCtx, row: typeof agent.$inferSelect, password: string): AgentSession {
  return {
    agentId: row.id,
    serverTime: ctx.now().toISOString(),
    heartbeatIntervalSeconds: ctx.heartbeatIntervalSeconds,
    broker: {
      ...ctx.agentBroker,
      username: brokerUsername(row.id),
      password,
      requestQueue: row.queue,
    },
  };
}

function newPassword() {
  return randomBytes(32).toString("base64url");
}
