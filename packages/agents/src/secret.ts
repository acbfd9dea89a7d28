import { randomBytes } from "node:crypto";

import { brokerPasswordHash, brokerUsername } from "@netcheck/kernel/broker";
import type { Actor, Ctx } from "@netcheck/kernel/ctx";
import { conflict, unauthenticated } from "@netcheck/kernel/fault";
import {
  type Acting,
  actAs,
  type ActorOf,
  asStranger,
  requireActor,
  requireScope,
} from "@netcheck/kernel/guard";
import type { Id } from "@netcheck/kernel/id";
import { transaction } from "@netcheck/kernel/outbox";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { writing } from "@netcheck/kernel/writing";
import { formatNetworks } from "@netcheck/wire/address";
import type { AgentSession } from "@netcheck/wire/registration";
import { and, arrayContains, eq, isNotNull, isNull, or, sql } from "drizzle-orm";

import { driveAccount } from "./account.ts";
import { agent } from "./agent.sql.ts";
import { viewNow } from "./agent.ts";
import { changeAgent, whenChanged } from "./change.ts";
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
  const { db } = asStranger(ctx);
  const [row] = await db.select({ id, secretHash }).from(agent).where(opens);
  if (!row) throw unauthenticated("This agent secret is unknown or revoked.");
  const acting = actAs(ctx, { type: "agent", agentId: row.id });
  const { actor } = acting;
  if (row.secretHash === hash || (await takeUp(acting, hash))) return actor;
  const [twin] = await db.select({ id }).from(agent).where(used);
  if (!twin) throw unauthenticated("This agent secret was replaced.");
  return actor;
}

/** The agent's next session hands out its next secret; the old one works until that is first used. Safe to repeat. */
export async function rotateAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:write");
  const set = { rotateAskedAt: ctx.now() };
  const where = and(isNull(agent.rotateAskedAt), isNotNull(agent.registeredAt));
  const { row } = await transaction(acting, whenChanged("agent.rotated"), (tx) =>
    changeAgent(tx, { id, set, where }),
  );
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
  const acting = requireActor(ctx, "agent");
  const { agentId } = acting.actor;
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
  const [row] = await writing(acting).update(agent).set(set).where(live).returning();
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
async function takeUp(acting: Acting<Ctx, ActorOf<"agent">>, hash: string) {
  const { agentId: id } = acting.actor;
  const mine = eq(agent.id, id);
  const rotated = arrayContains(agent.rotatedHashes, [hash]);
  const bought = eq(agent.boughtHash, hash);
  const taken = { secretHash: hash, rotatedHashes: [] };
  const byRotation = { ...taken, rotateAskedAt: null };
  const byToken = { ...taken, boughtHash: null, enrollmentHash: null };
  const audit = (isOurs: boolean) =>
    isOurs && { action: "agent.secret_taken_up" as const, subjectId: id };
  return await transaction(acting, audit, async (tx) => {
    const rotation = tx.update(agent).set(byRotation).where(and(mine, rotated)).returning();
    const purchase = tx.update(agent).set(byToken).where(and(mine, bought)).returning();
    const [row] = [...(await rotation), ...(await purchase)];
    return row !== undefined;
  });
}
