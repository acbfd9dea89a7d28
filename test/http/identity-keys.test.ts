import { apiKey } from "@netcheck/identity/identity.sql";
import { redisKey } from "@netcheck/identity/redis-key";
import type { Id } from "@netcheck/kernel/id";
import type { Role } from "@netcheck/kernel/role";
import type { Scope } from "@netcheck/kernel/scope";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { describedApp } from "../support/described.ts";
import { heldRedis } from "../support/held-redis.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

describe("API keys", () => {
  const world = useWorld();
  let admin = "";
  beforeAll(async () => {
    admin = await world().tokenOf("admin");
  });

  const api = (token?: string) => world().client(token).api.v1;
  type Json = Parameters<ReturnType<typeof api>["api-keys"]["$post"]>[0]["json"];
  const create = (token: string, json: Partial<Json> = {}) =>
    api(token)["api-keys"].$post({ json: { name: "script", scopes: ["checks:read"], ...json } });
  const read = async (secret: string) => (await api(secret).agents.$get({ query: {} })).status;
  const write = async (secret: string) =>
    (await api(secret).agents.$post({ json: { name: crypto.randomUUID() } })).status;
  const patch = (id: string, json: object) =>
    api(admin).users[":id"].$patch({ param: { id }, json });
  const revoke = (token: string, id: string) =>
    api(token)["api-keys"][":id"].$delete({ param: { id } });
  const rowOf = async (id: string) => {
    const mine = eq(apiKey.id, id as Id<"key">);
    return (await world().platform.db.select().from(apiKey).where(mine))[0];
  };

  async function signedIn(role: Role) {
    const made = await world().personWith(role);
    const json = { email: made.email, password: PASSWORD };
    const { accessToken } = await (await api().auth.login.$post({ json })).json();
    return { ...made, token: accessToken };
  }

  async function keyOf(role: Role, ...scopes: Scope[]) {
    const owner = await signedIn(role);
    const key = await (await create(owner.token, { scopes })).json();
    return { owner, ...key };
  }

  it("[IDN-30] the secret is shown once, kept as a hash, and works as a bearer", async () => {
    const owner = await signedIn("operator");
    const response = await create(owner.token, { scopes: ["agents:read", "agents:read"] });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const key = await response.json();
    expect(key).toMatchObject({ name: "script", scopes: ["agents:read"], expiresAt: null });
    expect(key.secret).toMatch(/^nck_[\w-]{43}$/);
    expect(JSON.stringify(await rowOf(key.id))).not.toContain(key.secret);
    const listed = await (await api(owner.token)["api-keys"].$get({ query: {} })).text();
    expect(listed).not.toMatch(/nck_|[hH]ash/);
    expect(await (await api(key.secret).users.me.$get()).json()).toMatchObject({ id: owner.id });
    expect(await read(key.secret)).toBe(200);
    expect(await write(key.secret)).toBe(403);
  });

  it("[IDN-30] scopes beyond the role, none at all or unknown ones are 422", async () => {
    const { token } = await signedIn("viewer");
    const beyond = await create(token, { scopes: ["checks:read", "agents:write"] });
    expect(beyond.status).toBe(422);
    expect(await beyond.json()).toMatchObject({ type: "/problems/identity.scope_beyond_role" });
    expect((await create(token, { scopes: [] })).status).toBe(422);
    expect((await create(token, { scopes: ["everything" as Scope] })).status).toBe(422);
    expect((await create(token, { expiresAt: "2020-01-01T00:00:00Z" })).status).toBe(422);
  });

  it("[IDN-30] a demoted owner's key loses scopes at once, and has them back with the role", async () => {
    const { owner, secret } = await keyOf("operator", "agents:read", "agents:write");
    expect(await write(secret)).toBe(201);
    await patch(owner.id, { role: "viewer" });
    expect([await write(secret), await read(secret)]).toEqual([403, 200]);
    await world().emptyRedis();
    expect([await write(secret), await read(secret)]).toEqual([403, 200]);
    await patch(owner.id, { role: "admin" });
    expect(await write(secret)).toBe(201);
    // Never more than it was made for.
    expect((await api(secret).users.$get({ query: {} })).status).toBe(403);
  });

  it("[IDN-30] a reader that asked before the demotion loses", async () => {
    const { owner, secret } = await keyOf("operator", "agents:write");
    const held = heldRedis(world().platform.redis, redisKey("key"));
    const slow = describedApp({ ...world().platform, redis: held.redis });
    const headers = { authorization: `Bearer ${secret}` };
    const reading = slow.request("/api/v1/users/me", { headers });
    await held.reached;
    await patch(owner.id, { role: "viewer" });
    held.release();
    await reading;
    expect(await write(secret)).toBe(403);
  });

  it("[IDN-31] a key ends at its expiry, cached or not", async () => {
    const owner = await signedIn("viewer");
    const expiresAt = new Date(world().platform.now().getTime() + 60_000).toISOString();
    const scopes: Scope[] = ["agents:read"];
    const { secret } = await (await create(owner.token, { expiresAt, scopes })).json();
    expect(await read(secret)).toBe(200);
    world().advance(60_000);
    expect(await read(secret)).toBe(401);
    await world().emptyRedis();
    expect(await read(secret)).toBe(401);
  });

  it("[IDN-31] a revoked key is dead at once, with Redis emptied too; again is no harm", async () => {
    const { owner, id, secret } = await keyOf("viewer", "agents:read");
    const other = await keyOf("viewer", "agents:read");
    expect(await read(secret)).toBe(200);
    expect((await revoke(owner.token, id)).status).toBe(204);
    expect(await read(secret)).toBe(401);
    await world().emptyRedis();
    expect(await read(secret)).toBe(401);
    expect((await revoke(owner.token, id)).status).toBe(204);
    expect(await read(other.secret)).toBe(200);
  });

  it("[IDN-31] with the owner blocked it is dead, unblocked it lives, deleted it stays dead", async () => {
    const { owner, secret, id } = await keyOf("viewer", "agents:read");
    const other = await keyOf("viewer", "agents:read");
    expect(await read(secret)).toBe(200);
    await patch(owner.id, { blocked: true });
    expect(await read(secret)).toBe(401);
    await world().emptyRedis();
    expect(await read(secret)).toBe(401);
    await patch(owner.id, { blocked: false });
    expect(await read(secret)).toBe(200);
    await api(admin).users[":id"].$delete({ param: { id: owner.id } });
    expect(await read(secret)).toBe(401);
    expect((await rowOf(id))?.revokedAt).toEqual(world().platform.now());
    expect((await rowOf(other.id))?.revokedAt).toBeNull();
  });

  it("[IDN-32] the last use is written at most once a minute", async () => {
    const { id, secret } = await keyOf("viewer", "agents:read");
    const other = await keyOf("viewer", "agents:read");
    expect((await rowOf(id))?.lastUsedAt).toBeNull();
    await read(secret);
    const first = world().platform.now();
    expect((await rowOf(id))?.lastUsedAt).toEqual(first);
    world().advance(30_000);
    await world().emptyRedis();
    await read(secret);
    expect((await rowOf(id))?.lastUsedAt).toEqual(first);
    world().advance(31_000);
    await world().emptyRedis();
    await read(secret);
    expect((await rowOf(id))?.lastUsedAt).toEqual(world().platform.now());
    expect((await rowOf(other.id))?.lastUsedAt).toBeNull();
  });

  it("[IDN-33] administrators see and revoke all keys, others theirs; a stranger's is 404", async () => {
    const one = await keyOf("operator", "agents:read");
    const two = await keyOf("operator", "agents:read");
    const list = async (token: string, query: { personId?: string } = {}) => {
      const page = await (await api(token)["api-keys"].$get({ query })).json();
      return page.items.map(({ id }) => id);
    };
    expect(await list(one.owner.token)).toEqual([one.id]);
    expect(await list(one.owner.token, { personId: two.owner.id })).toEqual([one.id]);
    expect(await list(admin)).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(await list(admin, { personId: two.owner.id })).toEqual([two.id]);
    expect((await revoke(one.owner.token, two.id)).status).toBe(404);
    expect(await read(two.secret)).toBe(200);
    expect((await revoke(admin, two.id)).status).toBe(204);
    expect(await read(two.secret)).toBe(401);
    expect(await list(two.owner.token)).toEqual([]);
  });

  it("[IDN-33] a key makes no keys and touches neither sessions nor passwords", async () => {
    const all: Scope[] = [
      "checks:read",
      "checks:write",
      "agents:read",
      "agents:write",
      "people:write",
    ];
    const { secret, id } = await keyOf("admin", ...all);
    const json = { currentPassword: PASSWORD, newPassword: "another long password" };
    const refused = [
      await create(secret),
      await api(secret)["api-keys"].$get({ query: {} }),
      await revoke(secret, id),
      await api(secret).auth.sessions.$get({ query: {} }),
      await api(secret).auth.password.$post({ json }),
    ];
    for (const response of refused) {
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ type: "/problems/identity.session_needed" });
    }
    expect((await api(secret).users.$get({ query: {} })).status).toBe(200);
  });

  it("[IDN-22] unknown keys are counted per network, those that live are not", async () => {
    const { secret } = await keyOf("viewer", "agents:read");
    const headers = { "x-test-address": "203.0.113.50" };
    const me = (token: string) => api(token).users.me.$get(undefined, { headers });
    for (let i = 0; i < 300; i += 1) expect((await me(`nck_${i}`)).status).toBe(401);
    const refused = await me("nck_one_more");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("ratelimit-policy")).toBe('"unknown_key";q=300;w=60');
    expect(await read(secret)).toBe(200);
    expect((await me(secret)).status).toBe(200);
  });

  it("[IDN-9] keys leave a record of their making and end, and of what they do", async () => {
    const { owner, id, secret } = await keyOf("operator", "agents:write");
    await write(secret);
    await revoke(owner.token, id);
    const query = { actor: owner.id };
    const { items } = await (await api(admin).audit.$get({ query })).json();
    expect(items.map(({ action, actor }) => [action, actor.type])).toEqual([
      ["api_key.revoked", "person"],
      ["agent.created", "key"],
      ["api_key.created", "person"],
      ["session.started", "person"],
    ]);
    expect(items[1]?.actor).toMatchObject({ keyId: id, email: owner.email });
  });
});
