import { requireActor } from "@netcheck/kernel/guard";
import { type Attempt, type Claim, once } from "@netcheck/kernel/idempotency";
import { transaction } from "@netcheck/kernel/transaction";
import { into, writeFrom } from "@netcheck/kernel/write-from";
import { sql } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { hold, inTurn } from "../support/interleave.ts";
import { useWorld } from "../support/world.ts";

type Answer = { made: string };

const thing = pgTable("thing", {
  name: text().primaryKey(),
  partsInAll: integer(),
});
const part = pgTable("part", { ofThing: text().notNull() });

describe("a verb that is asked with a key", () => {
  const world = useWorld();
  let runs = 0;
  const acting = () => requireActor(world().system(), "system");

  beforeAll(async () => {
    await world().platform.db.execute(sql`create table thing
      (name text primary key, parts_in_all integer)`);
    await world().platform.db.execute(sql`create table part (of_thing text not null)`);
  });
  beforeEach(async () => {
    runs = 0;
    await world().platform.db.execute(sql`truncate thing, part`);
  });

  const names = async () =>
    (await world().platform.db.select().from(thing)).map(({ name }) => name);
  const make = (name: string) => async (claim: Claim<Answer>) => {
    runs += 1;
    const answer = { made: name };
    const writes = [into(thing, [{ name }]), into(part, [{ ofThing: name }, { ofThing: name }])];
    return (await writeFrom(world().platform.db, claim(answer), writes)) ? answer : undefined;
  };
  const ask = (name: string, attempt: Partial<Attempt> = {}) =>
    once(acting(), { verb: "things.make", key: "key", body: {}, ...attempt }, make(name));

  it("[KRN-30] a repeat is answered what the first was, and nothing is done", async () => {
    const key = "repeat";
    expect(await ask("one", { key, body: { a: 1, b: [2] } })).toEqual({ made: "one" });
    expect(await ask("two", { key, body: { b: [2], a: 1 } })).toEqual({ made: "one" });
    expect([runs, await names()]).toEqual([1, ["one"]]);
  });

  it("[KRN-30] without a key each is done", async () => {
    await ask("one", { key: undefined });
    expect(await ask("two", { key: undefined })).toEqual({ made: "two" });
    expect(await names()).toEqual(["one", "two"]);
  });

  it.each([
    ["another body", { body: { other: true } }, "things.idempotency_mismatch"],
    ["another verb", { verb: "parts.make" as const }, "parts.idempotency_mismatch"],
  ])("[KRN-30] %s with the key is refused", async (what, other, code) => {
    await ask("one", { key: what });
    await expect(ask("two", { key: what, ...other })).rejects.toMatchObject({
      kind: "invalid",
      code,
      fields: [{ field: "idempotencyKey" }],
    });
    expect(await names()).toEqual(["one"]);
  });

  it("[KRN-30] what failed is free to be done", async () => {
    await world().platform.db.insert(thing).values({ name: "taken" });
    await expect(ask("taken", { key: "failed" })).rejects.toThrow("Failed query");
    expect(await ask("free", { key: "failed", body: { other: true } })).toEqual({ made: "free" });
  });

  it("[KRN-30] [KRN-34] of two at once one is done, and the other writes nothing", async () => {
    const key = "at once";
    await ask("before", { key: "other" });
    // The first has the key by then: a lock of the whole table would let neither begin.
    await using held = await hold(world(), "insert into thing (name) values ('one')");
    const both = ["one", "two"].map((name) => () => ask(name, { key }));
    const answers = await inTurn(held, both, "rollback");
    expect(answers).toEqual([{ made: "one" }, { made: "one" }]);
    expect([runs, await names()]).toEqual([3, ["before", "one"]]);
    expect(await world().platform.db.select().from(part)).toHaveLength(4);
  });

  it("[KRN-30] in a transaction of more steps, too", async () => {
    const work = (name: string) => (claim: Claim<Answer>) =>
      transaction(acting(), async (tx) => {
        const answer = { made: name };
        const taken = claim(answer)(world().platform.db);
        const [ours] = await tx
          .with(taken)
          .select({ ours: sql`true` })
          .from(sql`${taken}`);
        if (!ours) return undefined;
        await tx.insert(thing).values({ name });
        return answer;
      });
    const send = (name: string) =>
      once(acting(), { verb: "things.make", key: "steps", body: {} }, work(name));
    await using held = await hold(world(), "lock table thing in exclusive mode");
    const answers = await inTurn(held, [() => send("one"), () => send("two")]);
    expect(answers).toEqual([{ made: "one" }, { made: "one" }]);
    expect(await names()).toEqual(["one"]);
  });

  it("[KRN-30] one who lost to a first that is over by now is told to repeat", async () => {
    const lost = once(
      acting(),
      { verb: "things.make", key: "lost", body: {} },
      async () => undefined,
    );
    await expect(lost).rejects.toMatchObject({
      kind: "conflict",
      code: "things.idempotency_raced",
    });
  });
});
