import { openRedis } from "@netcheck/adapters/redis";
import { jobCtx, type Platform } from "@netcheck/api/ctx-for";
import { StartCheck, startCheck } from "@netcheck/checks/check";
import { check } from "@netcheck/checks/check.sql";
import { newId } from "@netcheck/kernel/id";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";

import { addAgents } from "../support/checks.ts";
import { describedApp } from "../support/described.ts";
import { silentServer } from "../support/silent-server.ts";
import { useWorld } from "../support/world.ts";

const Secret = z.object({ secret: z.string() });

describe("how much may be checked", () => {
  const world = useWorld();
  let token = "";
  let next = 0;

  const platformWith = (
    quotas: Partial<Platform["checkQuotas"]>,
    more: Partial<Platform> = {},
  ): Platform => ({
    ...world().platform,
    checkQuotas: { ...world().platform.checkQuotas, ...quotas },
    ...more,
  });
  const post = async (platform: Platform, json: object, headers: Record<string, string> = {}) =>
    await describedApp(platform).request("/api/v1/checks", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({ type: "tcp", port: 443, ...json }),
    });
  /** Nobody has looked at it before. */
  const fresh = () => `t${next++}.example.com`;
  const statuses = async (answers: readonly Promise<Response>[]) =>
    (await Promise.all(answers)).map(({ status }) => status);

  beforeAll(() => addAgents(world(), "one", "two", "three", "four"));
  beforeEach(async () => {
    token = await world().tokenOf("operator");
    await world().emptyRedis();
  });

  it("[CHK-25] [CHK-28] a check costs one token for each agent asked, and says what is left", async () => {
    const platform = platformWith({ person: 200 });
    const all = await post(platform, { target: fresh() });
    expect(all.headers.get("ratelimit-policy")).toBe('"person";q=200;w=60, "address";q=2000;w=60');
    expect(all.headers.get("ratelimit")).toBe('"person";r=196;t=1, "address";r=1996;t=1');
    const one = await post(platform, { target: fresh(), limit: 1 });
    expect(one.headers.get("ratelimit")).toBe('"person";r=195;t=1, "address";r=1995;t=1');
  });

  it("[CHK-25] what does not suffice is 429, with when and why, and comes back with time", async () => {
    const platform = platformWith({ person: 20 });
    for (let i = 0; i < 5; i++) {
      expect((await post(platform, { target: fresh() })).status).toBe(202);
    }
    const refused = await post(platform, { target: fresh() });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ type: "/problems/checks.limited" });
    expect(refused.headers.get("retry-after")).toBe("12");
    expect(refused.headers.get("ratelimit-policy")).toBe('"person";q=20;w=60');
    expect(refused.headers.get("ratelimit")).toBe('"person";r=0;t=12');
    world().advance(11_999);
    const soon = await post(platform, { target: fresh() });
    expect([soon.status, soon.headers.get("retry-after")]).toEqual([429, "1"]);
    world().advance(1);
    expect((await post(platform, { target: fresh() })).status).toBe(202);
    world().advance(60_000);
    const full = await post(platform, { target: fresh() });
    expect(full.headers.get("ratelimit")).toContain('"person";r=16;');
  });

  it("[CHK-25] exactly the quota passes, however many ask at once", async () => {
    const platform = platformWith({ person: 20 });
    const answers = Array.from({ length: 10 }, () => post(platform, { target: fresh() }));
    const passed = (await statuses(answers)).filter((status) => status === 202);
    expect(passed).toHaveLength(5);
  });

  it("[CHK-25] a target is spared by everyone together, whatever the port or type", async () => {
    const platform = platformWith({ target: 20 });
    const target = fresh();
    for (let i = 0; i < 5; i++) {
      token = await world().tokenOf("operator");
      const json = i % 2 ? { port: 1_000 + i } : { type: "http", port: 80 };
      expect((await post(platform, { target, ...json })).status).toBe(202);
    }
    token = await world().tokenOf("operator");
    const refused = await post(platform, { target: target.toUpperCase() });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("ratelimit-policy")).toBe('"target";q=20;w=60');
    expect((await post(platform, { target: fresh() })).status).toBe(202);
  });

  it("[CHK-25] a resolver is spared like a target, whatever it is asked for", async () => {
    const platform = platformWith({ target: 8 });
    const resolver = fresh();
    const ask = (more: object) => post(platform, { type: "dns", port: 53, ...more });
    for (let i = 0; i < 2; i++) {
      expect((await ask({ target: fresh(), options: { resolver } })).status).toBe(202);
    }
    expect((await ask({ target: fresh(), options: { resolver } })).status).toBe(429);
    expect((await post(platform, { target: resolver })).status).toBe(429);
    expect((await ask({ target: fresh() })).status).toBe(202);
  });

  it("[CHK-25] many people behind one address have its limit together", async () => {
    const platform = platformWith({ address: 20 });
    for (let i = 0; i < 5; i++) {
      token = await world().tokenOf("operator");
      expect((await post(platform, { target: fresh() })).status).toBe(202);
    }
    expect((await post(platform, { target: fresh() })).status).toBe(429);
    const elsewhere = { "x-test-address": "198.51.100.7" };
    expect((await post(platform, { target: fresh() }, elsewhere)).status).toBe(202);
  });

  it("[CHK-25] a key spends of its own and of its owner's, a job only of the target's", async () => {
    const platform = platformWith({ key: 20, person: 32, target: 20 });
    const owner = newId<"person">(world().platform.now());
    const keyOf = () => newId<"key">(world().platform.now());
    const startAs = async (actor: ReturnType<typeof jobCtx>["actor"], target = fresh()) => {
      const input = StartCheck.parse({ type: "tcp", target, port: 443 });
      return (await startCheck({ ...jobCtx(platform, "test"), actor }, input)).limits;
    };
    const key = (keyId = keyOf()) => ({
      type: "key" as const,
      keyId,
      personId: owner,
      scopes: ["checks:write" as const],
    });
    const first = keyOf();
    for (let i = 0; i < 4; i++) await startAs(key(first));
    expect(await startAs(key(first))).toMatchObject({
      ratelimit: '"key";r=0;t=3, "person";r=12;t=2',
    });
    await expect(startAs(key(first))).rejects.toMatchObject({ code: "checks.limited" });
    for (let i = 0; i < 3; i++) await startAs(key());
    await expect(startAs(key())).rejects.toMatchObject({ code: "checks.limited" });

    const job = { type: "system" as const, job: "monitor" };
    const target = fresh();
    for (let i = 0; i < 5; i++) expect(await startAs(job, target)).toEqual({});
    await expect(startAs(job, target)).rejects.toMatchObject({ code: "checks.limited" });
  });

  it("[CHK-25] a key is told of both limits that it is under", async () => {
    const json = { name: "a script", scopes: ["checks:write" as const] };
    const made = await world().client(token).api.v1["api-keys"].$post({ json });
    const authorization = `Bearer ${Secret.parse(await made.json()).secret}`;
    const started = await post(platformWith({}), { target: fresh() }, { authorization });
    expect(started.headers.get("ratelimit")).toBe(
      '"key";r=496;t=1, "person";r=996;t=1, "address";r=1996;t=1',
    );
  });

  it("[CHK-26] what is refused takes nothing from any, nor does a check that asks nobody", async () => {
    const platform = platformWith({ target: 8, person: 200 });
    const target = fresh();
    for (let i = 0; i < 2; i++) await post(platform, { target });
    expect((await post(platform, { target })).status).toBe(429);
    const nobody = await post(platform, { target: fresh(), locations: [{ tag: "nowhere" }] });
    expect([nobody.status, nobody.headers.get("ratelimit")]).toEqual([422, null]);
    const tight = platformWith({ person: 200, target: 3 });
    const untouched = fresh();
    expect((await post(tight, { target: untouched })).status).toBe(429);
    expect((await post(tight, { target: untouched, limit: 3 })).status).toBe(202);
    const last = await post(platform, { target: fresh(), limit: 1 });
    expect(last.headers.get("ratelimit")).toContain('"person";r=188;');
  });

  it("[CHK-21] a repeat is answered though nothing is left", async () => {
    const platform = platformWith({ person: 4 });
    const target = fresh();
    const key = { "idempotency-key": "nothing-left" };
    const first = await (await post(platform, { target }, key)).text();
    expect((await post(platform, { target: fresh() })).status).toBe(429);
    const again = await post(platform, { target }, key);
    expect([again.status, again.headers.get("ratelimit")]).toEqual([202, null]);
    expect(await again.text()).toBe(first);
  });

  it("[CHK-26] a check that could not be written is not paid for", async () => {
    const asked = { type: "tcp" as const, target: fresh(), port: 443 };
    const broken = platformWith({}, { queue: world().queue, db: brokenOnWrite(world().platform) });
    expect((await post(broken, asked)).status).toBe(500);
    const after = await post(platformWith({}), asked);
    expect(after.headers.get("ratelimit")).toContain('"person";r=996;');
  });

  it("[CHK-27] when Redis does not answer it is 503, and nothing is written", async () => {
    await using silent = await silentServer();
    const redis = openRedis({ url: silent.url, token: "unused" });
    const actor = {
      type: "person" as const,
      personId: newId<"person">(new Date()),
      sessionId: newId<"session">(new Date()),
      scopes: ["checks:write" as const],
    };
    const target = fresh();
    const ctx = { ...jobCtx(platformWith({}, { redis }), "test"), actor };
    const input = StartCheck.parse({ type: "tcp", target, port: 443 });
    await expect(startCheck(ctx, input)).rejects.toMatchObject({
      kind: "unavailable",
      retryAfterSeconds: 5,
    });
    const rows = await world().platform.db.select().from(check).where(eq(check.target, target));
    expect(rows).toEqual([]);
  });
});

/** Reads as usual; every statement that writes, alone or in a transaction, fails. */
function brokenOnWrite({ db }: Platform): Platform["db"] {
  const fail = () => {
    throw new Error("no more room");
  };
  return new Proxy(db, {
    get: (target, name) =>
      name === "transaction" || name === "with"
        ? fail
        : (Reflect.get(target, name, target) as unknown),
  });
}
