import { createAgent, CreateAgent } from "@netcheck/agents/agent";
import { agent } from "@netcheck/agents/agent.sql";
import { recordDeliveries } from "@netcheck/checks/delivery";
import type { ResultDelivery } from "@netcheck/wire/delivery";
import { type CheckResponse, CheckType } from "@netcheck/wire/message";
import { eq } from "drizzle-orm";

import type { useWorld } from "./world.ts";

type Opened = ReturnType<ReturnType<typeof useWorld>>;
type Response = Extract<ResultDelivery, { kind: "response" }>;

/** Active agents that can do everything, each in the city and with the tag of its name. */
export async function addAgents(world: Opened, ...names: string[]) {
  const { db } = world.platform;
  const added: { id: string; name: string }[] = [];
  for (const name of names) {
    const asked = { name, location: { country: "DE", city: name }, tags: [name] };
    const { id } = await createAgent(world.system(), CreateAgent.parse(asked));
    const able = { status: "active" as const, capabilities: [...CheckType.options] };
    await db.update(agent).set(able).where(eq(agent.id, id));
    added.push({ id, name });
  }
  return added;
}

export async function removeAgents(world: Opened) {
  await world.platform.db.delete(agent);
}

/** What the worker hands over of an answer that came now. */
export function delivery(world: Opened, agentId: string, response: CheckResponse): Response {
  const receivedAt = world.platform.now().toISOString();
  return { kind: "response", agentId, receivedAt, requestId: "request-of-test", response };
}

/** The answer of an agent that got what it asked for. */
export function answer(world: Opened, checkId: string, agentId: string, more: object = {}) {
  return delivery(world, agentId, {
    ...head(world, checkId),
    status: "finished",
    durationMs: 12.5,
    result: { resolvedAddress: "192.0.2.1", ...more },
  });
}

/** The answer of an agent that something stood in the way of. */
export function failure(
  world: Opened,
  checkId: string,
  agentId: string,
  failureSource: Extract<CheckResponse, { status: "failed" }>["failureSource"] = "target",
) {
  return delivery(world, agentId, {
    ...head(world, checkId),
    status: "failed",
    durationMs: 3.5,
    failureSource,
    failedPhase: "tcp",
    error: { code: "refused", message: "Refused." },
    result: { timings: { total: 99 } },
  });
}

function head(world: Opened, id: string) {
  return { v: 1 as const, id, startedAt: world.platform.now().toISOString() };
}

export const deliver = (world: Opened, ...deliveries: ResultDelivery[]) =>
  recordDeliveries(world.system(), deliveries);
