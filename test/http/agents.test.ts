import { reconcileBroker } from "@netcheck/agents/account";
import { agent } from "@netcheck/agents/agent.sql";
import { enrolByName } from "@netcheck/agents/enrolment";
import { recordHeartbeats, sweepAgents } from "@netcheck/agents/presence";
import { audit } from "@netcheck/identity/identity.sql";
import type { Id } from "@netcheck/kernel/id";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { useWorld } from "../support/world.ts";

const FACTS = { hostname: "host-1", version: "1.0.0", capabilities: ["http", "tcp"] };

describe("agents", () => {
  const world = useWorld();
  let token = "";
  beforeAll(async () => {
    token = await world().tokenOf("operator");
  });

  const agents = (as = token) => world().client(as).api.v1.agents;
  const create = async (name: string) => {
    const response = await agents().$post({ json: { name, location: { country: "DE" } } });
    expect(response.status).toBe(201);
    return await response.json();
  };
  const register = (enrollmentToken: string) =>
    world()
      .client()
      .api.v1.agents.register.$post({ json: { token: enrollmentToken, ...FACTS } });
  const session = (secret: string) => agents(secret).session.$post();
  const get = async (id: string) => await (await agents()[":id"].$get({ param: { id } })).json();
  const rowOf = async (id: string) => {
    const mine = eq(agent.id, id as Id<"agent">);
    const [row] = await world().platform.db.select().from(agent).where(mine);
    return row;
  };
  const accounts = () => world().brokerAdmin.accounts;
  const beat = (agentId: string, version = "1.0.0") =>
    recordHeartbeats(world().system(), [
      {
        agentId,
        receivedAt: world().platform.now().toISOString(),
        heartbeat: {
          v: 1,
          at: "2000-01-01T00:00:00Z",
          version,
          load: 0,
          running: 0,
          capabilities: ["http"],
        },
      },
    ]);
  const registered = async (name: string) => {
    const created = await create(name);
    const response = await register(created.enrollmentToken);
    expect(response.status).toBe(200);
    return { ...created, ...(await response.json()) };
  };

  it("[AGT-1] NC-B-10 the enrolment token is shown once and kept as a hash", async () => {
    const created = await create("shown-once");
    expect(created).toMatchObject({ status: "setup", location: { country: "DE" }, tags: [] });
    expect(created.enrollmentToken).toMatch(/^nce_[\w-]{43}$/);
    expect(JSON.stringify(await rowOf(created.id))).not.toContain(created.enrollmentToken);
    expect(await get(created.id)).not.toHaveProperty("enrollmentToken");
    const { items } = await (await agents().$get({ query: {} })).json();
    expect(JSON.stringify(items)).not.toMatch(/nce_|ncs_|Hash/);
    const [row] = await world()
      .platform.db.select()
      .from(audit)
      .where(eq(audit.subjectId, created.id));
    expect(row).toMatchObject({ action: "agent.created", actor: { type: "person" } });
  });

  it("[AGT-2] NC-B-11 NC-B-12 a taken name is 409; a look-alike is another agent", async () => {
    const first = await registered("a-b");
    const before = accounts().get(first.broker.username);
    expect((await agents().$post({ json: { name: "a-b" } })).status).toBe(409);
    const other = await registered("a_b");
    expect(other.broker.username).not.toBe(first.broker.username);
    expect(accounts().get(first.broker.username)).toEqual(before);
    expect((await session(first.agentSecret ?? "")).status).toBe(200);
  });

  it("[AGT-3] NC-B-14 registering gives what an agent needs, and it is active", async () => {
    const agentOne = await registered("registers");
    expect(agentOne).toMatchObject({
      agentId: agentOne.id,
      heartbeatIntervalSeconds: 30,
      serverTime: world().platform.now().toISOString(),
      broker: {
        host: "broker.test",
        port: 5672,
        tls: false,
        vhost: "agents_vhost",
        responseExchange: "agent_responses",
      },
    });
    expect(agentOne.agentSecret).toMatch(/^ncs_[\w-]{43}$/);
    expect(agentOne.broker.requestQueue).toMatch(
      new RegExp(`^agent\\.${agentOne.id}\\.[0-9a-f]{24}$`),
    );
    expect(accounts().get(agentOne.broker.username)?.queue).toBe(agentOne.broker.requestQueue);
    expect(await get(agentOne.id)).toMatchObject({ ...FACTS, status: "active" });
  });

  it("[AGT-4] NC-B-13 an unknown token is 401 and leaves no trace", async () => {
    const before = accounts().size;
    const response = await register("nce_unknown");
    expect(response.status).toBe(401);
    expect(accounts().size).toBe(before);
  });

  it("[AGT-5] a token is spent by the first use of its secret, not before", async () => {
    const { id, enrollmentToken } = await create("spends");
    const first = await (await register(enrollmentToken)).json();
    const second = await (await register(enrollmentToken)).json();
    expect((await session(first.agentSecret ?? "")).status).toBe(401);
    expect((await session(second.agentSecret ?? "")).status).toBe(200);
    expect((await register(enrollmentToken)).status).toBe(401);
    expect((await rowOf(id))?.enrollmentHash).toBeNull();
  });

  it("[AGT-6] NC-B-19 without the broker registering is 503, and the token stays good", async () => {
    const { id, enrollmentToken } = await create("broker-away");
    world().brokerAdmin.fail(new Error("connection refused"));
    const refused = await register(enrollmentToken);
    world().brokerAdmin.fail(undefined);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.text()).not.toContain("connection refused");
    expect((await get(id)).status).toBe("setup");
    expect((await register(enrollmentToken)).status).toBe(200);
    expect((await get(id)).status).toBe("active");
  });

  it("[AGT-6] an emptied broker is filled again from the rows alone", async () => {
    const { broker } = await registered("refilled");
    const before = accounts().get(broker.username);
    accounts().clear();
    await reconcileBroker(world().system());
    expect(accounts().get(broker.username)).toEqual(before);
  });

  it("[AGT-7] a session answers a fresh password and no secret", async () => {
    const { broker, agentSecret = "" } = await registered("sessions");
    const before = accounts().get(broker.username);
    const opened = await (await session(agentSecret)).json();
    expect(opened.broker).toMatchObject({
      username: broker.username,
      requestQueue: broker.requestQueue,
    });
    expect(opened.broker.password).not.toBe(broker.password);
    expect(accounts().get(broker.username)?.passwordHash).not.toBe(before?.passwordHash);
    expect(opened).not.toHaveProperty("agentSecret");
  });

  it("[AGT-8] NC-B-15 a revoked agent's secret and token are worth nothing", async () => {
    const { id, broker, agentSecret = "" } = await registered("revoked");
    const revoke = () => agents()[":id"].revoke.$post({ param: { id } });
    expect(await (await revoke()).json()).toMatchObject({ status: "revoked" });
    expect(accounts().has(broker.username)).toBe(false);
    expect((await session(agentSecret)).status).toBe(401);
    await beat(id);
    expect((await get(id)).status).toBe("revoked");
    expect((await revoke()).status).toBe(200);
    expect(await enrolByName(world().system(), "revoked")).toBeUndefined();
  });

  it("[AGT-8] NC-B-16 a deleted agent leaves nothing, and deleting it again is 404", async () => {
    const { id, broker, agentSecret = "" } = await registered("deleted");
    const remove = () => agents()[":id"].$delete({ param: { id } });
    expect((await remove()).status).toBe(204);
    expect(accounts().has(broker.username)).toBe(false);
    expect((await session(agentSecret)).status).toBe(401);
    expect((await remove()).status).toBe(404);
    expect((await agents()[":id"].$get({ param: { id } })).status).toBe(404);
  });

  it("[AGT-8] a broker that fails a revocation is told again by the reconciliation", async () => {
    const { id, broker, agentSecret = "" } = await registered("revoked-late");
    world().brokerAdmin.fail(new Error("away"));
    expect((await agents()[":id"].revoke.$post({ param: { id } })).status).toBe(503);
    world().brokerAdmin.fail(undefined);
    expect((await session(agentSecret)).status).toBe(401);
    expect(accounts().has(broker.username)).toBe(true);
    await reconcileBroker(world().system());
    expect(accounts().has(broker.username)).toBe(false);
  });

  it("[AGT-9] a beat counts by our clock, and an unchanged one writes nothing to Postgres", async () => {
    const { id } = await registered("beats");
    await beat(id, "2.0.0");
    const written = await rowOf(id);
    expect(written).toMatchObject({ version: "2.0.0", seenAt: world().platform.now() });
    world().advance(10_000);
    await beat(id, "2.0.0");
    expect(await rowOf(id)).toEqual(written);
    expect((await get(id)).lastSeenAt).toBe(world().platform.now().toISOString());
  });

  it("[AGT-10] NC-B-17 silence for the timeout is inactive, and a beat brings it back", async () => {
    const silent = await registered("silent");
    const lively = await registered("lively");
    await sweepAgents(world().system());
    world().advance(60_000);
    await beat(lively.id);
    world().advance(31_000);
    await sweepAgents(world().system());
    expect((await get(silent.id)).status).toBe("inactive");
    expect((await get(lively.id)).status).toBe("active");
    await beat(silent.id);
    expect((await get(silent.id)).status).toBe("active");
  });

  it("[AGT-11] an emptied Redis makes nobody inactive before one timeout has passed", async () => {
    const { id } = await registered("reseeded");
    const other = await registered("reseeded-other");
    await world().emptyRedis();
    world().advance(1_000_000);
    token = await world().tokenOf("operator");
    await sweepAgents(world().system());
    await sweepAgents(world().system());
    expect((await get(id)).status).toBe("active");
    world().advance(91_000);
    await beat(other.id);
    await sweepAgents(world().system());
    expect((await get(id)).status).toBe("inactive");
    expect((await get(other.id)).status).toBe("active");
  });

  it("[AGT-12] when the whole fleet falls silent the platform is blind and changes nothing", async () => {
    const { id } = await registered("blind");
    await beat(id);
    await sweepAgents(world().system());
    world().advance(500_000);
    await sweepAgents(world().system());
    expect((await get(id)).status).toBe("active");
  });

  it("[AGT-13] a viewer reads, may not manage, and a stranger is told to sign in", async () => {
    const viewer = await world().tokenOf("viewer");
    const { id } = await create("guarded");
    expect((await agents(viewer).$get({ query: {} })).status).toBe(200);
    expect((await agents(viewer).$post({ json: { name: "x" } })).status).toBe(403);
    expect((await agents(viewer)[":id"].$delete({ param: { id } })).status).toBe(403);
    expect((await agents(viewer)[":id"].revoke.$post({ param: { id } })).status).toBe(403);
    expect((await world().client().api.v1.agents.$get({ query: {} })).status).toBe(401);
    expect((await session(viewer)).status).toBe(401);
  });

  it("[AGT-13] the list is paged by cursor, in the order of creation", async () => {
    const first = await (await agents().$get({ query: { limit: "2" } })).json();
    expect(first.items).toHaveLength(2);
    const query = { limit: "100", cursor: first.nextCursor ?? "" };
    const rest = await (await agents().$get({ query })).json();
    expect(rest.nextCursor).toBeNull();
    const ids = [...first.items, ...rest.items].map((item) => item.id);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });
});
