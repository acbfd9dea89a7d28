import { openRedis } from "@netcheck/adapters/redis";
import { apiKey, person, session } from "@netcheck/identity/identity.sql";
import { redisKey } from "@netcheck/identity/redis-key";
import type { Id } from "@netcheck/kernel/id";
import type { Role } from "@netcheck/kernel/role";
import { and, eq, isNotNull, isNull, ne } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { consumerOf } from "../support/consumer.ts";
import { describedApp } from "../support/described.ts";
import { heldRedis } from "../support/held-redis.ts";
import { hold, inTurn } from "../support/interleave.ts";
import { silentServer } from "../support/silent-server.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const LOCK_ADMINS = "select from identity.person where role = 'admin' order by id for update";

describe("people", () => {
  const world = useWorld();
  let admin = { id: "", email: "", token: "" };
  beforeAll(async () => {
    admin = await signedIn("admin");
  });

  const users = (token = admin.token) => world().client(token).api.v1.users;
  const auth = (token?: string) => world().client(token).api.v1.auth;
  const login = (email: string, password = PASSWORD) =>
    auth().login.$post({ json: { email, password } });
  const me = async (token: string) => (await users(token).me.$get()).status;
  type Change = Parameters<ReturnType<typeof users>[":id"]["$patch"]>[0]["json"];
  const patch = (id: string, json: Change, token = admin.token) =>
    users(token)[":id"].$patch({ param: { id }, json });
  const remove = (id: string, token = admin.token) =>
    users(token)[":id"].$delete({ param: { id } });
  const readAgents = async (token: string) =>
    (await world().client(token).api.v1.agents.$get({ query: {} })).status;
  const makeAgent = async (token: string) => {
    const json = { name: crypto.randomUUID() };
    return (await world().client(token).api.v1.agents.$post({ json })).status;
  };

  async function signedIn(role: Role) {
    const made = await world().personWith(role);
    const { accessToken } = await (await login(made.email)).json();
    return { ...made, token: accessToken };
  }

  /** When which of their sessions and keys ended. */
  async function endsOf(personId: string) {
    const mine = eq(person.id, personId as Id<"person">);
    const { db } = world().platform;
    const sessions = await db
      .select({ id: session.id, at: session.endedAt })
      .from(session)
      .innerJoin(person, and(mine, eq(person.id, session.personId)))
      .where(isNotNull(session.endedAt));
    const keys = await db
      .select({ id: apiKey.id, at: apiKey.revokedAt })
      .from(apiKey)
      .innerJoin(person, and(mine, eq(person.id, apiKey.personId)))
      .where(isNotNull(apiKey.revokedAt));
    return [...sessions, ...keys];
  }

  /** Every other administrator is gone until `work` is done. */
  async function alone<T>(ids: string[], work: () => Promise<T>) {
    const { db, now } = world().platform;
    const others = and(...ids.map((id) => ne(person.id, id as Id<"person">)));
    const admins = and(others, eq(person.role, "admin"), isNull(person.blockedAt));
    const put = await db.update(person).set({ blockedAt: now() }).where(admins).returning();
    try {
      return await work();
    } finally {
      for (const { id } of put) {
        await db.update(person).set({ blockedAt: null }).where(eq(person.id, id));
      }
    }
  }

  it("[IDN-24] an administrator makes a person, whose generated password is shown once", async () => {
    const response = await users().$post({ json: { email: "New@Example.com", role: "operator" } });
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const made = await response.json();
    expect(made).toMatchObject({ email: "new@example.com", role: "operator", blockedAt: null });
    expect(response.headers.get("location")).toBe(`/api/v1/users/${made.id}`);
    expect((await login("new@example.com", made.password)).status).toBe(200);
    const read = await users()[":id"].$get({ param: { id: made.id } });
    const fields = Object.keys(await read.json()).toSorted();
    expect(fields.join(" ")).toBe("blockedAt createdAt email id role");
  });

  it("[IDN-24] a taken e-mail is 409 in any case, also for two at once", async () => {
    const { email } = await world().personWith("viewer");
    const again = await users().$post({ json: { email: email.toUpperCase() } });
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ type: "/problems/identity.email_taken" });
    const both = await Promise.all(
      ["twice@example.com", "Twice@example.com"].map((one) =>
        users().$post({ json: { email: one } }),
      ),
    );
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
  });

  it.each([
    ["eleven characters", "elevenchars", 422],
    ["more than 1024", "x".repeat(1_025), 422],
    ["the e-mail itself", "Somebody-Long@example.com", 422],
    ["twelve characters", "twelve chars", 201],
    ["1024 characters", "x".repeat(1_024), 201],
  ])("[IDN-24] a password of %s", async (_, password, status) => {
    const email =
      status === 422 ? "somebody-long@example.com" : `${crypto.randomUUID()}@example.com`;
    expect((await users().$post({ json: { email, password } })).status).toBe(status);
  });

  it("[IDN-24] the list comes in pages, by role and by block", async () => {
    const made = [await world().personWith("operator"), await world().personWith("operator")];
    await patch(made[0]?.id ?? "", { blocked: true });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: "2", role: "operator", ...(cursor && { cursor }) } as const;
      const page = await (await users().$get({ query })).json();
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(seen.toSorted());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    const blocked = await (
      await users().$get({ query: { blocked: "true", role: "operator" } })
    ).json();
    expect(blocked.items.map(({ id }) => id)).toEqual([made[0]?.id]);
    expect((await users().$get({ query: { cursor: "no-such" } })).status).toBe(400);
  });

  it("[IDN-24] who is not there is 404, and nothing to change is 422", async () => {
    const { id } = await world().personWith("viewer");
    expect((await patch(id, {})).status).toBe(422);
    expect((await remove(id)).status).toBe(204);
    for (const gone of [
      await users()[":id"].$get({ param: { id } }),
      await patch(id, { role: "admin" }),
      await remove(id),
    ]) {
      expect(gone.status).toBe(404);
    }
  });

  it("[IDN-25] a demotion and a promotion act at once, with Redis emptied too", async () => {
    const operator = await signedIn("operator");
    expect(await makeAgent(operator.token)).toBe(201);
    expect((await patch(operator.id, { role: "viewer" })).status).toBe(200);
    expect(await makeAgent(operator.token)).toBe(403);
    expect(await readAgents(operator.token)).toBe(200);
    await world().emptyRedis();
    expect(await makeAgent(operator.token)).toBe(403);
    await patch(operator.id, { role: "operator" });
    expect(await makeAgent(operator.token)).toBe(201);
  });

  it("[IDN-25] blocking ends every session at once; unblocking brings none back", async () => {
    const viewer = await signedIn("viewer");
    const { accessToken: second } = await (await login(viewer.email)).json();
    expect([await me(viewer.token), await me(second)]).toEqual([200, 200]);
    const blocked = await patch(viewer.id, { blocked: true });
    expect((await blocked.json()).blockedAt).toBe(world().platform.now().toISOString());
    expect([await me(viewer.token), await me(second)]).toEqual([401, 401]);
    expect((await login(viewer.email)).status).toBe(401);
    await world().emptyRedis();
    expect(await me(viewer.token)).toBe(401);
    await patch(viewer.id, { blocked: false });
    expect(await me(viewer.token)).toBe(401);
    expect((await login(viewer.email)).status).toBe(200);
  });

  it("[IDN-25] deletion ends everything at once", async () => {
    const viewer = await signedIn("viewer");
    expect(await me(viewer.token)).toBe(200);
    expect((await remove(viewer.id)).status).toBe(204);
    expect(await me(viewer.token)).toBe(401);
    await world().emptyRedis();
    expect(await me(viewer.token)).toBe(401);
    expect((await login(viewer.email)).status).toBe(401);
  });

  it("[IDN-25] a password set by an administrator ends every session, never one's own", async () => {
    const viewer = await signedIn("viewer");
    const password = "another long password";
    expect((await patch(viewer.id, { password })).status).toBe(200);
    expect(await me(viewer.token)).toBe(401);
    expect((await login(viewer.email)).status).toBe(401);
    expect((await login(viewer.email, password)).status).toBe(200);
    expect((await patch(admin.id, { password })).status).toBe(409);
    expect((await patch(viewer.id, { password: viewer.email })).status).toBe(422);
  });

  it.each([
    ["demoted", { role: "viewer" }, 403],
    ["blocked", { blocked: true }, 401],
  ] as const)(
    "[IDN-25] a reader that asked before somebody was %s loses",
    async (_, change, status) => {
      const operator = await signedIn("operator");
      const held = heldRedis(world().platform.redis, redisKey("session"));
      const slow = describedApp({ ...world().platform, redis: held.redis });
      const headers = { authorization: `Bearer ${operator.token}` };
      const reading = slow.request("/api/v1/users/me", { headers });
      await held.reached;
      expect((await patch(operator.id, change)).status).toBe(200);
      held.release();
      await reading;
      expect(await makeAgent(operator.token)).toBe(status);
    },
  );

  it("[IDN-25] while Redis hangs it is 503, and the change holds: the event repeats the write", async () => {
    const operator = await signedIn("operator");
    expect(await makeAgent(operator.token)).toBe(201);
    const adminToken = admin.token;
    await using silent = await silentServer();
    const dead = openRedis({ url: silent.url, token: "any" });
    // The administrator is known before Redis falls silent.
    const { get } = world().platform.redis;
    const app = describedApp({ ...world().platform, redis: { ...dead, get } });
    const response = await app.request(`/api/v1/users/${operator.id}`, {
      method: "PATCH",
      body: JSON.stringify({ role: "viewer" }),
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    const message = world().queue.sent.findLast(({ body }) => body.includes(operator.id));
    const record = { messageId: "1", body: message?.body ?? "" } as never;
    const events = await consumerOf(world().platform, "events-identity");
    expect(await events({ Records: [record] })).toEqual({ batchItemFailures: [] });
    expect(await makeAgent(operator.token)).toBe(403);
  });

  it("[IDN-9] every change of a person is on record, with what it was", async () => {
    const { id, email } = await world().personWith("viewer");
    await patch(id, { role: "operator", blocked: true });
    await patch(id, { blocked: false, password: "another long password" });
    await remove(id);
    const page = await world()
      .client(admin.token)
      .api.v1.audit.$get({ query: { subject: id } });
    const { items } = await page.json();
    expect(items.map(({ action, details }) => [action, details]).toReversed()).toEqual([
      ["person.role_changed", { from: "viewer", to: "operator" }],
      ["person.blocked", null],
      ["person.unblocked", null],
      ["person.password_reset", null],
      ["person.deleted", { email }],
    ]);
    for (const { actor } of items)
      expect(actor).toMatchObject({ id: admin.id, email: admin.email });
  });

  it("[IDN-9] so is that somebody was made, and what became of changing one's password", async () => {
    const password = "the first password";
    const made = await (await users().$post({ json: { email: "on@record.com", password } })).json();
    const { accessToken } = await (await login(made.email, password)).json();
    const change = (currentPassword: string) =>
      auth(accessToken).password.$post({ json: { currentPassword, newPassword: PASSWORD } });
    expect([(await change("wrong")).status, (await change(password)).status]).toEqual([422, 204]);
    const audit = world().client(admin.token).api.v1.audit;
    const { items } = await (await audit.$get({ query: { subject: made.id } })).json();
    expect(items.map(({ action, actor }) => [action, actor.id])).toEqual([
      ["person.password_changed", made.id],
      ["person.password_refused", made.id],
      ["person.created", admin.id],
    ]);
  });

  it("[IDN-26] the last administrator can be neither demoted, blocked nor deleted", async () => {
    const last = await signedIn("admin");
    await alone([last.id], async () => {
      const tries = [
        await patch(last.id, { role: "operator" }, last.token),
        await patch(last.id, { blocked: true }, last.token),
        await remove(last.id, last.token),
      ];
      for (const refused of tries) {
        expect(refused.status).toBe(409);
        expect(await refused.json()).toMatchObject({ type: "/problems/identity.last_admin" });
      }
      expect(await me(last.token)).toBe(200);
      expect((await patch(last.id, { role: "admin", blocked: false }, last.token)).status).toBe(
        200,
      );
    });
    expect((await patch(last.id, { role: "operator" }, last.token)).status).toBe(200);
  });

  it.each(["demote", "block", "delete"] as const)(
    "[IDN-26] of two administrators who %s each other at once the second is refused",
    async (deed) => {
      const act = (id: string, token: string) => () => {
        if (deed === "delete") return remove(id, token);
        return patch(id, deed === "block" ? { blocked: true } : { role: "viewer" }, token);
      };
      const [one, two] = [await signedIn("admin"), await signedIn("admin")];
      await alone([one.id, two.id], async () => {
        await using held = await hold(world(), LOCK_ADMINS);
        const both = [act(two.id, one.token), act(one.id, two.token)];
        const [first, second] = await inTurn<{ status: number }>(held, both);
        expect([first?.status, second?.status]).toEqual([deed === "delete" ? 204 : 200, 409]);
        expect([await me(one.token), (await login(one.email)).status]).toEqual([200, 200]);
      });
    },
  );

  it("[IDN-27] what a deleted person did stays on record, and their e-mail is free", async () => {
    const operator = await signedIn("operator");
    await makeAgent(operator.token);
    await remove(operator.id);
    const query = { actor: operator.id, action: "agent.created" };
    const page = await (await world().client(admin.token).api.v1.audit.$get({ query })).json();
    expect(page.items).toMatchObject([{ actor: { id: operator.id, email: operator.email } }]);
    const again = await users().$post({ json: { email: operator.email, password: PASSWORD } });
    expect(again.status).toBe(201);
    expect((await again.json()).id).not.toBe(operator.id);
    expect((await login(operator.email)).status).toBe(200);
    expect(await me(operator.token)).toBe(401);
  });

  it("[IDN-28] a new password takes the current one, and ends the other sessions at once", async () => {
    const viewer = await signedIn("viewer");
    const { accessToken: other } = await (await login(viewer.email)).json();
    expect(await me(other)).toBe(200);
    const change = (currentPassword: string, newPassword: string) =>
      auth(viewer.token).password.$post({ json: { currentPassword, newPassword } });
    const wrong = await change("not my password", "a brand new password");
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({ errors: [{ at: "json.currentPassword" }] });
    expect((await change(PASSWORD, "too short")).status).toBe(422);
    expect((await change(PASSWORD, viewer.email)).status).toBe(422);
    expect((await change(PASSWORD, "a brand new password")).status).toBe(204);
    expect([await me(viewer.token), await me(other)]).toEqual([200, 401]);
    await world().emptyRedis();
    expect([await me(viewer.token), await me(other)]).toEqual([200, 401]);
    expect((await login(viewer.email)).status).toBe(401);
    expect((await login(viewer.email, "a brand new password")).status).toBe(200);
    expect((await login(admin.email)).status).toBe(200);
  });

  it.each(["a new password", "blocking", "deletion"])(
    "[IDN-4] what had ended before %s keeps its end",
    async (deed) => {
      const viewer = await signedIn("viewer");
      const other = await (await login(viewer.email)).json();
      const json = { name: "script", scopes: ["checks:read" as const] };
      const keys = world().client(other.accessToken).api.v1["api-keys"];
      const { id } = await (await keys.$post({ json })).json();
      await keys[":id"].$delete({ param: { id } });
      await auth(other.accessToken).logout.$post({ json: {} });
      const ended = await endsOf(viewer.id);
      expect(ended).toHaveLength(2);
      world().advance(1_000);
      const newPassword = "a brand new password";
      if (deed === "deletion") await remove(viewer.id);
      else if (deed === "blocking") await patch(viewer.id, { blocked: true });
      else
        await auth(viewer.token).password.$post({
          json: { currentPassword: PASSWORD, newPassword },
        });
      expect(await endsOf(viewer.id)).toEqual(expect.arrayContaining(ended));
    },
  );

  it("[IDN-29] people see their sessions and end one at once; a stranger's is 404", async () => {
    const viewer = await world().personWith("viewer");
    const headers = { "user-agent": "Firefox", "x-test-address": "198.51.100.7" };
    const json = { email: viewer.email, password: PASSWORD };
    const first = await (await auth().login.$post({ json }, { headers })).json();
    const second = await (await auth().login.$post({ json })).json();
    const mine = auth(second.accessToken).sessions;
    const { items } = await (await mine.$get({ query: {} })).json();
    expect(items).toMatchObject([
      { isCurrent: true, address: "192.0.2.1" },
      { isCurrent: false, address: "198.51.100.7", userAgent: "Firefox" },
    ]);
    const [, other] = items;
    const param = { id: other?.id ?? "" };
    const stranger = auth(admin.token).sessions[":id"];
    const refused = await stranger.$delete({ param });
    expect(refused.status).toBe(404);
    const missing = await stranger.$delete({ param: { id: viewer.id } });
    expect(await refused.text()).toBe(await missing.text());
    expect(await me(first.accessToken)).toBe(200);
    expect((await mine[":id"].$delete({ param })).status).toBe(204);
    expect((await mine[":id"].$delete({ param })).status).toBe(204);
    expect(await me(first.accessToken)).toBe(401);
    expect((await (await mine.$get({ query: {} })).json()).items).toHaveLength(1);
    const audit = world().client(admin.token).api.v1.audit;
    const records = await (await audit.$get({ query: { subject: param.id } })).json();
    expect(records.items).toMatchObject([
      { action: "session.ended", actor: { id: viewer.id } },
      { action: "session.started" },
    ]);
    const page = await (await auth(admin.token).sessions.$get({ query: { limit: "1" } })).json();
    expect(page.items).toHaveLength(1);
  });
});
