import { check } from "@netcheck/checks/check.sql";
import { purgeKeys } from "@netcheck/kernel/idempotency";
import { idempotency } from "@netcheck/kernel/idempotency.sql";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { addAgents, removeAgents } from "../support/checks.ts";
import { useWorld } from "../support/world.ts";

const DAY_MS = 86_400_000;
const ASKED = { type: "tcp", target: "example.com", port: 443 } as const;

describe("a request that is sent again", () => {
  const world = useWorld();
  let token = "";

  const post = (key: string, json: object = {}, as = token) =>
    world()
      .client(as)
      .api.v1.checks.$post(
        { json: { ...ASKED, ...json } },
        { headers: { "idempotency-key": key } },
      );
  const countOf = async (target: string) =>
    (await world().platform.db.select().from(check).where(eq(check.target, target))).length;
  const requestsFor = (id: string) =>
    world().queue.sent.filter(({ queue, body }) => queue === "check-requests" && body.includes(id));

  beforeAll(() => addAgents(world(), "one", "two"));
  beforeEach(async () => {
    token = await world().tokenOf("operator");
  });

  it("[CHK-21] the same request gets the same answer, and one check is made", async () => {
    const target = "again.example.com";
    const first = await post("key-1", { target });
    world().advance(60_000);
    const second = await post("key-1", { target });
    expect(second.status).toBe(202);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    const text = await first.text();
    expect(await second.text()).toBe(text);
    expect(text).toContain('"status":"pending"');
    expect(await countOf(target)).toBe(1);
  });

  it("[CHK-21] the order of its keys does not matter", async () => {
    const headers = { "content-type": "application/json", "idempotency-key": "key-order" };
    const send = (body: string) =>
      world().client(token).api.v1.checks.$post({ json: ASKED }, { init: { body }, headers });
    const first = await send('{"type":"tcp","target":"order.example.com","port":443}');
    const second = await send('{"port":443,"target":"order.example.com","type":"tcp"}');
    expect(await second.text()).toBe(await first.text());
  });

  it("[CHK-21] whatever became of the agents and the budget meanwhile", async () => {
    const first = await (await post("key-agents")).json();
    await removeAgents(world());
    const again = await post("key-agents");
    expect((await again.json()).id).toBe(first.id);
    expect(again.headers.get("ratelimit")).toBeNull();
    await addAgents(world(), "one", "two");
  });

  it("[CHK-22] another request with the same key is 422", async () => {
    await post("key-2");
    const other = await post("key-2", { port: 80 });
    expect(other.status).toBe(422);
    expect(await other.json()).toMatchObject({
      type: "/problems/checks.idempotency_mismatch",
      errors: [{ at: "header.idempotency-key" }],
    });
  });

  it("[CHK-22] another sender's key is another key", async () => {
    const mine = await (await post("key-3")).json();
    const theirs = await post("key-3", { port: 80 }, await world().tokenOf("operator"));
    expect(theirs.status).toBe(202);
    expect((await theirs.json()).id).not.toBe(mine.id);
  });

  it("[CHK-22] a refusal is not remembered", async () => {
    const refused = await post("key-4", { locations: [{ tag: "nowhere" }] });
    expect(refused.status).toBe(422);
    expect((await post("key-4")).status).toBe(202);
  });

  it("[CHK-23] sent many times at once it makes one check, asked once", async () => {
    const target = "atonce.example.com";
    const answers = await Promise.all(Array.from({ length: 6 }, () => post("key-5", { target })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set(await Promise.all(answers.map(async (one) => (await one.json()).id)));
    expect(ids.size).toBe(1);
    expect(await countOf(target)).toBe(1);
    expect(requestsFor([...ids][0] ?? "")).toHaveLength(1);
    const next = await post("key-6", { target });
    expect(next.headers.get("ratelimit")).toContain('"person";r=996;');
  });

  it("[CHK-23] at once with different bodies one is made, and the others are told", async () => {
    const ports = [1, 2, 3, 4];
    const answers = await Promise.all(ports.map((port) => post("key-7", { port })));
    const made = answers.filter(({ status }) => status === 202);
    const told = answers.filter((one: Response) => one.status === 422);
    expect([made.length, told.length]).toEqual([1, 3]);
  });

  it("[CHK-24] a key is kept for 24 h and then forgotten", async () => {
    const { db } = world().platform;
    const kept = async () => (await db.select().from(idempotency)).map(({ key }) => key);
    await post("key-8");
    world().advance(DAY_MS - 1);
    await purgeKeys(world().system());
    expect(await kept()).toContain("key-8");
    world().advance(1);
    await purgeKeys(world().system());
    expect(await kept()).not.toContain("key-8");
  });

  it("[CHK-24] a key that is over is free before it is purged", async () => {
    const { db } = world().platform;
    const first = await (await post("key-9")).json();
    const over = new Date(world().platform.now().getTime() - DAY_MS);
    await db.update(idempotency).set({ createdAt: over }).where(eq(idempotency.key, "key-9"));
    const again = await post("key-9", { port: 80 });
    expect(again.status).toBe(202);
    const second = await again.json();
    expect(second.id).not.toBe(first.id);
    expect((await (await post("key-9", { port: 80 })).json()).id).toBe(second.id);
  });

  it.each([
    ["empty", ""],
    ["too long", "k".repeat(129)],
    ["of two words", "two words"],
    ["beyond ASCII", "ключ".replaceAll(/./g, "\u00e9")],
  ])("[CHK-22] a key that is %s is 422", async (_, key) => {
    const response = await post(key);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ at: "header.idempotency-key" }] });
  });
});
