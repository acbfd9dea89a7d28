import type { App } from "@netcheck/api/app";
import { apiKey, person, session } from "@netcheck/identity/identity.sql";
import { redisKey } from "@netcheck/identity/redis-key";
import type { Id } from "@netcheck/kernel/id";
import type { Role } from "@netcheck/kernel/role";
import { eq } from "drizzle-orm";
import { hc } from "hono/client";
import { beforeAll, describe, expect, it } from "vitest";

import { actionsOf } from "../support/audited.ts";
import { consumerOf } from "../support/consumer.ts";
import { describedApp } from "../support/described.ts";
import { heldRedis } from "../support/held-redis.ts";
import { hold, inTurn } from "../support/interleave.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const DEMOTE = "update identity.person set role = 'viewer' where id = $1";
const BLOCK = "update identity.person set blocked_at = now() where id = $1";
const DELETE = "update identity.person set deleted_at = now() where id = $1";
const REPLACE = "update identity.person set password_hash = 'another' where id = $1";
const LOCK_PERSON = "select from identity.person where id = $1 for update";
const LOCK_KEY = "select from identity.api_key where id = $1 for update";
const LOCK_SESSION = "select from identity.session where id = $1 for update";
const LOCK_TOKENS = "select from identity.refresh_token where session_id = $1 for update";
const END_SESSION = "update identity.session set ended_at = now() where id = $1";

const NEW_PASSWORD = "a brand new password";

