import { brokerPasswordHash } from "@netcheck/kernel/broker";
import type { Tx } from "@netcheck/kernel/ctx";
import { unauthenticated } from "@netcheck/kernel/fault";
import { actAs, asStranger, requireActor, requireScope } from "@netcheck/kernel/guard";
import type { Id } from "@netcheck/kernel/id";
import { hashSecret, newSecret } from "@netcheck/kernel/secret";
import { transaction } from "@netcheck/kernel/transaction";
import { writing } from "@netcheck/kernel/writing";
import type { AgentSession, Register } from "@netcheck/wire/registration";
import { and, eq, ne, sql } from "drizzle-orm";

import { driveAccount } from "./account.ts";
import { agent, agentSecret } from "./agent.sql.ts";
import { createAgent, viewAgent } from "./agent.ts";
import { changeAgent, whenChanged } from "./change.ts";
import type { ActingAgent, AgentsCtx } from "./ctx.ts";
import { nameKey } from "./name.ts";
import { arrive } from "./presence.ts";
import { AGENT_SECRET_PREFIX, newPassword, viewSession } from "./secret.ts";

const DENIED = "This enrolment token is unknown or already spent.";

/** A new enrolment token, in place of one that was not spent; the secret in use works until the one it buys is. */
export async function enrolAgent(ctx: AgentsCtx, id: Id<"agent">) {
  const acting = requireScope(ctx, "agents:write");
  const enrollmentToken = newSecret("nce");
  const set = { enrollmentHash: hashSecret(enrollmentToken) };
  const { row } = await transaction(acting, whenChanged("agent.enrolled"), (tx) =>
    changeAgent(tx, { id, set }),
  );
  return { ...viewAgent(row, null), enrollmentToken };
}

/**
 * Buys a secret for an enrolment token. The token is spent by the secret's first use; until then
 * registering again replaces the secret, so a lost answer costs nothing.
 */
export async function registerAgent(ctx: AgentsCtx, input: Register): Promise<AgentSession> {
  const { token, ...facts } = input;
  const { db } = asStranger(ctx);
  const bought = eq(agent.enrollmentHash, hashSecret(token));
  const [buyer] = await db.select({ id: agent.id }).from(agent).where(bought);
  if (!buyer) throw unauthenticated(DENIED);
  const acting = actAs(ctx, { type: "agent", agentId: buyer.id });
  const secret = newSecret(AGENT_SECRET_PREFIX);
  const password = newPassword();
  const set = {
    ...facts,
    brokerPasswordHash: brokerPasswordHash(password),
    registeredAt: acting.now(),
  };
  const audit = { action: "agent.registered", subjectId: buyer.id } as const;
  const row = await transaction(acting, audit, async (tx) => {
    const [registered] = await tx.update(agent).set(set).where(bought).returning();
    if (!registered) throw unauthenticated(DENIED);
    await buySecret(tx, registered.id, secret);
    return registered;
  });
  await driveAccount(acting, row);
  await activate(acting, row);
  return { ...viewSession(acting, row, password), agentSecret: secret };
}

/** A fresh enrolment token for the agent of this name, made if there is none; none for a revoked one. */
export async function enrolByName(ctx: AgentsCtx, name: string) {
  const acting = requireActor(ctx, "system");
  const token = newSecret("nce");
  const set = { enrollmentHash: hashSecret(token) };
  const named = eq(agent.nameKey, nameKey(name));
  const welcome = and(named, ne(agent.status, "revoked"));
  const [renewed] = await writing(acting).update(agent).set(set).where(welcome).returning();
  if (renewed) return token;
  const [revoked] = await acting.db.select().from(agent).where(named);
  if (revoked) return undefined;
  const { enrollmentToken } = await createAgent(acting, { name, location: {}, tags: [] });
  return enrollmentToken;
}

/** In place of the one that was bought before and not used. */
async function buySecret(tx: Tx, agentId: Id<"agent">, secret: string) {
  const hash = hashSecret(secret);
  const target = [agentSecret.agentId, agentSecret.state];
  const targetWhere = sql`${agentSecret.state} <> 'rotated'`;
  await tx
    .insert(agentSecret)
    .values({ hash, agentId, state: "bought" })
    .onConflictDoUpdate({ target, targetWhere, set: { hash } });
}

async function activate(acting: ActingAgent, { id }: typeof agent.$inferSelect) {
  const first = and(eq(agent.id, id), eq(agent.status, "setup"));
  const set = { status: "active", seenAt: acting.now() } as const;
  await writing(acting).update(agent).set(set).where(first);
  await arrive(acting, id);
}
