import { randomBytes } from "node:crypto";

import { recordAudit } from "@netcheck/identity/audit";
import { brokerPasswordHash, brokerUsername } from "@netcheck/kernel/broker";
import { type Actor, type Ctx, requireActor, requireScope } from "@netcheck/kernel/ctx";
import { conflict, unauthenticated } from "@netcheck/kernel/fault";
import type { Id } from "@netcheck/kernel/id";
import { transaction } from "@netcheck/kernel/outbox";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { formatNetworks } from "@netcheck/wire/address";
import type { AgentSession } from "@netcheck/wire/registration";
import { and, arrayContains, eq, isNotNull, isNull, or, sql } from "drizzle-orm";

import { driveAccount } from "./account.ts";
import { agent } from "./agent.sql.ts";
import { viewNow } from "./agent.ts";
import { changeAgent } from "./change.ts";
import type { AgentsCtx } from "./ctx.ts";

export const AGENT_SECRET_PREFIX = "ncs";

/**
 * Which agent a secret belongs to. The first use of a new one makes it the secret: the one before it
 * is worth nothing from here on, and the enrolment token that bought it is spent.
 */
export async function authenticateAgent(ctx: Ctx, secret: string): Promise<Actor> {
  const hash = hashSecret(secret);
  const used = eq(agent.secretHash, hash);
  const opens = or(used, eq(agent.boughtHash, hash), arrayContains(agent.rotatedHashes, [hash]));
  const { id, secretHash } = agent;
  const [row] = await ctx.db.select({ id, secretHash }).from(agent).where(opens);
  if (!row) throw unauthenticated("This agent secret is unknown or revoked.");
  const actor: Actor = { type: "agent", agentId: row.id };
  if (row.secretHash === hash || (await takeUp({ ...ctx, actor }, row.id, hash))) return actor;
  const [twin] = await ctx.db.select({ id }).from(agent).where(used);
  if (!twin) throw unauthenticated("This agent secret was replaced.");
  return actor;
}

/** The agent's next session hands out its next secret; the old one works until that is first used. Safe to repeat. */
export async function rotateAgent(ctx: AgentsCtx, id: Id<"agent">) {
  requireScope(ctx, "agents:write");
  const set = { rotateAskedAt: ctx.now() };
  const where = and(isNull(agent.rotateAskedAt), isNotNull(agent.registeredAt));
  const change = { id, action: "agent.rotated", set, where } as const;
  const row = await transaction(ctx, (tx) => changeAgent(tx, ctx, change));
  if (!row.registeredAt) {
    throw conflict("agents.not_registered", "This agent has no secret yet that could be rotated.");
  }
  return await viewNow(ctx, row);
}

/**
 * The broker block again, with a fresh password: at each start, and when the broker refuses. While a
 * rotation is asked for, also a new secret; of several handed out, whichever is used first is it.
 */
export async function openAgentSession(ctx: AgentsCtx): Promise<AgentSession> {
  const { agentId } = requireActor(ctx, "agent");
  const password = newPassword();
  const agentSecret = newSecret(AGENT_SECRET_PREFIX);
  const handed = sql`(array_append(${agent.rotatedHashes}, ${hashSecret(agentSecret)}))`;
  // An answer may be lost or overtaken by the next; the last four asked for all work.
  const lastFour = sql`${handed}[cardinality(${agent.rotatedHashes}) - 2:]`;
  const set = {
    brokerPasswordHash: brokerPasswordHash(password),
    rotatedHashes: sql`case when ${agent.rotateAskedAt} is null then ${agent.rotatedHashes} else ${lastFour} end`,
  };
  const live = and(eq(agent.id, agentId), isNotNull(agent.secretHash));
  const [row] = await ctx.db.update(agent).set(set).where(live).returning();
  if (!row) throw unauthenticated("This agent was revoked.");
  await driveAccount(ctx, row);
  const session = viewSession(ctx, row, password);
  return row.rotateAskedAt ? { ...session, agentSecret } : session;
}

/** What an agent needs to connect; the password is known to it alone. */
export function viewSession(
  ctx: AgentsCtx,
  row: typeof agent.$inferSelect,
  password: string,
): AgentSession {
  return {
    agentId: row.id,
    serverTime: ctx.now().toISOString(),
    heartbeatIntervalSeconds: ctx.heartbeatIntervalSeconds,
    ...(ctx.agentAllow && { allow: formatNetworks(ctx.agentAllow) }),
    broker: {
      ...ctx.agentBroker,
      username: brokerUsername(row.id),
      password,
      requestQueue: row.queue,
    },
  };
}

export function newPassword() {
  return randomBytes(32).toString("base64url");
}

/** Makes a new secret the one in use; false if it is none any more. */
async function takeUp(ctx: Ctx, id: Id<"agent">, hash: string) {
  const mine = eq(agent.id, id);
  const rotated = arrayContains(agent.rotatedHashes, [hash]);
  const bought = eq(agent.boughtHash, hash);
  const taken = { secretHash: hash, rotatedHashes: [] };
  const byRotation = { ...taken, rotateAskedAt: null };
  const byToken = { ...taken, boughtHash: null, enrollmentHash: null };
  return await transaction(ctx, async (tx) => {
    const rotation = tx.update(agent).set(byRotation).where(and(mine, rotated)).returning();
    const purchase = tx.update(agent).set(byToken).where(and(mine, bought)).returning();
    const [row] = [...(await rotation), ...(await purchase)];
    if (row) await recordAudit(tx, ctx, "agent.secret_taken_up", id);
    return row !== undefined;
  });
}
