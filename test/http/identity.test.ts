import { openRedis } from "@netcheck/adapters/redis";
import { createFirstAdmin, findFirstAdmin } from "@netcheck/identity/first-admin";
import { audit, person, session } from "@netcheck/identity/identity.sql";
import { forgetSession } from "@netcheck/identity/live-session";
import { generateTokenKeys, openTokens } from "@netcheck/identity/token";
import { newId } from "@netcheck/kernel/id";
import { eq } from "drizzle-orm";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";

import { describedApp } from "../support/described.ts";
import { intercepted } from "../support/intercepted.ts";
import { hold, inTurn } from "../support/interleave.ts";
import { silentServer } from "../support/silent-server.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const LOCK_FIRST = "select pg_advisory_xact_lock(hashtext('identity.first_admin'))";

describe("identity", () => {
  const world = useWorld();
  const login = (json: { email: string; password: string }) =>
    world().client().api.v1.auth.login.$post({ json });
  const me = (token: string) => world().client(token).api.v1.users.me.$get();
  const logout = (token: string) => world().client(token).api.v1.auth.logout.$post({ json: {} });

  it("[IDN-1] NC-B-01 the right password gives a token that works", async () => {
    const { email, id } = await world().personWith("operator");
    const response = await login({ email: email.toUpperCase(), password: PASSWORD });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const body = await response.json();
    expect(body).toMatchObject({ tokenType: "Bearer", expiresInSeconds: 900, user: { id, email } });
    expect(JSON.stringify(body)).not.toContain("passwordHash");
    expect(await (await me(body.accessToken)).json()).toEqual({ id, email, role: "operator" });
  });

  it("[IDN-2] NC-B-02 wrong, unknown, blocked and deleted get the identical answer", async () => {
    const { email } = await world().personWith("viewer");
    const blocked = await world().personWith("viewer");
    const at = { blockedAt: world().platform.now() };
    await world().platform.db.update(person).set(at).where(eq(person.id, blocked.id));
    const wrong = await login({ email, password: "not this" });
    const unknown = await login({ email: "nobody@example.com", password: PASSWORD });
    const out = await login({ email: blocked.email, password: PASSWORD });
    const deleted = await world().personWith("viewer");
    const gone = { deletedAt: world().platform.now(), passwordHash: null };
    await world().platform.db.update(person).set(gone).where(eq(person.id, deleted.id));
    const left = await login({ email: deleted.email, password: PASSWORD });
    expect([wrong, unknown, out, left].map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    const text = await wrong.text();
    expect(await unknown.text()).toBe(text);
    expect(await out.text()).toBe(text);
    expect(await left.text()).toBe(text);
  });

  it.for([
    ["is blocked", { blockedAt: new Date() }],
    ["is deleted", { deletedAt: new Date(), passwordHash: null }],
    ["gets another password", { passwordHash: "another" }],
  ] as const)("[IDN-2] so does one who %s while the password is looked at", async ([, change]) => {
    const { id, email } = await world().personWith("viewer");
    const { platform, brokerAdmin } = world();
    let statements = 0;
    // The limit in Redis, the look-up, then the session: just before it the person is out.
    const overtaken = intercepted(platform, brokerAdmin, async (call) => {
      statements += 1;
      if (statements === 3) await platform.db.update(person).set(change).where(eq(person.id, id));
      return await call();
    });
    const body = JSON.stringify({ email, password: PASSWORD });
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body };
    const refused = await describedApp(overtaken).request("/api/v1/auth/login", init);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ detail: "Wrong e-mail or password." });
    expect(await platform.db.select().from(session).where(eq(session.personId, id))).toEqual([]);
    expect(await platform.db.select().from(audit).where(eq(audit.actorId, id))).toEqual([]);
  });

  it("[IDN-1] NC-B-03 a malformed e-mail is 422 and says where", async () => {
    const response = await login({ email: "not-an-address", password: "x" });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ at: "json.email" }] });
  });

  it("[IDN-3] a token of ours stops working after 15 minutes", async () => {
    const token = await world().tokenOf("viewer");
    world().advance(899_000);
    expect((await me(token)).status).toBe(200);
    world().advance(2_000);
    expect((await me(token)).status).toBe(401);
  });

  it("[IDN-3] NC-B-05 what is not an access token of ours is 401, never 500", async () => {
    const { tokens } = world().platform;
    const claims = {
      personId: newId<"person">(new Date()),
      sessionId: newId<"session">(new Date()),
    };
    const now = world().platform.now();
    const keys = await generateTokenKeys();
    const foreign = await openTokens({
      keys,
      issuer: "http://netcheck.test",
      lifetimeSeconds: 900,
    });
    const otherType = new SignJWT({ sub: claims.personId, sid: claims.sessionId })
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid: tokens.jwks.keys[0]?.kid ?? "" })
      .setIssuer("http://netcheck.test")
      .setAudience("netcheck")
      .sign(new TextEncoder().encode(JSON.stringify(tokens.jwks.keys[0])));
    const forged = [
      "nonsense",
      "a.b.c",
      await foreign.sign(claims, now),
      await otherType,
      // Well signed, for a session that nobody opened.
      await tokens.sign(claims, now),
      `${await tokens.sign(claims, now)}x`,
      "ncs_unknown",
    ];
    for (const token of forged) expect((await me(token)).status, token).toBe(401);
    expect((await world().client().api.v1.users.me.$get()).status).toBe(401);
  });

  it("[IDN-4] NC-B-06 signing out acts at once, also with Redis emptied, and may be repeated", async () => {
    const token = await world().tokenOf("viewer");
    expect((await me(token)).status).toBe(200);
    expect((await logout(token)).status).toBe(204);
    expect((await me(token)).status).toBe(401);
    await world().emptyRedis();
    expect((await me(token)).status).toBe(401);
    expect((await logout(token)).status).toBe(204);
  });

  it("[IDN-5] a copy cached before the sign-out does not outlive it", async () => {
    const token = await world().tokenOf("viewer");
    const { sid } = await world().platform.tokens.verify(token, world().platform.now());
    await forgetSession(world().platform, sid);
    expect((await me(token)).status).toBe(401);
    // Postgres still says live: the reader that asked it must lose to the ending.
    expect((await me(token)).status).toBe(401);
  });

  it("[IDN-6] nobody is let in while Redis does not answer, and soon told so", async () => {
    const token = await world().tokenOf("viewer");
    await using silent = await silentServer();
    const redis = openRedis({ url: silent.url, token: "any" });
    const app = describedApp({ ...world().platform, redis });
    const startedAt = performance.now();
    const headers = { authorization: `Bearer ${token}` };
    const response = await app.request("/api/v1/users/me", { headers });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(await response.json()).toMatchObject({ type: "/problems/platform.redis" });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("[IDN-7] a role without the scope is 403 with the scope's name", async () => {
    const viewer = world().client(await world().tokenOf("viewer"));
    const response = await viewer.api.v1.agents.$post({ json: { name: "x" } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ detail: "This needs the scope agents:write." });
  });

  it("[IDN-8] of two first administrators at once the second is not made", async () => {
    const { db } = world().platform;
    await db.delete(person);
    const create = (email: string) =>
      createFirstAdmin(world().system(), { email, password: PASSWORD });
    await using held = await hold(world(), LOCK_FIRST);
    const both = ["One@example.com", "two@example.com"].map((email) => () => create(email));
    const made = await inTurn(held, both);
    const [admin, ...others] = await db.select().from(person);
    expect(made).toEqual([{ id: admin?.id, email: "one@example.com" }, undefined]);
    expect(others).toEqual([]);
    const ofAdmin = eq(audit.subjectId, admin?.id ?? "");
    expect(await db.select().from(audit).where(ofAdmin)).toMatchObject([
      { action: "person.created", actor: { type: "system" } },
    ]);
    expect(admin?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await findFirstAdmin(world().system())).toEqual({ id: admin?.id, email: admin?.email });
  });

  it("[IDN-9] signing in and out are on record with the request's id", async () => {
    const { email } = await world().personWith("viewer");
    const signedIn = await login({ email, password: PASSWORD });
    const { accessToken } = await signedIn.json();
    await logout(accessToken);
    const { db, tokens, now } = world().platform;
    const { sid } = await tokens.verify(accessToken, now());
    const rows = await db.select().from(audit).where(eq(audit.subjectId, sid)).orderBy(audit.id);
    expect(rows.map((row) => row.action)).toEqual(["session.started", "session.ended"]);
    expect(rows[0]?.requestId).toBe(signedIn.headers.get("x-request-id"));
    const [row] = await db.select().from(session).where(eq(session.id, sid));
    expect(row?.endedAt).toEqual(now());
  });

  it("publishes the public halves of its keys and nothing else", async () => {
    const response = await world().client()[".well-known"]["jwks.json"].$get();
    const { keys } = await response.json();
    expect(keys).toHaveLength(3);
    for (const key of keys) expect(key).not.toHaveProperty("d");
  });
});
