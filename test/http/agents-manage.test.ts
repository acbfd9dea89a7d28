import { findCapableAgents } from "@netcheck/agents/directory";
import { sweepAgents } from "@netcheck/agents/presence";
import { newId } from "@netcheck/kernel/id";
import type { Redis } from "@netcheck/kernel/redis";
import { beforeAll, describe, expect, it } from "vitest";

import { useFleet } from "../support/fleet.ts";

const fleet = useFleet();
const { world, agents, create, register, registered, settled, session } = fleet;
const { get, rowOf, secretsOf, audited, accounts, beat } = fleet;

type Step = "pause" | "resume" | "rotate" | "enroll" | "revoke";
const ask = (id: string, step: Step) => agents()[":id"][step].$post({ param: { id } });
const capable = async () =>
  (await findCapableAgents(world().system(), "http")).map(({ id }): string => id);

describe("changing an agent", () => {
  const change = (id: string, json: Record<string, unknown>) =>
    agents()[":id"].$patch({ param: { id }, json });

  it("[AGT-22] renames, moves and tags, each alone, and is audited", async () => {
    const { id } = await create("changes");
    expect(await (await change(id, { name: "  renamed " })).json()).toMatchObject({
      name: "renamed",
      location: { country: "DE" },
    });
    const location = { city: "Berlin", asn: 64_512 };
    expect(await (await change(id, { location })).json()).toMatchObject({ location });
    expect((await change(id, { tags: ["edge", "v6"] })).status).toBe(200);
    expect(await get(id)).toMatchObject({ name: "renamed", location, tags: ["edge", "v6"] });
    expect(await audited(id)).toEqual(["agent.created", ...Array(3).fill("agent.updated")]);
  });

  it("[AGT-22] a taken name is 409 and nothing is changed; its own in another case is its own", async () => {
    await create("occupied");
    const { id } = await create("wants-it");
    const before = await rowOf(id);
    expect((await change(id, { name: "OCCUPIED", tags: ["x"] })).status).toBe(409);
    expect(await rowOf(id)).toEqual(before);
    expect((await change(id, { name: "Wants-It" })).status).toBe(200);
    expect((await create("now-free")).name).toBe("now-free");
  });

  it.each([
    {},
    { status: "active" },
    { name: "" },
    { location: { country: "de" } },
    { location: { planet: "Mars" } },
    { tags: "edge" },
    { id: "00000000-0000-7000-8000-000000000000" },
  ])("[AGT-22] %j is 422", async (json) => {
    const { id } = await create(crypto.randomUUID());
    expect((await change(id, json)).status).toBe(422);
  });

  it("[AGT-22] nobody there is 404, for every change", async () => {
    const id = newId<"agent">(new Date());
    expect((await change(id, { tags: [] })).status).toBe(404);
    for (const step of ["pause", "resume", "rotate", "enroll", "revoke"] as const) {
      expect((await ask(id, step)).status).toBe(404);
    }
  });
});

describe("pausing", () => {
  it("[AGT-15] a paused agent gets no checks and stays paused through beats and sweeps", async () => {
    const { id } = await settled("pauses");
    await beat(id);
    expect(await capable()).toContain(id);
    expect(await (await ask(id, "pause")).json()).toMatchObject({ status: "paused" });
    expect(await capable()).not.toContain(id);
    await beat(id, "2.0.0");
    expect(await get(id)).toMatchObject({ status: "paused", version: "2.0.0" });
    const lively = await registered("pauses-other");
    await sweepAgents(world().system());
    world().advance(91_000);
    await beat(lively.id);
    await sweepAgents(world().system());
    expect((await get(id)).status).toBe("paused");
    expect((await ask(id, "pause")).status).toBe(200);
    expect((await audited(id)).filter((action) => action === "agent.paused")).toHaveLength(1);
  });

  it("[AGT-15] resumed it is active if present, and asking again changes nothing", async () => {
    const { id } = await settled("resumes");
    await beat(id);
    await ask(id, "pause");
    await beat(id);
    expect(await (await ask(id, "resume")).json()).toMatchObject({ status: "active" });
    expect(await capable()).toContain(id);
    expect((await ask(id, "resume")).status).toBe(200);
    expect((await audited(id)).filter((action) => action === "agent.resumed")).toHaveLength(1);
  });

  it("[AGT-15] resumed while away it is inactive, and its next beat brings it back", async () => {
    const { id } = await settled("resumes-away");
    const lively = await registered("resumes-other");
    await ask(id, "pause");
    world().advance(91_000);
    await beat(lively.id);
    await sweepAgents(world().system());
    expect(await (await ask(id, "resume")).json()).toMatchObject({ status: "inactive" });
    await beat(id);
    expect((await get(id)).status).toBe("active");
  });

  it("[AGT-15] resumed after Redis was emptied, its next beat brings it back", async () => {
    const { id } = await settled("resumes-emptied");
    await beat(id);
    await ask(id, "pause");
    await beat(id);
    await world().emptyRedis();
    await fleet.signIn();
    world().advance(1_000);
    expect(await (await ask(id, "resume")).json()).toMatchObject({ status: "inactive" });
    await beat(id);
    expect((await get(id)).status).toBe("active");
  });

  it("[AGT-15] paused before it registered, it stays paused, and resumes to what it is", async () => {
    const { id, enrollmentToken } = await create("paused-early");
    await ask(id, "pause");
    expect((await ask(id, "resume")).status).toBe(200);
    expect((await get(id)).status).toBe("setup");
    await ask(id, "pause");
    expect((await register(enrollmentToken)).status).toBe(200);
    expect((await get(id)).status).toBe("paused");
    await beat(id);
    expect(await (await ask(id, "resume")).json()).toMatchObject({ status: "active" });
  });

  it("[AGT-15] a revoked agent is neither paused nor resumed: 409", async () => {
    const { id } = await settled("revoked-not-paused");
    await ask(id, "revoke");
    for (const step of ["pause", "resume", "rotate", "enroll"] as const) {
      expect((await ask(id, step)).status).toBe(409);
    }
    expect((await get(id)).status).toBe("revoked");
  });
});

