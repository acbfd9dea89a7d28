import { reconcileBroker } from "@netcheck/agents/account";
import { enrolByName } from "@netcheck/agents/enrolment";
import { parseAllowList } from "@netcheck/wire/address";
import { describe, expect, it } from "vitest";

import { FACTS, useFleet } from "../support/fleet.ts";

describe("agents", () => {
  const fleet = useFleet();
  const { world, agents, create, register, registered, settled, session } = fleet;
  const { get, rowOf, audited, accounts, beat } = fleet;

  it("[AGT-1] NC-B-10 the enrolment token is shown once and kept as a hash", async () => {
    const created = await create("shown-once");
    expect(created).toMatchObject({ status: "setup", location: { country: "DE" }, tags: [] });
    expect(created.enrollmentToken).toMatch(/^nce_[\w-]{43}$/);
    expect(JSON.stringify(await rowOf(created.id))).not.toContain(created.enrollmentToken);
    expect(await get(created.id)).not.toHaveProperty("enrollmentToken");
    const { items } = await (await agents().$get({ query: {} })).json();
    expect(JSON.stringify(items)).not.toMatch(/nce_|ncs_|Hash/);
    expect(await audited(created.id)).toEqual(["agent.created"]);
  });

  it("[AGT-2] NC-B-11 NC-B-12 a taken name is 409; a name that only resembles it is another agent", async () => {
    const first = await settled("a-b");
    const before = [accounts().get(first.broker.username), await rowOf(first.id)];
    expect((await agents().$post({ json: { name: "a-b" } })).status).toBe(409);
    expect([accounts().get(first.broker.username), await rowOf(first.id)]).toEqual(before);
    const other = await registered("a_b");
    expect(other.broker.username).not.toBe(first.broker.username);
    expect([accounts().get(first.broker.username), await rowOf(first.id)]).toEqual(before);
    expect((await session(first.agentSecret)).status).toBe(200);
  });

  it.each(["ＨÖST-9", "  höst-9", "HÖST-9", "ho\u0308st-9", "höst\u200d-9", "hös\u034ft-9"])(
    "[AGT-14] NC-B-11 NC-B-12 %j reads like höst-9, is refused, and höst-9 is untouched",
    async (name) => {
      const first =
        (await (await agents().$get({ query: { name: "höst-9" } })).json()).items[0] ??
        (await settled("höst-9"));
      const before = [await rowOf(first.id), accounts()];
      const refused = await agents().$post({ json: { name } });
      expect([409, 422]).toContain(refused.status);
      expect([await rowOf(first.id), accounts()]).toEqual(before);
    },
  );

  it("[AGT-14] a name is kept composed and with single spaces, and must be seen", async () => {
    expect((await create("  Zu\u0308rich \u00a0 9 ")).name).toBe("Z\u00fcrich 9");
    for (const name of ["", " ", "\u3164", "a\nb", "a\u2028b", "x".repeat(65)]) {
      expect((await agents().$post({ json: { name } })).status).toBe(422);
    }
  });

  it("[AGT-14] of many who take one name at once, one gets it", async () => {
    const names = ["Rush", "rush", "RUSH", "ｒｕｓｈ", " rush ", "rusH", "rUsh", "RuSh"];
    const answers = await Promise.all(names.map((name) => agents().$post({ json: { name } })));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, ...names.slice(1).map(() => 409)]);
  });

  it("[AGT-3] NC-B-14 registering gives what an agent needs, and it alone is active", async () => {
    const other = await create("waits-to-register");
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
    expect((await get(other.id)).status).toBe("setup");
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

  it("[AGT-5] a secret first used ten times at once is good ten times, and taken up once", async () => {
    const { id, agentSecret } = await registered("first-uses");
    const answers = await Promise.all(Array.from({ length: 10 }, () => session(agentSecret)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const takenUp = (await audited(id)).filter((action) => action === "agent.secret_taken_up");
    expect(takenUp).toHaveLength(1);
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
    world().brokerAdmin.empty();
    await reconcileBroker(world().system());
    expect(accounts().get(broker.username)).toEqual(before);
  });

  it("[AGT-7] a session answers a fresh password and no secret", async () => {
    const { broker, agentSecret } = await registered("sessions");
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

  it("[AGT-26] a session says what to keep to, if there is a setting", async () => {
    const { agentSecret } = await registered("narrowed");
    expect(await (await session(agentSecret)).json()).not.toHaveProperty("allow");
    const agentAllow = parseAllowList("10.0.0.0/8,::1");
    const told = await session(agentSecret, { ...world().platform, agentAllow });
    expect(await told.json()).toMatchObject({ allow: ["10.0.0.0/8", "::1/128"] });
    const nothing = await session(agentSecret, { ...world().platform, agentAllow: [] });
    expect(await nothing.json()).toMatchObject({ allow: [] });
  });

  it("[AGT-8] NC-B-15 a revoked agent's secret and token are worth nothing", async () => {
    const { id, broker, agentSecret } = await settled("revoked");
    const revoke = () => agents()[":id"].revoke.$post({ param: { id } });
    expect(await (await revoke()).json()).toMatchObject({ status: "revoked" });
    expect(accounts().has(broker.username)).toBe(false);
    expect((await session(agentSecret)).status).toBe(401);
    await beat(id);
    expect((await get(id)).status).toBe("revoked");
    expect((await revoke()).status).toBe(200);
    expect((await audited(id)).filter((action) => action === "agent.revoked")).toHaveLength(1);
    expect(await enrolByName(world().system(), "revoked")).toBeUndefined();
  });

  it("[AGT-8] NC-B-16 a deleted agent leaves nothing, and deleting it again is 404", async () => {
    const { id, broker, agentSecret } = await registered("deleted");
    const remove = () => agents()[":id"].$delete({ param: { id } });
    expect((await remove()).status).toBe(204);
    expect(world().brokerAdmin.usernames()).not.toContain(broker.username);
    expect((await session(agentSecret)).status).toBe(401);
    expect((await remove()).status).toBe(404);
    expect((await agents()[":id"].$get({ param: { id } })).status).toBe(404);
  });

  it("[AGT-8] NC-B-15 a revocation that overtakes a session is not undone by it", async () => {
    const { id, broker, agentSecret } = await settled("overtaken");
    const { platform, brokerAdmin } = world();
    const overtaken: typeof platform = {
      ...platform,
      brokerAdmin: {
        ...platform.brokerAdmin,
        async ensureAccount(account) {
          const revoked = await agents()[":id"].revoke.$post({ param: { id } });
          expect(revoked.status).toBe(200);
          await platform.brokerAdmin.ensureAccount(account);
        },
      },
    };
    await session(agentSecret, overtaken);
    expect(brokerAdmin.usernames()).not.toContain(broker.username);
  });

  it("[AGT-8] a broker that fails a revocation is told again by the reconciliation", async () => {
    const { id, broker, agentSecret } = await registered("revoked-late");
    world().brokerAdmin.fail(new Error("away"));
    expect((await agents()[":id"].revoke.$post({ param: { id } })).status).toBe(503);
    world().brokerAdmin.fail(undefined);
    expect((await session(agentSecret)).status).toBe(401);
    expect(accounts().has(broker.username)).toBe(true);
    await reconcileBroker(world().system());
    expect(accounts().has(broker.username)).toBe(false);
  });

  it("[AGT-13] a viewer reads, may not manage, and a stranger is told to sign in", async () => {
    const viewer = await world().tokenOf("viewer");
    const { id } = await create("guarded");
    const param = { id };
    const changes = (as?: string) => {
      const one = agents(as)[":id"];
      return [
        agents(as).$post({ json: { name: "x" } }),
        one.$patch({ param, json: { tags: [] } }),
        one.pause.$post({ param }),
        one.resume.$post({ param }),
        one.rotate.$post({ param }),
        one.enroll.$post({ param }),
        one.revoke.$post({ param }),
        one.$delete({ param }),
      ];
    };
    const before = await rowOf(id);
    for (const response of await Promise.all(changes(viewer))) expect(response.status).toBe(403);
    for (const response of await Promise.all(changes(""))) expect(response.status).toBe(401);
    expect(await rowOf(id)).toEqual(before);
    expect((await agents(viewer).$get({ query: {} })).status).toBe(200);
    expect((await agents(viewer)[":id"].$get({ param })).status).toBe(200);
    expect((await agents("").$get({ query: {} })).status).toBe(401);
    expect((await session(viewer)).status).toBe(401);
  });
});
