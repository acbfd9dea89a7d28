import { agent, agentSecret } from "@netcheck/agents/agent.sql";
import { recordHeartbeats } from "@netcheck/agents/presence";
import type { App } from "@netcheck/api/app";
import type { Platform } from "@netcheck/api/ctx-for";
import type { Id } from "@netcheck/kernel/id";
import { eq } from "drizzle-orm";
import { hc } from "hono/client";
import { beforeAll, expect } from "vitest";

import { actionsOf } from "./audited.ts";
import { describedApp } from "./described.ts";
import { useWorld } from "./world.ts";

/** What an agent says of itself when it registers. */
export const FACTS = { hostname: "host-1", version: "1.0.0", capabilities: ["http", "tcp"] };

/** A world with an operator in it, and the shorthand of agents' tests. */
export function useFleet() {
  const world = useWorld();
  let token = "";
  const signIn = async () => {
    token = await world().tokenOf("operator");
  };
  beforeAll(signIn);

  const agents = (as = token, platform = world().platform) => agentsOf(platform, as);
  const create = async (name: string) => {
    const response = await agents().$post({ json: { name, location: { country: "DE" } } });
    expect(response.status).toBe(201);
    return await response.json();
  };
  const register = (enrollmentToken: string, platform?: Platform) =>
    agents("", platform).register.$post({ json: { token: enrollmentToken, ...FACTS } });
  const registered = async (name: string) => {
    const created = await create(name);
    const response = await register(created.enrollmentToken);
    expect(response.status).toBe(200);
    const { agentSecret = "", ...answer } = await response.json();
    return { ...created, ...answer, agentSecret };
  };

  return {
    world,
    /** Anew, as after Redis was emptied or the token expired. */
    signIn,
    agents,
    create,
    register,
    registered,
    session: (secret: string, platform?: Platform) => agents(secret, platform).session.$post(),
    /** A registered agent that has used its secret. */
    settled: async (name: string) => {
      const made = await registered(name);
      expect((await agents(made.agentSecret).session.$post()).status).toBe(200);
      return made;
    },
    get: async (id: string) => await (await agents()[":id"].$get({ param: { id } })).json(),
    rowOf: async (id: string) => {
      const mine = eq(agent.id, id as Id<"agent">);
      const [row] = await world().platform.db.select().from(agent).where(mine);
      return row;
    },
    /** The states of its secrets. */
    secretsOf: async (id: string) => {
      const mine = eq(agentSecret.agentId, id as Id<"agent">);
      const rows = await world().platform.db.select().from(agentSecret).where(mine);
      return rows.map(({ state }) => state).toSorted();
    },
    /** What was audited of it, oldest first. */
    audited: (id: string) => actionsOf(world().platform.db, id),
    accounts: () => world().brokerAdmin.accounts(),
    beat: (agentId: string, version = "1.0.0") =>
      recordHeartbeats(world().system(), [delivered(agentId, world().platform.now(), { version })]),
  };
}

/** A beat as the worker passes it on; the agent's own clock stands at `at`. */
export function delivered(
  agentId: string,
  receivedAt: Date,
  { version = "1.0.0", at = "2000-01-01T00:00:00Z" } = {},
) {
  const said = { v: 1 as const, at, version, load: 0, running: 0, capabilities: ["http"] };
  return { agentId, receivedAt: receivedAt.toISOString(), heartbeat: said };
}

function agentsOf(platform: Platform, token: string) {
  const app = describedApp(platform);
  return hc<App>("http://netcheck.test", {
    fetch: app.request,
    headers: token === "" ? {} : { authorization: `Bearer ${token}` },
  }).api.v1.agents;
}
