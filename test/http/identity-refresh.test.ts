import { SCHEDULES } from "@netcheck/api/schedules";
import { audit, refreshToken, session } from "@netcheck/identity/identity.sql";
import { purgeSessions } from "@netcheck/identity/purge";
import { asc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { PASSWORD, useWorld } from "../support/world.ts";

describe("refresh", () => {
  const world = useWorld();
  const auth = () => world().client().api.v1.auth;
  const refresh = (token: string) => auth().refresh.$post({ json: { refreshToken: token } });
  const me = async (token: string) => (await world().client(token).api.v1.users.me.$get()).status;
  const pairOf = async (response: Response) =>
    (await response.json()) as { accessToken: string; refreshToken: string };

  /** A pair in the hands of a program, by the OAuth2 form. */
  async function signedIn() {
    const { email } = await world().personWith("viewer");
    const { platform } = world();
    const form = new URLSearchParams({
      grant_type: "password",
      username: email,
      password: PASSWORD,
    });
    const granted = await world().request("/api/v1/auth/token", { method: "POST", body: form });
    const body = (await granted.json()) as { access_token: string; refresh_token: string };
    const { sid } = await platform.tokens.verify(body.access_token, platform.now());
    return { accessToken: body.access_token, refreshToken: body.refresh_token, sid };
  }
  const rowsOf = (sid: Awaited<ReturnType<typeof signedIn>>["sid"]) =>
    world().platform.db.select().from(session).where(eq(session.id, sid));

  it("[IDN-10] NC-B-04 a use gives the next pair, and the session lives on from there", async () => {
    const first = await signedIn();
    expect(first.refreshToken).toMatch(/^ncr_[\w-]{43}$/);
    const before = (await rowsOf(first.sid))[0]?.expiresAt.getTime() ?? 0;
    world().advance(60_000);
    const response = await refresh(first.refreshToken);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.getSetCookie()).toEqual([]);
    const next = await pairOf(response);
    expect(next).toMatchObject({ tokenType: "Bearer", expiresInSeconds: 900 });
    expect(await me(next.accessToken)).toBe(200);
    expect((await rowsOf(first.sid))[0]?.expiresAt.getTime()).toBe(before + 60_000);
    const kept = JSON.stringify(await world().platform.db.select().from(refreshToken));
    expect(kept).not.toContain(next.refreshToken);
    expect((await refresh(next.refreshToken)).status).toBe(200);
  });

  it("[IDN-10] NC-B-05 neither token is good in the other's place: 401, never 500", async () => {
    const { accessToken, refreshToken: token } = await signedIn();
    expect(await me(token)).toBe(401);
    expect((await refresh(accessToken)).status).toBe(401);
    expect((await refresh("ncr_unknown")).status).toBe(401);
    expect((await auth().refresh.$post({ json: {} })).status).toBe(401);
    expect((await refresh(token)).status).toBe(200);
  });

  it("[IDN-10] a token that outlived its session opens nothing", async () => {
    const { refreshToken: token } = await signedIn();
    world().advance(7 * 86_400_000);
    expect((await refresh(token)).status).toBe(401);
  });

  it("[IDN-11] NC-B-04 of twenty uses at once one wins, and nothing is revoked", async () => {
    const { refreshToken: token, sid } = await signedIn();
    const responses = await Promise.all(Array.from({ length: 20 }, () => refresh(token)));
    const statuses = responses.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
    const loser = responses.find(({ status }) => status === 409);
    expect(await loser?.json()).toMatchObject({ type: "/problems/identity.refresh_raced" });
    const winner = responses.find(({ status }) => status === 200);
    const next = winner && (await pairOf(winner));
    expect((await rowsOf(sid))[0]?.endedAt).toBeNull();
    expect(await me(next?.accessToken ?? "")).toBe(200);
    expect((await refresh(next?.refreshToken ?? "")).status).toBe(200);
  });

  it("[IDN-12] NC-B-04 once the successor is used, the spent one ends the session", async () => {
    const { refreshToken: token, accessToken, sid } = await signedIn();
    const next = await pairOf(await refresh(token));
    const last = await pairOf(await refresh(next.refreshToken));
    expect((await refresh(token)).status).toBe(401);
    for (const dead of [accessToken, next.accessToken, last.accessToken]) {
      expect(await me(dead)).toBe(401);
    }
    expect((await refresh(last.refreshToken)).status).toBe(401);
    await world().emptyRedis();
    expect(await me(last.accessToken)).toBe(401);
    const rows = await world()
      .platform.db.select()
      .from(audit)
      .where(eq(audit.subjectId, sid))
      .orderBy(asc(audit.id));
    expect(rows.map((row) => row.action)).toEqual(["session.started", "session.refresh_reused"]);
    expect(rows[1]).toMatchObject({ address: "192.0.2.1", actor: { type: "person" } });
    expect(world().queue.sent.filter(({ body }) => body.includes(sid))).toHaveLength(1);
  });

  it("[IDN-12] after 10 s the spent token ends the session, its successor unused or not", async () => {
    const { refreshToken: token } = await signedIn();
    const next = await pairOf(await refresh(token));
    world().advance(9_000);
    expect((await refresh(token)).status).toBe(409);
    world().advance(1_001);
    const reuses = await Promise.all(Array.from({ length: 5 }, () => refresh(token)));
    expect(new Set(reuses.map(({ status }) => status))).toEqual(new Set([401]));
    expect(await me(next.accessToken)).toBe(401);
    const [row] = await world()
      .platform.db.select()
      .from(audit)
      .where(eq(audit.action, "session.refresh_reused"))
      .orderBy(asc(audit.id));
    expect(row).toBeDefined();
  });

  it("[IDN-12] many reuses at once end the session once, and are on record once", async () => {
    const { refreshToken: token, sid } = await signedIn();
    await refresh(token);
    world().advance(11_000);
    await Promise.all(Array.from({ length: 10 }, () => refresh(token)));
    const rows = await world().platform.db.select().from(audit).where(eq(audit.subjectId, sid));
    expect(rows.filter(({ action }) => action === "session.refresh_reused")).toHaveLength(1);
  });

  it("[IDN-23] NC-B-07 what is over is purged, by a schedule, and nothing that lives", async () => {
    const signedOut = async () => {
      const made = await signedIn();
      await world().client(made.accessToken).api.v1.auth.logout.$post({ json: {} });
      return made;
    };
    const old = [await signedIn(), await signedOut()];
    world().advance(4 * 86_400_000);
    const live = await signedIn();
    const ended = await signedOut();
    const spent = await pairOf(await refresh(live.refreshToken));
    world().advance(4 * 86_400_000);
    const next = await pairOf(await refresh(spent.refreshToken));
    const leaving = await signedOut();
    await purgeSessions(world().system());
    const { db } = world().platform;
    const ids = (await db.select().from(session)).map(({ id }) => id);
    const left = [...old, ended, live, leaving].filter(({ sid }) => ids.includes(sid));
    expect(left).toEqual([live, leaving]);
    const tokens = await db.select().from(refreshToken);
    const owners = new Set(tokens.map(({ sessionId }) => sessionId));
    expect(owners).toEqual(new Set([live.sid, leaving.sid]));
    expect((await refresh(next.refreshToken)).status).toBe(200);
    const runs = await Promise.all(SCHEDULES.map(({ run }) => run()));
    expect(runs).toContain(purgeSessions);
  });
});
