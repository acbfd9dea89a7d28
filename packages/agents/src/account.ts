import { type BrokerAccount, brokerUsername } from "@netcheck/kernel/broker";
import { unavailable } from "@netcheck/kernel/fault";
import { requireActor } from "@netcheck/kernel/guard";
import { within } from "@netcheck/kernel/time";
import { and, eq, isNotNull, ne } from "drizzle-orm";

import { agent } from "./agent.sql.ts";
import type { AgentsCtx } from "./ctx.ts";

const LIMIT_MS = 10_000;
const MOST_TRIES = 5;

type Row = Pick<typeof agent.$inferSelect, "id" | "queue" | "brokerPasswordHash" | "status">;

/** Drives the broker to what the rows say: the schedule, each local start, and after an emptied broker. */
export async function reconcileBroker(ctx: AgentsCtx) {
  const wanted = and(isNotNull(agent.brokerPasswordHash), ne(agent.status, "revoked"));
  const { brokerAdmin, db } = requireActor(ctx, "system");
  await brokerAdmin.reconcile(async () => {
    const rows = await db.select().from(agent).where(wanted);
    return rows.flatMap((row) => accountOf(row) ?? []);
  });
}

/**
 * Drives the broker to what one row says, or fails with `agents.broker_unavailable`. Looks at the row
 * again when done: what overtook us, a revocation above all, must not be undone by us.
 */
export async function driveAccount(ctx: Pick<AgentsCtx, "brokerAdmin" | "db">, row: Row) {
  let driven = row;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await drive(ctx, driven);
    const [now] = await ctx.db.select().from(agent).where(eq(agent.id, row.id));
    const wanted: Row = now ?? { ...row, status: "revoked" };
    if (accountOf(wanted)?.passwordHash === accountOf(driven)?.passwordHash) return;
    driven = wanted;
  }
}

async function drive({ brokerAdmin }: Pick<AgentsCtx, "brokerAdmin">, row: Row) {
  const account = accountOf(row);
  const work = account
    ? brokerAdmin.ensureAccount(account)
    : brokerAdmin.removeAccount({ username: brokerUsername(row.id), queue: row.queue });
  try {
    await within(LIMIT_MS, work);
  } catch (error) {
    const detail = "The broker does not answer. What you asked is kept and will be carried out.";
    throw unavailable("agents.broker_unavailable", detail, error);
  }
}

function accountOf({ id, queue, brokerPasswordHash, status }: Row): BrokerAccount | undefined {
  if (!brokerPasswordHash || status === "revoked") return undefined;
  return { agentId: id, username: brokerUsername(id), passwordHash: brokerPasswordHash, queue };
}
