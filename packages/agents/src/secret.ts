import { randomBytes } from "node:crypto";

import { brokerPasswordHash, brokerUsername } from "@netcheck/kernel/broker";
import type { Actor, Ctx, Tx } from "@netcheck/kernel/ctx";
import { conflict, unauthenticated } from "@netcheck/kernel/fault";
import { actAs, asStranger, requireActor, requireScope } from "@netcheck/kernel/guard";
import type { Id } from "@netcheck/kernel/id";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { transaction } from "@netcheck/kernel/transaction";
import { formatNetworks } from "@netcheck/wire/address";
import type { AgentSession } from "@netcheck/wire/registration";
import { and, desc, eq, inArray, isNotNull, isNull, ne } from "drizzle-orm";

import { driveAccount } from "./account.ts";
import { agent, agentSecret } from "./agent.sql.ts";
import { viewNow } from "./agent.ts";
import { changeAgent, whenChanged } from "./change.ts";
import type { ActingAgent, AgentsCtx } from "./ctx.ts";

export const AGENT_SECRET_PREFIX = "ncs";

/**
 * Which agent a secret belongs to. The first use of a new one makes it the secret: the one before it
 * is worth nothing from here on, and the enrolment token that bought it is spent.
 */
export async function authenticateAgent(ctx: Ctx, secret: string): Promise<Actor> {
  const is = eq(agentSecret.hash, hashSecret(secret));
  const { db } = asStranger(ctx);
  const [known] = await db.select().from(agentSecret).where(is);
  if (!known) throw unauthenticated("This agent secret is unknown or revoked.");
  const { agentId, state } = known;
  const acting = actAs(ctx, { type: "agent", agentId });
  const { actor } = acting;
  if (state === "in_use" || (await takeUp(acting, known))) return actor;
  const used = and(is, eq(agentSecret.state, "in_use"));
  const [twin] = await db.select().from(agentSecret).where(used);
  if (!twin) throw unauthenticated("This agent secret was replaced.");
  return actor;
}

/** The agent's next session hands out its next secret; the old one works until that is first used. Safe to repeat. */
export async function rotateAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:write");
  const set = { rotateAskedAt: acting.now() };
  const where = and(isNull(agent.rotateAskedAt), isNotNull(agent.registeredAt));
  const { row } = await transaction(acting, whenChanged("agent.rotated"), (tx) =>
    changeAgent(tx, { id, set, where }),
  );
  if (!row.registeredAt) {
    throw conflict("agents.not_registered", "This agent has no secret yet that could be rotated.");
  }
  return await viewNow(acting, row);
}

/**
 * The broker block again, with a fresh password: at each start, and when the broker refuses. While a
 * rotation is asked for, also a new secret; of several handed out, whichever is used first is it.
 */
export async function openAgentSession(ctx: AgentsCtx): Promise<AgentSession> {
  const acting = requireActor(ctx, "agent");
  const { agentId } = acting.actor;
  const password = newPassword();
  const secret = newSecret(AGENT_SECRET_PREFIX);
  const set = { brokerPasswordHash: brokerPasswordHash(password) };
  const live = and(eq(agent.id, agentId), ne(agent.status, "revoked"));
  const row = await transaction(acting, async (tx) => {
    const [opened] = await tx.update(agent).set(set).where(live).returning();
    if (!opened) throw unauthenticated("This agent was revoked.");
    if (opened.rotateAskedAt) await handOut(tx, agentId, secret);
    return opened;
  });
  await driveAccount(acting, row);
  const session = viewSession(acting, row, password);
  return row.rotateAskedAt ? { ...session, agentSecret: secret } : session;
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

/** An answer may be lost or overtaken by the next: the last four asked for all work. */
async function handOut(tx: Tx, agentId: Id<"agent">, secret: string) {
  await tx.insert(agentSecret).values({ hash: hashSecret(secret), agentId, state: "rotated" });
  const { hash, position } = agentSecret;
  const handed = and(eq(agentSecret.agentId, agentId), eq(agentSecret.state, "rotated"));
  const older = tx
    .select({ hash })
    .from(agentSecret)
    .where(handed)
    .orderBy(desc(position))
    .offset(4);
  await tx.delete(agentSecret).where(inArray(hash, older));
}

/** Makes a new secret the one in use; false if it is none any more. */
async function takeUp(
  acting: ActingAgent<Ctx>,
  { hash, agentId }: typeof agentSecret.$inferSelect,
) {
  const mine = eq(agent.id, agentId);
  const unused = and(eq(agentSecret.hash, hash), ne(agentSecret.state, "in_use"));
  const outdone = and(eq(agentSecret.agentId, agentId), ne(agentSecret.state, "bought"));
  const audit = (isOurs: boolean) =>
    isOurs && { action: "agent.secret_taken_up" as const, subjectId: agentId };
  return await transaction(acting, audit, async (tx) => {
    await tx.select({ id: agent.id }).from(agent).where(mine).for("update");
    const [taken] = await tx.delete(agentSecret).where(unused).returning();
    if (!taken) return false;
    await tx.delete(agentSecret).where(outdone);
    await tx.insert(agentSecret).values({ hash, agentId, state: "in_use" });
    const spent = taken.state === "bought" ? { enrollmentHash: null } : { rotateAskedAt: null };
    await tx.update(agent).set(spent).where(mine);
    return true;
  });
}
