import { once } from "node:events";
import { connect } from "node:net";

import { serve } from "@hono/node-server";
import { openPostgres } from "@netcheck/adapters/postgres";
import { wholeApp } from "@netcheck/api/whole-app";
import { RightsChanged, SessionEnded } from "@netcheck/identity/events";
import { audit, person } from "@netcheck/identity/identity.sql";
import { sessionKey } from "@netcheck/identity/live-session";
import { revokeSession } from "@netcheck/identity/session";
import { type AuditEntry, unaudited } from "@netcheck/kernel/audit";
import { envelope } from "@netcheck/kernel/event";
import { requireActor } from "@netcheck/kernel/guard";
import { newId } from "@netcheck/kernel/id";
import { setLogLevel } from "@netcheck/kernel/log";
import { purgeOutbox, repairOutbox } from "@netcheck/kernel/outbox";
import { outbox } from "@netcheck/kernel/outbox.sql";
import { emit, transaction, writeAndEmit } from "@netcheck/kernel/transaction";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";

import { consumerOf } from "../support/consumer.ts";
import { describedApp } from "../support/described.ts";
import { useWorld } from "../support/world.ts";

describe("the platform", () => {
  const world = useWorld();
  const request = (path: string, init: RequestInit = {}) =>
    describedApp(world().platform).request(path, init);
  const login = (body: string, headers: Record<string, string> = {}) =>
    request("/api/v1/auth/login", {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
  const job = () => requireActor(world().system(), "system");
  const endSession = async (work?: () => Promise<unknown>) => {
    const sessionId = newId<"session">(world().platform.now());
    await transaction(job(), async (tx) => {
      await emit(tx, job(), SessionEnded, { sessionId });
      await work?.();
    });
    return sessionId;
  };
  const sentFor = (id: string) => world().queue.sent.filter(({ body }) => body.includes(id));

  it("[KRN-1] an event of a change that failed does not exist", async () => {
    const before = world().queue.sent.length;
    const failing = endSession(() => Promise.reject(new Error("changed my mind")));
    await expect(failing).rejects.toThrow("changed my mind");
    expect(world().queue.sent).toHaveLength(before);
  });

  it("[KRN-1] in one statement, too, change and event happen together or not at all", async () => {
    const { db } = world().platform;
    const { id } = await world().personWith("viewer");
    const sessionId = newId<"session">(new Date());
    const setEmail = (email: string, requestId: string, where = eq(person.id, id)) => {
      const acting = requireActor({ ...world().system(), requestId }, "system");
      const entry = { action: "person.renamed", subjectId: id } as const;
      const change = db.update(person).set({ email }).where(where).returning({ id: person.id });
      const changed = () => db.$with("changed").as(change);
      return writeAndEmit(acting, entry, changed, [], SessionEnded, { sessionId });
    };
    const emailNow = async () =>
      (await db.select().from(person).where(eq(person.id, id)))[0]?.email;
    await db.execute(sql`alter table identity.person add check (email <> 'bad')`);
    await db.execute(sql`alter table kernel.outbox add check (request_id <> 'bad')`);
    await expect(setEmail("bad", "good")).rejects.toThrow("Failed query");
    await expect(setEmail("good", "bad")).rejects.toThrow("Failed query");
    expect(await setEmail("good", "good", sql`false`)).toBe(false);
    const recorded = () => db.$count(audit, eq(audit.subjectId, id));
    expect([await emailNow(), sentFor(sessionId)]).toEqual([expect.stringContaining(id), []]);
    expect(await recorded()).toBe(0);
    expect(await setEmail("good", "good")).toBe(true);
    expect([await emailNow(), sentFor(sessionId).length]).toEqual(["good", 1]);
    expect(await recorded()).toBe(1);
  });

  it("[KRN-16] change, event and record happen together or not at all", async () => {
    const { db } = world().platform;
    const { id } = await world().personWith("viewer");
    const recorded = async () =>
      (await db.select().from(audit).where(eq(audit.subjectId, id))).map(({ action }) => action);
    const [good, bad]: [AuditEntry, AuditEntry] = [
      { action: "person.good", subjectId: id },
      { action: "person.bad", subjectId: id },
    ];
    const email = `renamed-${id}`;
    const rename = async (entries: AuditEntry[], error?: Error) => {
      await transaction(
        job(),
        (told: AuditEntry[]) => told,
        async (tx) => {
          await tx.update(person).set({ email }).where(eq(person.id, id));
          await emit(tx, job(), RightsChanged, { personId: id });
          if (error) throw error;
          return entries;
        },
      );
    };
    const emailNow = async () =>
      (await db.select().from(person).where(eq(person.id, id)))[0]?.email;
    await db.execute(sql`alter table identity.audit add check (action <> 'person.bad')`);
    await expect(rename([good, bad])).rejects.toThrow("Failed query");
    await expect(rename([good], new Error("changed my mind"))).rejects.toThrow("changed my mind");
    expect([await emailNow(), await recorded()]).toEqual([expect.stringContaining("viewer"), []]);
    expect(sentFor(id)).toEqual([]);
    await rename([good]);
    expect([await emailNow(), await recorded()]).toEqual([email, ["person.good"]]);
    expect(sentFor(id)).toHaveLength(1);
  });

  it("[KRN-16] what came of the work decides what is recorded: nothing, one entry or several", async () => {
    const { db } = world().platform;
    const { id } = await world().personWith("viewer");
    const entry = (action: `person.${string}`) => ({ action, subjectId: id });
    const all = (many: number) => [entry("person.one"), entry("person.two")].slice(0, many);
    for (const many of [0, 1, 2]) await transaction(job(), all, () => Promise.resolve(many));
    await transaction(
      job(),
      (done: boolean) => done && entry("person.three"),
      async () => false,
    );
    await transaction(job(), unaudited("a test"), async () => true);
    const rows = await db.select().from(audit).where(eq(audit.subjectId, id)).orderBy(audit.id);
    const actions = rows.map(({ action }) => action);
    expect(actions).toEqual(["person.one", "person.one", "person.two"]);
  });

  it("[KRN-17] an event says who did it, and not what else they may do", async () => {
    const id = await endSession();
    const [sent] = sentFor(id).map(({ body }) => JSON.parse(body) as unknown);
    expect(envelope(SessionEnded).parse(sent).actor).toEqual({ type: "system", job: "test" });
    const actor = { type: "key", keyId: id, personId: id, scopes: ["checks:read"] };
    const read = envelope(SessionEnded).parse({ ...(sent as object), actor });
    expect(read.actor).toEqual({ type: "key", keyId: id, personId: id });
  });

  it("[KRN-1] an event outside a transaction of ours is refused", async () => {
    const outside = world().platform.db.transaction((tx) =>
      emit(tx, job(), SessionEnded, { sessionId: newId<"session">(new Date()) }),
    );
    await expect(outside).rejects.toThrow("emit needs the tx of");
  });

  it("[KRN-2] the queue is made ready while the transaction is still open", async () => {
    const before = world().queue.prepared();
    const found = Promise.withResolvers<number>();
    await endSession(async () => found.resolve(world().queue.prepared()));
    expect(await found.promise).toBe(before + 1);
  });

  it("[KRN-2] what the queue did not take is sent by the repair, once", async () => {
    world().queue.fail(new Error("away"));
    const id = await endSession();
    world().queue.fail(undefined);
    expect(sentFor(id)).toHaveLength(0);
    await repairOutbox(world().system());
    expect(sentFor(id)).toHaveLength(0);
    world().advance(11_000);
    await repairOutbox(world().system());
    expect(sentFor(id)).toHaveLength(1);
    await repairOutbox(world().system());
    expect(sentFor(id)).toHaveLength(1);
  });

  it("[KRN-2] a queue that hangs holds the answer for 2 s at most", async () => {
    world().queue.hang();
    const startedAt = performance.now();
    const id = await endSession();
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    const rows = await world()
      .platform.db.select()
      .from(outbox)
      .where(eq(outbox.type, SessionEnded.type));
    expect(rows.find((row) => JSON.stringify(row.data).includes(id))?.sentAt).toBeNull();
    world().queue.resume();
  });

  it("[KRN-7] what was sent is forgotten after a day, what was not sent never", async () => {
    const { db } = world().platform;
    const left = async () =>
      JSON.stringify((await db.select().from(outbox)).map(({ data }) => data));
    const sent = await endSession();
    world().queue.fail(new Error("away"));
    const unsent = await endSession();
    world().queue.fail(undefined);
    world().advance(86_399_000);
    await purgeOutbox(world().system());
    expect(await left()).toContain(sent);
    world().advance(2_000);
    await purgeOutbox(world().system());
    expect(await left()).not.toContain(sent);
    expect(await left()).toContain(unsent);
  });

  it("[KRN-2] a consumer ends what the request could not, and its poison fails alone", async () => {
    const token = await world().tokenOf("viewer");
    const { tokens, now, redis } = world().platform;
    const { sub, sid } = await tokens.verify(token, now());
    const actor = { type: "person", personId: sub, sessionId: sid, scopes: [] } as const;
    await revokeSession({ ...world().system(), actor }, sid);
    await world().emptyRedis();
    const [message] = sentFor(sid);
    const record = (messageId: string, body: string) => ({ messageId, body }) as never;
    const events = await consumerOf(world().platform, "events-identity");
    const report = await events({
      Records: [record("good", message?.body ?? ""), record("bad", "{}")],
    });
    expect(report).toEqual({ batchItemFailures: [{ itemIdentifier: "bad" }] });
    expect(await redis.get(sessionKey(sid))).toMatchObject({ ended: true });
  });

  it("[KRN-3] refusals are problems with a stable code and a request id", async () => {
    const response = await request("/api/v1/nowhere");
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
    expect(await response.json()).toEqual({
      type: "/problems/page.not_found",
      title: "not_found",
      status: 404,
      detail: "No such page.",
    });
  });

  it.each([
    ["PUT", "/api/v1/agents", "GET, HEAD, OPTIONS, POST"],
    ["GET", "/api/v1/auth/login", "OPTIONS, POST"],
    ["POST", "/api/v1/checks/of-some-id", "GET, HEAD, OPTIONS"],
    ["DELETE", "/health", "GET, HEAD, OPTIONS"],
    ["PROPFIND", "/docs", "GET, HEAD, OPTIONS"],
  ])("[KRN-18] %s %s is 405, and told %s", async (method, path, allow) => {
    const response = await request(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ type: "/problems/request.method_not_allowed" });
  });

  it("[KRN-18] HEAD is taken where GET is, and OPTIONS everywhere", async () => {
    const asked = async (method: string, path: string) => (await request(path, { method })).status;
    expect(await asked("HEAD", "/health")).toBe(200);
    expect(await asked("HEAD", "/api/v1/agents")).toBe(401);
    expect(await asked("HEAD", "/api/v1/auth/login")).toBe(405);
    expect(await asked("OPTIONS", "/api/v1/auth/login")).toBe(204);
  });

  it("[KRN-19] credentials that open nothing are told so before the path is, beside the routes too", async () => {
    const headers = { authorization: "Bearer nck_unknown" };
    const app = wholeApp(world().platform);
    const asked = async (method: string, path: string) =>
      (await app.request(path, { method, headers })).status;
    expect(await asked("GET", "/api/v1/nowhere")).toBe(401);
    expect(await asked("PUT", "/api/v1/agents")).toBe(401);
    expect(await asked("GET", "/nowhere")).toBe(404);
  });

  it("[KRN-3] a bug is a bare 500 that leaks nothing", async () => {
    const now = () => {
      throw new Error("a secret of the house");
    };
    const app = describedApp({ ...world().platform, now });
    const body = JSON.stringify({ token: "nce_x", hostname: "h", version: "1", capabilities: [] });
    const headers = { "content-type": "application/json" };
    const response = await app.request("/api/v1/agents/register", {
      method: "POST",
      body,
      headers,
    });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret of the house");
  });

  it.each([
    ["not JSON", "{", {}, 400],
    ["not declared as JSON", "{}", { "content-type": "text/plain" }, 415],
    ["declared as too large", "{}", { "content-length": "110000" }, 413],
    ["too large", JSON.stringify({ email: "x".repeat(110_000) }), {}, 413],
    ["against the schema", "{}", {}, 422],
  ])("[KRN-4] a body that is %s", async (_, body, headers, status) => {
    const response = await login(body, headers);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  it("[KRN-4] a body that is absent is judged by the schema", async () => {
    expect((await request("/api/v1/auth/login", { method: "POST" })).status).toBe(422);
    expect((await request("/api/v1/auth/logout", { method: "POST" })).status).toBe(204);
  });

  it.each([
    ["POST", "/agents/register", { token: "t", hostname: "a\0", version: "1", capabilities: [] }],
    ["POST", "/agents", { name: "a", tags: ["fine", "a\0"] }],
    ["POST", "/agents", { name: "a", location: { city: "\ud800" } }],
    ["POST", "/api-keys", { name: "a\0", scopes: ["checks:read"] }],
    ["POST", "/auth/login", { email: "a@example.com", password: "\ud800" }],
    ["GET", "/checks?target=%00", undefined],
    ["GET", "/agents?tag=a%00", undefined],
    ["GET", "/agents?city=a%00", undefined],
    ["GET", "/audit?action=a%00", undefined],
  ])("[KRN-11] %s %s of %j is 422 and says where", async (method, path, json) => {
    const token = await world().tokenOf("admin");
    const response = await request(`/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(json && { body: JSON.stringify(json) }),
    });
    expect(response.status).toBe(422);
    const problem = (await response.json()) as { errors: { message: string }[] };
    expect(problem.errors).toEqual([{ at: expect.any(String), message: "This is no text." }]);
  });

  it("[KRN-12] a caller who hangs up within a body is not logged as a bug", async () => {
    const written: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((line) => written.push(String(line)) > 0);
    setLogLevel("ERROR");
    const answered = Promise.withResolvers<number>();
    const app = describedApp({ ...world().platform, remoteAddress: () => "192.0.2.9" });
    const fetch = async (incoming: Request) => {
      const response = await app.fetch(incoming);
      answered.resolve(response.status);
      return response;
    };
    const server = serve({ fetch, hostname: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const address = server.address();
    const socket = connect(typeof address === "object" && address ? address.port : 0, "127.0.0.1");
    socket.write("POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n");
    socket.write("Content-Type: application/json\r\n\r\n1\r\n{\r\n", () => {
      setImmediate(() => socket.destroy());
    });
    expect(await answered.promise).toBe(400);
    server.close();
    setLogLevel("CRITICAL");
    vi.restoreAllMocks();
    expect(written).toEqual([]);
  });

  it("[KRN-5] a well-formed request id is kept, another is replaced", async () => {
    const kept = await login("{}", { "x-request-id": "caller-0001" });
    expect(kept.headers.get("x-request-id")).toBe("caller-0001");
    const replaced = await login("{}", { "x-request-id": "no spaces please" });
    expect(replaced.headers.get("x-request-id")).not.toContain(" ");
  });

  it("[KRN-6] without the database it is 503, and /ready says so while /health lives", async () => {
    const gone = openPostgres("postgres://nobody:nothing@127.0.0.1:1/none");
    const app = describedApp({ ...world().platform, db: gone.db });
    const token = await world().tokenOf("viewer");
    await world().client(token).api.v1.users.me.$get();
    const headers = { authorization: `Bearer ${token}` };
    const response = await app.request("/api/v1/users/me", { headers });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    const ready = await app.request("/ready");
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ detail: "No answer: database." });
    expect((await app.request("/health")).status).toBe(200);
    expect((await request("/ready")).status).toBe(200);
    await gone.close();
  });
});