describe("two at once", () => {
  const world = useWorld();
  let admin = "";
  beforeAll(async () => {
    admin = await world().tokenOf("admin");
  });

  const holding = (statement: string, ...values: string[]) => hold(world(), statement, ...values);
  const api = (token?: string) => world().client(token).api.v1;
  const login = (email: string, password = PASSWORD) =>
    api().auth.login.$post({ json: { email, password } });
  const refresh = (refreshToken: string) => api().auth.refresh.$post({ json: { refreshToken } });
  const me = async (token: string) => (await api(token).users.me.$get()).status;
  const create = (token: string) =>
    api(token)["api-keys"].$post({ json: { name: "script", scopes: ["agents:write"] } });
  const change = (token: string, newPassword = NEW_PASSWORD) =>
    api(token).auth.password.$post({ json: { currentPassword: PASSWORD, newPassword } });
  const statusesOf = (answers: readonly { status: number }[]) =>
    answers.map(({ status }) => status);
  const eventsOf = (id: string) => world().queue.sent.filter(({ body }) => body.includes(id));

  /** In the hands of a program, with the refresh token. */
  async function signedIn(role: Role) {
    const made = await world().personWith(role);
    const form = { grant_type: "password", username: made.email, password: PASSWORD };
    const body = new URLSearchParams(form);
    const granted = await world().request("/api/v1/auth/token", { method: "POST", body });
    const pair = (await granted.json()) as { access_token: string; refresh_token: string };
    const { tokens, now } = world().platform;
    const { sid } = await tokens.verify(pair.access_token, now());
    return { ...made, sid, token: pair.access_token, refreshToken: pair.refresh_token };
  }

  const recordsOf = (subjectId: string) => actionsOf(world().platform.db, subjectId);

  async function sessionOf(id: Id<"session">) {
    const [row] = await world().platform.db.select().from(session).where(eq(session.id, id));
    return row;
  }

  it.each([
    ["demoted", DEMOTE, 422],
    ["blocked", BLOCK, 401],
    ["deleted", DELETE, 401],
  ])("[IDN-30] who is being %s gets no key for what he was", async (_, deed, status) => {
    const owner = await signedIn("operator");
    await using held = await holding(deed, owner.id);
    expect(statusesOf(await inTurn(held, [() => create(owner.token)]))).toEqual([status]);
    const mine = eq(apiKey.personId, owner.id);
    expect(await world().platform.db.select().from(apiKey).where(mine)).toEqual([]);
  });

  it("[IDN-33] of two who revoke a key one leaves the event and the record", async () => {
    const owner = await signedIn("operator");
    const { id } = await (await create(owner.token)).json();
    const before = eventsOf(owner.id).length;
    await using held = await holding(LOCK_KEY, id);
    const revoke = (token: string) => () =>
      api(token)["api-keys"][":id"].$delete({ param: { id } });
    const answers = await inTurn(held, [revoke(owner.token), revoke(admin)]);
    expect(statusesOf(answers)).toEqual([204, 204]);
    expect(await recordsOf(id)).toEqual(["api_key.created", "api_key.revoked"]);
    expect(eventsOf(owner.id).length).toBe(before + 1);
  });

  it("[IDN-28] of two new passwords the first is taken", async () => {
    const viewer = await signedIn("viewer");
    await using held = await holding(LOCK_PERSON, viewer.id);
    const both = ["the first new one", "the second new one"];
    const changes = both.map((password) => () => change(viewer.token, password));
    expect(statusesOf(await inTurn(held, changes))).toEqual([204, 409]);
    expect((await login(viewer.email, "the first new one")).status).toBe(200);
  });

  it.each(["a new password", "deletion"])(
    "[IDN-25] %s ends sessions by its event, should Redis not hear of it at once",
    async (deed) => {
      const viewer = await signedIn("viewer");
      const { accessToken: other } = await (await login(viewer.email)).json();
      expect([await me(admin), await me(viewer.token), await me(other)]).toEqual([200, 200, 200]);
      const held = heldRedis(world().platform.redis, redisKey("session"));
      const slow = hc<App>("http://netcheck.test", {
        fetch: describedApp({ ...world().platform, redis: held.redis }).request,
      }).api.v1;
      const by = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
      const json = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      const doing =
        deed === "deletion"
          ? slow.users[":id"].$delete({ param: { id: viewer.id } }, by(admin))
          : slow.auth.password.$post({ json }, by(viewer.token));
      await held.reached;
      expect(await me(other)).toBe(200);
      const events = await consumerOf(world().platform, "events-identity");
      const [message] = eventsOf(viewer.id);
      const record = { messageId: "1", body: message?.body ?? "" } as never;
      expect(await events({ Records: [record] })).toEqual({ batchItemFailures: [] });
      expect(await me(other)).toBe(401);
      held.release();
      expect((await doing).status).toBe(204);
    },
  );

  it("[IDN-25] of two changes of a person neither is lost", async () => {
    const { id } = await world().personWith("viewer");
    await using held = await holding(LOCK_PERSON, id);
    const patch = (json: { role: "operator" } | { blocked: true }) => () =>
      api(admin).users[":id"].$patch({ param: { id }, json });
    const answers = await inTurn(held, [patch({ role: "operator" }), patch({ blocked: true })]);
    expect(statusesOf(answers)).toEqual([200, 200]);
    const [, second] = await Promise.all(answers.map((one) => one.json()));
    expect(second).toMatchObject({ role: "operator", blockedAt: expect.any(String) });
    expect(await recordsOf(id)).toEqual(["person.role_changed", "person.blocked"]);
  });

  it("[IDN-28] a new password stands, whatever else is changed meanwhile", async () => {
    const { id } = await world().personWith("viewer");
    await using held = await holding(REPLACE, id);
    const promote = () =>
      api(admin).users[":id"].$patch({ param: { id }, json: { role: "operator" } });
    expect(statusesOf(await inTurn(held, [promote]))).toEqual([200]);
    const mine = eq(person.id, id);
    const [row] = await world().platform.db.select().from(person).where(mine);
    expect(row).toMatchObject({ role: "operator", passwordHash: "another" });
  });

  it.each([
    ["blocked", BLOCK],
    ["deleted", DELETE],
    ["given another password", REPLACE],
  ])("[IDN-25] nobody signs in who is being %s", async (_, deed) => {
    const viewer = await world().personWith("viewer");
    await using held = await holding(deed, viewer.id);
    expect(statusesOf(await inTurn(held, [() => login(viewer.email)]))).toEqual([401]);
    const mine = eq(session.personId, viewer.id as Id<"person">);
    expect(await world().platform.db.select().from(session).where(mine)).toEqual([]);
  });

  it("[IDN-4] of two who end a session one leaves the event and the record", async () => {
    const viewer = await signedIn("viewer");
    await using held = await holding(LOCK_SESSION, viewer.sid);
    const end = () => api(viewer.token).auth.logout.$post({ json: {} });
    expect(statusesOf(await inTurn(held, [end, end]))).toEqual([204, 204]);
    expect(await recordsOf(viewer.sid)).toEqual(["session.started", "session.ended"]);
    expect(eventsOf(viewer.sid)).toHaveLength(1);
  });

  it("[IDN-11] of two uses of a refresh token the first gets the successor", async () => {
    const { sid, refreshToken } = await signedIn("viewer");
    await using held = await holding(LOCK_TOKENS, sid);
    const use = () => refresh(refreshToken);
    expect(statusesOf(await inTurn(held, [use, use]))).toEqual([200, 409]);
  });

  it("[IDN-10] a use renews its own session, and no other", async () => {
    const [one, other] = [await signedIn("viewer"), await signedIn("viewer")];
    world().advance(1_000);
    const { accessToken } = await (await refresh(one.refreshToken)).json();
    const { tokens, now } = world().platform;
    expect(await tokens.verify(accessToken, now())).toMatchObject({ sub: one.id, sid: one.sid });
    expect((await sessionOf(one.sid))?.refreshedAt).toEqual(now());
    expect((await sessionOf(other.sid))?.refreshedAt).not.toEqual(now());
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  it.each([
    ["blocked", BLOCK],
    ["deleted", DELETE],
  ])("[IDN-10] nothing is renewed for who was %s a moment ago", async (_, deed) => {
    const { id, refreshToken } = await signedIn("viewer");
    await using held = await holding(deed, id);
    await held.end("commit");
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it("[IDN-10] a session that is being ended is not renewed", async () => {
    const { sid, refreshToken } = await signedIn("viewer");
    const before = await sessionOf(sid);
    world().advance(1_000);
    await using held = await holding(END_SESSION, sid);
    expect(statusesOf(await inTurn(held, [() => refresh(refreshToken)]))).toEqual([401]);
    expect((await sessionOf(sid))?.refreshedAt).toEqual(before?.refreshedAt);
  });
});