describe("rotating", () => {
  const open = async (secret: string) => {
    const response = await session(secret);
    expect(response.status).toBe(200);
    return (await response.json()).agentSecret ?? "";
  };

  it("[AGT-16] the old secret works until the next one is first used", async () => {
    const { id, agentSecret: old } = await settled("rotates");
    expect(await (await ask(id, "rotate")).json()).toMatchObject({ rotating: true });
    const next = await open(old);
    expect(next).toMatch(/^ncs_[\w-]{43}$/);
    expect((await session(old)).status).toBe(200);
    expect(await open(next)).toBe("");
    expect((await session(old)).status).toBe(401);
    expect(await get(id)).toMatchObject({ rotating: false });
    const steps = ["agent.rotated", "agent.secret_taken_up"];
    expect((await audited(id)).slice(-2)).toEqual(steps);
  });

  it("[AGT-16] an answer that was lost or overtaken costs nothing: the secret first used is it", async () => {
    const { id, agentSecret: old } = await settled("rotates-twice");
    await ask(id, "rotate");
    const first = await open(old);
    const overtaking = await open(old);
    expect(await open(first)).toBe("");
    expect((await session(overtaking)).status).toBe(401);
    expect((await session(old)).status).toBe(401);
  });

  it("[AGT-16] asked for again before it is done, the secret handed out still works", async () => {
    const { id, agentSecret: old } = await settled("rotates-again");
    await ask(id, "rotate");
    const next = await open(old);
    expect((await ask(id, "rotate")).status).toBe(200);
    expect(await open(next)).toBe("");
    expect((await audited(id)).filter((action) => action === "agent.rotated")).toHaveLength(1);
    await ask(id, "rotate");
    expect(await open(await open(next))).toBe("");
  });

  it("[AGT-16] of two next secrets first used at once, one is it and the other is not", async () => {
    const { id, agentSecret: old } = await settled("rotates-at-once");
    await ask(id, "rotate");
    const [one, other] = [await open(old), await open(old)];
    const answers = await Promise.all([session(one), session(other)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  it("[AGT-16] only the last four handed out are kept", async () => {
    const { id, agentSecret: old } = await settled("rotates-often");
    await ask(id, "rotate");
    const handed: string[] = [];
    for (let i = 0; i < 6; i++) handed.push(await open(old));
    expect(await secretsOf(id)).toEqual(["in_use", ...Array(4).fill("rotated")]);
    expect((await session(handed[1] ?? "")).status).toBe(401);
    expect((await session(handed[2] ?? "")).status).toBe(200);
  });

  it("[AGT-16] what one is handed and takes up costs another nothing", async () => {
    const [one, other] = [await settled("rotates-beside"), await settled("rotates-there")];
    for (const { id } of [one, other]) await ask(id, "rotate");
    const handed = await open(one.agentSecret);
    for (let i = 0; i < 4; i++) await open(other.agentSecret);
    expect(await open(await open(other.agentSecret))).toBe("");
    expect(await secretsOf(one.id)).toEqual(["in_use", "rotated"]);
    expect((await session(one.agentSecret)).status).toBe(200);
    expect(await open(handed)).toBe("");
  });

  it("[AGT-16] before it registered there is nothing to rotate: 409", async () => {
    const { id } = await create("rotates-nothing");
    expect((await ask(id, "rotate")).status).toBe(409);
    expect(await get(id)).toMatchObject({ rotating: false });
  });
});

describe("enrolling again", () => {
  const enrol = async (id: string) => {
    const response = await agents()[":id"].enroll.$post({ param: { id } });
    expect(response.status).toBe(200);
    return (await response.json()).enrollmentToken;
  };
  const buy = async (token: string) => {
    const response = await register(token);
    expect(response.status).toBe(200);
    return (await response.json()).agentSecret ?? "";
  };

  it("[AGT-13] that an agent registered, got a new token and was deleted is on record", async () => {
    const { id } = await registered("on-record");
    await enrol(id);
    expect((await agents()[":id"].$delete({ param: { id } })).status).toBe(204);
    const steps = ["created", "registered", "enrolled", "deleted"];
    expect(await audited(id)).toEqual(steps.map((step) => `agent.${step}`));
  });

  it("[AGT-17] the secret in use works until the one that the token buys is first used", async () => {
    const { id, broker, agentSecret: old } = await settled("lost-its-secret");
    const token = await enrol(id);
    expect((await session(old)).status).toBe(200);
    const bought = await buy(token);
    expect((await session(old)).status).toBe(200);
    expect((await session(bought)).status).toBe(200);
    expect((await session(old)).status).toBe(401);
    expect((await register(token)).status).toBe(401);
    expect(accounts().has(broker.username)).toBe(true);
    expect((await get(id)).id).toBe(id);
  });

  it("[AGT-17] a new token replaces one that was not spent, and no secret in use", async () => {
    const { id, enrollmentToken } = await create("enrolled-twice");
    const second = await enrol(id);
    expect((await register(enrollmentToken)).status).toBe(401);
    const bought = await buy(second);
    const third = await enrol(id);
    expect((await session(bought)).status).toBe(200);
    expect((await register(third)).status).toBe(401);
  });

  it("[AGT-17] a rotation under way and a new token do not harm one another", async () => {
    const { id, agentSecret: old } = await settled("enrolled-rotating");
    await ask(id, "rotate");
    const handed = (await (await session(old)).json()).agentSecret ?? "";
    const bought = await buy(await enrol(id));
    expect((await session(handed)).status).toBe(200);
    expect((await session(old)).status).toBe(401);
    expect((await session(bought)).status).toBe(200);
    expect((await session(handed)).status).toBe(401);
  });
});

describe("the list", () => {
  const list = async (query: Parameters<ReturnType<typeof agents>["$get"]>[0]["query"]) => {
    const response = await agents().$get({ query });
    expect(response.status).toBe(200);
    return (await response.json()).items.map(({ name }) => name);
  };

  beforeAll(async () => {
    const made = [
      { name: "List One", location: { country: "DE", city: "Köln", asn: 1 }, tags: ["l", "a"] },
      { name: "list-two", location: { country: "DE", city: "Bonn", asn: 2 }, tags: ["l", "b"] },
      { name: "LIST%THREE", location: { country: "FR" }, tags: ["l"] },
    ];
    for (const json of made) expect((await agents().$post({ json })).status).toBe(201);
  });

  it.each([
    [{ tag: "l" }, ["List One", "list-two", "LIST%THREE"]],
    [{ tag: "l", country: "de" }, ["List One", "list-two"]],
    [{ tag: "l", country: "DE", city: "köln" }, ["List One"]],
    [{ asn: "2" }, ["list-two"]],
    [{ name: "ＬＩＳＴ" }, ["List One", "list-two", "LIST%THREE"]],
    [{ name: "%" }, ["LIST%THREE"]],
    [{ name: "list_" }, []],
    [{ tag: "l", status: "active" as const }, []],
    [{ tag: "l", status: "setup" as const, limit: "2" }, ["List One", "list-two"]],
    [{ tag: "L" }, []],
  ])("[AGT-21] %j", async (query, names) => {
    expect(await list(query)).toEqual(names);
  });

  it("[AGT-21] is paged by cursor in the order of creation, each once, also filtered", async () => {
    const first = await (await agents().$get({ query: { tag: "l", limit: "2" } })).json();
    const query = { tag: "l", limit: "2", cursor: first.nextCursor ?? "" };
    const rest = await (await agents().$get({ query })).json();
    expect(rest.nextCursor).toBeNull();
    const names = [...first.items, ...rest.items].map(({ name }) => name);
    expect(names).toEqual(["List One", "list-two", "LIST%THREE"]);
  });

  it("[AGT-21] no such cursor is 400, no such filter or value 422", async () => {
    const status = async (query: Record<string, string>) => (await agents().$get({ query })).status;
    expect(await status({ cursor: "elsewhere" })).toBe(400);
    expect(await status({ state: "active" })).toBe(422);
    expect(await status({ status: "gone" })).toBe(422);
    expect(await status({ limit: "101" })).toBe(422);
    expect(await status({ name: "\u3164" })).toBe(422);
  });

  it("[AGT-21] a page asks Redis once, however many agents are on it", async () => {
    const { platform } = world();
    const asked: string[] = [];
    const redis: Redis = {
      ...platform.redis,
      zmscore: (key, members) => {
        asked.push(`zmscore of ${members.length > 3 ? "many" : members.length}`);
        return platform.redis.zmscore(key, members);
      },
      eval: (script, keys, args) => {
        asked.push("eval");
        return platform.redis.eval(script, keys, args);
      },
    };
    const token = await world().tokenOf("viewer");
    await agents(token).$get({ query: {} });
    const response = await agents(token, { ...platform, redis }).$get({ query: {} });
    expect((await response.json()).items.length).toBeGreaterThan(3);
    expect(asked).toEqual(["zmscore of many"]);
  });
});
