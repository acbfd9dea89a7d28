import { openRedis } from "@netcheck/adapters/redis";
import { audit } from "@netcheck/identity/identity.sql";
import { eq, sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";

import { describedApp } from "../support/described.ts";
import { silentServer } from "../support/silent-server.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const LIMIT = 10;

describe("limits", () => {
  const world = useWorld();
  beforeEach(() => world().emptyRedis());

  const from = (address: string) => ({ headers: { "x-test-address": address } });
  const login = (email: string, password = "wrong password", address = "192.0.2.1") =>
    world().client().api.v1.auth.login.$post({ json: { email, password } }, from(address));
  const grant = (username: string, address = "192.0.2.1") =>
    world().request("/api/v1/auth/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type: "password", username, password: "wrong password" }),
      ...from(address),
    });
  async function statuses(times: number, send: () => Response | Promise<{ status: number }>) {
    const all: number[] = [];
    for (let i = 0; i < times; i += 1) all.push((await send()).status);
    return all;
  }

  it("[IDN-18] NC-B-08 beyond the limit it is 429 that says when, the right password too", async () => {
    const { email } = await world().personWith("viewer");
    expect(new Set(await statuses(LIMIT, () => login(email)))).toEqual(new Set([401]));
    const refused = await login(email.toUpperCase(), PASSWORD);
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(300);
    expect(refused.headers.get("ratelimit-policy")).toBe('"sign_in";q=10;w=300');
    expect(refused.headers.get("ratelimit")).toBe(`"sign_in";r=0;t=${seconds}`);
    expect(await refused.json()).toMatchObject({ type: "/problems/platform.limited" });
    expect((await login(email, PASSWORD, "198.51.100.1")).status).toBe(200);
    world().advance(seconds * 1000);
    expect((await login(email, PASSWORD)).status).toBe(200);
  });

  it("[IDN-18] NC-B-08 attempts at once are counted before any password is looked at", async () => {
    const { email } = await world().personWith("viewer");
    const all = await Promise.all(Array.from({ length: 30 }, () => login(email)));
    expect(all.filter(({ status }) => status === 401)).toHaveLength(LIMIT);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  it("[IDN-18] NC-B-08 an unknown account is counted the same, by login and token together", async () => {
    const half = LIMIT / 2;
    expect(new Set(await statuses(half, () => login("no@example.com")))).toEqual(new Set([401]));
    expect(new Set(await statuses(half, () => grant("no@example.com")))).toEqual(new Set([400]));
    expect((await login("no@example.com")).status).toBe(429);
    const refused = await grant("no@example.com");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("ratelimit")).toContain('"sign_in"');
    expect(await refused.json()).toMatchObject({ error: "slow_down" });
  });

  it("[IDN-18] what succeeds is not counted", async () => {
    const { email } = await world().personWith("viewer");
    const all = await statuses(LIMIT + 5, () => login(email, PASSWORD));
    expect(new Set(all)).toEqual(new Set([200]));
  });

  it("[IDN-18] NC-B-08 a network that tries many accounts is limited, and no other", async () => {
    const attempts = Array.from({ length: 100 }, (_, i) => `somebody-${i}@example.com`);
    for (const email of attempts) expect((await login(email)).status).toBe(401);
    const { email } = await world().personWith("viewer");
    const refused = await login(email, PASSWORD);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("ratelimit-policy")).toBe('"sign_in_network";q=100;w=300');
    expect((await login(email, PASSWORD, "198.51.100.1")).status).toBe(200);
  });

  it("[IDN-18] the current password is guessed at no faster", async () => {
    const { email } = await world().personWith("viewer");
    const { accessToken } = await (await login(email, PASSWORD)).json();
    const json = { currentPassword: "wrong password", newPassword: "another long password" };
    const { password } = world().client(accessToken).api.v1.auth;
    expect(new Set(await statuses(LIMIT, () => password.$post({ json })))).toEqual(new Set([422]));
    expect((await password.$post({ json })).status).toBe(429);
  });

  it("[IDN-18] NC-B-08 refreshes are limited, per token and per network", async () => {
    const refresh = (refreshToken: string) =>
      world().client().api.v1.auth.refresh.$post({ json: { refreshToken } });
    expect(new Set(await statuses(60, () => refresh("ncr_same")))).toEqual(new Set([401]));
    expect((await refresh("ncr_same")).status).toBe(429);
    for (let i = 0; i < 240; i += 1) expect((await refresh(`ncr_${i}`)).status).toBe(401);
    expect((await refresh("ncr_another")).status).toBe(429);
  });

  it("[IDN-19] NC-B-08 an account guessed at from everywhere is slowed, never locked", async () => {
    const { email } = await world().personWith("viewer");
    for (let i = 0; i < 20; i += 1) await login(email, "wrong password", `198.51.100.${i}`);
    const startedAt = performance.now();
    const response = await login(email, PASSWORD, "203.0.113.1");
    expect(response.status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it("[IDN-20] NC-B-08 an IPv6 subscriber counts as one, and a claimed address as nothing", async () => {
    const { email } = await world().personWith("viewer");
    for (let i = 0; i < LIMIT; i += 1) await login(email, "wrong password", `2001:db8:0:1::${i}`);
    expect((await login(email, PASSWORD, "2001:db8:0:1:ffff::1")).status).toBe(429);
    expect((await login(email, PASSWORD, "2001:db8:0:2::1")).status).toBe(200);
    const headers = { "x-test-address": "2001:db8:0:1::1", "x-forwarded-for": "203.0.113.7" };
    const json = { email, password: PASSWORD };
    const claimed = await world().client().api.v1.auth.login.$post({ json }, { headers });
    expect(claimed.status).toBe(429);
  });

  it("[IDN-21] while Redis hangs no password is looked at: 503", async () => {
    const { email } = await world().personWith("viewer");
    await using silent = await silentServer();
    const redis = openRedis({ url: silent.url, token: "any" });
    const app = describedApp({ ...world().platform, redis });
    const send = (path: string, body: string, type: string) =>
      app.request(`/api/v1/auth/${path}`, {
        method: "POST",
        body,
        headers: { "content-type": type },
      });
    const rows = await world()
      .platform.db.select({ n: sql<string>`count(*)` })
      .from(audit);
    const json = JSON.stringify({ email, password: PASSWORD });
    const signIn = await send("login", json, "application/json");
    expect(signIn.status).toBe(503);
    expect(signIn.headers.get("retry-after")).toBe("5");
    const form = new URLSearchParams({
      grant_type: "password",
      username: email,
      password: PASSWORD,
    });
    const granted = await send("token", form.toString(), "application/x-www-form-urlencoded");
    expect(granted.status).toBe(503);
    expect(granted.headers.get("retry-after")).toBe("5");
    expect(await granted.json()).toMatchObject({ error: "temporarily_unavailable" });
    const refreshed = await send("refresh", '{"refreshToken":"ncr_x"}', "application/json");
    expect(refreshed.status).toBe(503);
    expect(
      await world()
        .platform.db.select({ n: sql<string>`count(*)` })
        .from(audit),
    ).toEqual(rows);
  });

  it("[IDN-22] registering agents is counted per network, and what a token bought is not", async () => {
    const admin = world().client(await world().tokenOf("admin")).api.v1;
    const { enrollmentToken } = await (await admin.agents.$post({ json: { name: "buys" } })).json();
    const { register } = world().client().api.v1.agents;
    const send = (token: string, address = "192.0.2.1") =>
      register.$post(
        { json: { token, hostname: "h", version: "1", capabilities: [] } },
        from(address),
      );
    expect((await send(enrollmentToken)).status).toBe(200);
    expect(new Set(await statuses(60, () => send("nce_unknown")))).toEqual(new Set([401]));
    expect((await send(enrollmentToken)).status).toBe(429);
    expect((await send("nce_unknown", "198.51.100.1")).status).toBe(401);
  });

  it("[IDN-22] unknown agent secrets are counted per network, and known ones are not", async () => {
    const admin = world().client(await world().tokenOf("admin")).api.v1;
    const { enrollmentToken } = await (
      await admin.agents.$post({ json: { name: "known" } })
    ).json();
    const json = { token: enrollmentToken, hostname: "h", version: "1", capabilities: [] };
    const registered = await world().client().api.v1.agents.register.$post({ json });
    const { agentSecret = "" } = await registered.json();
    const session = (secret: string, address?: string) =>
      world()
        .client(secret)
        .api.v1.agents.session.$post(undefined, from(address ?? "192.0.2.1"));
    for (let i = 0; i < 5; i += 1) expect((await session(agentSecret)).status).toBe(200);
    const all = Array.from({ length: 1_000 }, (_, i) => () => session(`ncs_${i}`));
    for (let i = 0; i < all.length; i += 5) {
      const some = await Promise.all(all.slice(i, i + 5).map((send) => send()));
      expect(new Set(some.map(({ status }) => status))).toEqual(new Set([401]));
    }
    expect((await session("ncs_one_more")).status).toBe(429);
    expect((await session(agentSecret, "198.51.100.1")).status).toBe(200);
  });

  it("[IDN-9] refused sign-ins are on record with account and address; limited ones are not", async () => {
    const { email, id } = await world().personWith("viewer");
    await statuses(LIMIT + 3, () => login(email));
    const { db } = world().platform;
    const rows = await db.select().from(audit).where(eq(audit.subjectId, id));
    expect(rows).toHaveLength(LIMIT);
    expect(rows[0]).toMatchObject({
      action: "session.refused",
      actor: { type: "nobody" },
      address: "192.0.2.1",
      details: { email, reason: "password" },
    });
    expect(JSON.stringify(rows)).not.toContain("wrong password");
  });
});
