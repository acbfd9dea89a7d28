import { Hono } from "hono";
import { describe, expect, it } from "vitest";

import type { ApiEnv } from "./api-env.ts";
import type { Actor, Ctx } from "./ctx.ts";
import { newId } from "./id.ts";
import { onError } from "./problem.ts";
import { type Access, may, requireRights, rightOf } from "./right.ts";

const personId = newId<"person">(new Date());
const scopes = ["checks:read"] as const;
const NOBODY: Actor = { type: "nobody" };
const PERSON: Actor = { type: "person", personId, sessionId: newId(new Date()), scopes };
const KEY: Actor = { type: "key", personId, keyId: newId(new Date()), scopes };
const AGENT: Actor = { type: "agent", agentId: newId(new Date()) };

/** One route of this right, as one who is this would meet it. */
function routeOf(actor: Actor, ...right: Parameters<typeof may<Ctx>>) {
  return new Hono<ApiEnv>()
    .use(async (c, next) => {
      c.set("identify", () => Promise.resolve(actor));
      await next();
    })
    .post("/", may(...right), async (c) => c.text(String((await c.req.text()).length)))
    .onError(onError);
}

const ask = async (actor: Actor, ...right: Parameters<typeof may<Ctx>>) =>
  (await routeOf(actor, ...right).request("/", { method: "POST" })).status;

describe("a right", () => {
  it.each<[Access, number, number, number, number]>([
    ["public", 200, 200, 200, 200],
    ["anyone", 200, 200, 200, 200],
    ["signed-in", 401, 200, 200, 401],
    ["session", 401, 200, 403, 401],
    ["agent", 401, 401, 401, 200],
    ["checks:read", 401, 200, 200, 401],
    ["people:write", 401, 403, 403, 401],
  ])("[KRN-19] %s is for nobody %i, a person %i, a key %i, an agent %i", async (access, ...is) => {
    const callers = [NOBODY, PERSON, KEY, AGENT];
    expect(await Promise.all(callers.map((actor) => ask(actor, access)))).toEqual(is);
  });

  it("[KRN-19] lets strangers in where it says so, and nobody else without the scope", async () => {
    const open = { orNobody: () => true };
    expect(await ask(NOBODY, "people:write", open)).toBe(200);
    expect(await ask(NOBODY, "people:write", { orNobody: () => false })).toBe(401);
    expect(await ask(PERSON, "people:write", open)).toBe(403);
    expect(await ask(AGENT, "people:write", open)).toBe(401);
  });

  it("[KRN-19] looks at no credentials where it is public", async () => {
    const app = new Hono<ApiEnv>()
      .use(async (c, next) => {
        c.set("identify", () => Promise.reject(new Error("was asked")));
        await next();
      })
      .get("/", may("public"), (c) => c.text("open"));
    expect((await app.request("/")).status).toBe(200);
  });

  it("[KRN-19] refuses before the body is read", async () => {
    let isRead = false;
    const pull = (body: ReadableStreamDefaultController) => {
      isRead = true;
      body.close();
    };
    const send = async (actor: Actor) => {
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      const init = { method: "POST", body, duplex: "half" } as const;
      return (await routeOf(actor, "checks:read").request("/", init)).status;
    };
    expect([await send(NOBODY), isRead]).toEqual([401, false]);
    expect([await send(PERSON), isRead]).toEqual([200, true]);
  });

  it.each([
    [100, {}],
    [1, { maxBodyBytes: 1_024 }],
    [300, { maxBodyBytes: 300 * 1_024 }],
  ])("[KRN-20] takes a body of %i KiB and no byte more, declared or not", async (kib, options) => {
    const send = (length: number, isDeclared: boolean) =>
      routeOf(NOBODY, "public", options).request("/", {
        method: "POST",
        body: "x".repeat(length),
        headers: isDeclared ? { "content-length": String(length) } : {},
      });
    for (const isDeclared of [true, false]) {
      const whole = await send(kib * 1_024, isDeclared);
      expect([whole.status, await whole.text()]).toEqual([200, String(kib * 1_024)]);
      const refused = await send(kib * 1_024 + 1, isDeclared);
      expect(refused.status).toBe(413);
      expect(await refused.json()).toMatchObject({
        type: "/problems/request.too_large",
        detail: `Send at most ${kib * 1_024} bytes.`,
      });
    }
  });

  it("is read from the route", () => {
    const { routes } = routeOf(NOBODY, "agent", { maxBodyBytes: 1_024 });
    expect(rightOf(routes.at(-2)?.handler)).toEqual({
      access: "agent",
      orNobody: false,
      maxBodyBytes: 1_024,
    });
    expect(rightOf(routes.at(-1)?.handler)).toBeUndefined();
  });

  it("[KRN-19] is what every route begins with, and what lacks it is named", () => {
    const right = may("public");
    const answer = () => Promise.resolve(new Response());
    const good = new Hono().use(answer).get("/", right, answer).post("/", right, answer);
    expect(() => requireRights(good)).not.toThrow();
    const late = new Hono<ApiEnv>().get("/", right, answer).post("/late", answer, right);
    expect(() => requireRights(late)).toThrow("POST /late");
    expect(() => requireRights(new Hono().all("/all", answer))).toThrow("ALL /all");
  });
});
