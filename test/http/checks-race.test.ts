import { check, result } from "@netcheck/checks/check.sql";
import { idempotency } from "@netcheck/kernel/idempotency.sql";
import type { Reason } from "@netcheck/wire/delivery";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { addAgents, answer, deliver } from "../support/checks.ts";
import { hold, inTurn } from "../support/interleave.ts";
import { useWorld } from "../support/world.ts";

const DAY_MS = 86_400_000;
const LOCK_RESULTS = "select from checks.result where check_id = $1 for update";
const LOCK_KEY = "select from kernel.idempotency where key = $1 for update";
const COPY_KEY = `insert into kernel.idempotency (actor, key, verb, body_hash, answer, created_at)
  select actor, $2, verb, body_hash, answer, created_at from kernel.idempotency where key = $1`;

describe("two at once", () => {
  const world = useWorld();
  let token = "";
  let agentId = "";
  let next = 0;

  const holding = (statement: string, ...values: string[]) => hold(world(), statement, ...values);
  const checks = () => world().client(token).api.v1.checks;
  const start = async () =>
    await (await checks().$post({ json: asked("raced.example.com") })).json();
  const get = async (id: string) => await (await checks()[":id"].$get({ param: { id } })).json();
  const asked = (target: string) => ({ type: "tcp" as const, target, port: 443 });
  /** Nobody has looked at it before. */
  const fresh = () => `race${next++}.example.com`;
  const post = (key: string, target: string) =>
    checks().$post({ json: asked(target) }, { headers: { "idempotency-key": key } });
  const made = async (target: string) =>
    (await world().platform.db.select().from(check).where(eq(check.target, target))).map(
      ({ id }) => id,
    );
  const left = async () =>
    (await checks().$post({ json: asked(fresh()) })).headers.get("ratelimit");

  beforeAll(async () => {
    [agentId = ""] = (await addAgents(world(), "one")).map(({ id }) => id);
  });
  beforeEach(async () => {
    token = await world().tokenOf("operator");
  });

  const say = (id: string, durationMs: number) => () => {
    const said = answer(world(), id, agentId);
    return deliver(world(), { ...said, response: { ...said.response, durationMs } });
  };
  const tell = (checkId: string, reason: Reason) => () =>
    deliver(world(), {
      kind: "undelivered",
      checkId,
      agentId,
      reason,
      requestId: "request-of-test",
    });
  const rowOf = async (id: string) => {
    const rows = await world().platform.db.select().from(result);
    return rows.find(({ checkId }) => checkId === id);
  };

  it("[CHK-5] of two answers the first stands", async () => {
    const { id } = await start();
    await using held = await holding(LOCK_RESULTS, id);
    await inTurn(held, [say(id, 1), say(id, 2)]);
    expect((await get(id)).results).toMatchObject([{ durationMs: 1 }]);
  });

  it("[CHK-4] of two reasons the first stands", async () => {
    const { id } = await start();
    await using held = await holding(LOCK_RESULTS, id);
    await inTurn(held, [tell(id, "expired"), tell(id, "rejected")]);
    world().advance(60_000);
    expect((await get(id)).missing).toMatchObject([{ reason: "expired" }]);
  });

  it("[CHK-4] what has answered is not told of as undelivered", async () => {
    const { id } = await start();
    await using held = await holding(LOCK_RESULTS, id);
    await inTurn(held, [say(id, 1), tell(id, "rejected")]);
    expect(await rowOf(id)).toMatchObject({ durationMs: 1, undelivered: null });
  });

  it("[CHK-23] one is made where the first with the key is undone while others wait", async () => {
    const [known, target] = [fresh(), fresh()];
    await post("first", known);
    await using held = await holding(COPY_KEY, "first", "undone");
    const both = [post, post].map((send) => () => send("undone", target));
    const answers = await inTurn(held, both, "rollback");
    const ids = await Promise.all(answers.map(async (one) => (await one.json()).id));
    expect(await made(target)).toEqual([ids[0]]);
    expect(ids[1]).toBe(ids[0]);
    expect(await left()).toContain('"person";r=997;');
  });

  it("[CHK-23] none is made, asked or paid for where the first is kept while another waits", async () => {
    const target = fresh();
    const first = await (await post("kept", target)).json();
    await using held = await holding(COPY_KEY, "kept", "kept-too");
    const [answered] = await inTurn(held, [() => post("kept-too", target)]);
    expect([answered?.status, (await answered?.json())?.id]).toEqual([202, first.id]);
    expect(await made(target)).toEqual([first.id]);
    expect(world().queue.sent.filter(({ body }) => body.includes(target))).toHaveLength(1);
    expect(await left()).toContain('"person";r=998;');
  });

  it("[CHK-22] nor where it asked for something else", async () => {
    await post("one-thing", fresh());
    const target = fresh();
    await using held = await holding(COPY_KEY, "one-thing", "another");
    const [refused] = await inTurn(held, [() => post("another", target)]);
    expect(refused?.status).toBe(422);
    expect(await made(target)).toEqual([]);
    expect(await left()).toContain('"person";r=998;');
  });

  it("[CHK-24] a key that is over is taken by one of those that wait for it", async () => {
    const { db } = world().platform;
    const target = fresh();
    const old = await (await post("over", target)).json();
    const over = new Date(world().platform.now().getTime() - DAY_MS);
    await db.update(idempotency).set({ createdAt: over }).where(eq(idempotency.key, "over"));
    await using held = await holding(LOCK_KEY, "over");
    const answers = await inTurn(held, [() => post("over", target), () => post("over", target)]);
    const ids = await Promise.all(answers.map(async (one) => (await one.json()).id));
    expect(new Set(ids).size).toBe(1);
    expect(new Set(await made(target))).toEqual(new Set([old.id, ids[0]]));
    expect(ids[0]).not.toBe(old.id);
  });
});
