import { jobCtx } from "@netcheck/api/ctx-for";
import { check, result } from "@netcheck/checks/check.sql";
import { PARTITIONS } from "@netcheck/checks/partition";
import { requireActor } from "@netcheck/kernel/guard";
import { newId } from "@netcheck/kernel/id";
import { alone, makePartitions, periodsOf } from "@netcheck/kernel/partition";
import { DAY_MS, periodOf } from "@netcheck/kernel/period";
import { dropOld } from "@netcheck/kernel/retention";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { addAgents, answer, deliver } from "../support/checks.ts";
import { gate, untilWaiting } from "../support/waiting.ts";
import { useWorld } from "../support/world.ts";

describe("how long checks are kept", () => {
  const world = useWorld();
  let agentId = "";

  const db = () => world().platform.db;
  const checksAs = async () => world().client(await world().tokenOf("operator")).api.v1.checks;
  const start = async () => {
    const json = { type: "tcp", target: "example.com", port: 443 } as const;
    const response = await (await checksAs()).$post({ json });
    expect(response.status).toBe(202);
    return (await response.json()).id;
  };
  const read = async (id: string) => await (await checksAs())[":id"].$get({ param: { id } });
  const makeDays = () => makePartitions(world().system(), PARTITIONS);
  const retain = () => dropOld(jobCtx(world().platform, "test"), PARTITIONS);
  const today = () => periodOf("day", world().platform.now());
  const strays = async () => {
    const tables = [sql`checks.check_default`, sql`checks.result_default`];
    const counts = tables.map((table) =>
      db()
        .select({ n: sql<number>`count(*)::int` })
        .from(table),
    );
    return (await Promise.all(counts)).flatMap((rows) => rows.map(({ n }) => n));
  };
  /** To a day that has no partition yet. */
  const leap = () => world().advance(20 * DAY_MS);

  beforeAll(async () => {
    [agentId = ""] = (await addAgents(world(), "only")).map(({ id }) => id);
  });

  it("[CHK-19] partitions of today and seven days ahead, however often they are made", async () => {
    leap();
    await Promise.all([1, 2, 3].map(makeDays));
    for (const cut of PARTITIONS.cuts) {
      const days = (await periodsOf(db(), PARTITIONS, cut)).filter((day) => day >= today());
      expect(days).toEqual(Array.from({ length: 8 }, (_, i) => today() + i));
    }
  });

  it("[CHK-19] a day that had no partition gets one, with what was put elsewhere meanwhile", async () => {
    leap();
    const first = await start();
    await deliver(world(), answer(world(), first, agentId, { n: 1 }));
    world().advance(DAY_MS);
    const second = await start();
    expect(await strays()).toEqual([2, 2]);
    await makeDays();
    expect(await strays()).toEqual([0, 0]);
    for (const cut of PARTITIONS.cuts) {
      expect(await periodsOf(db(), PARTITIONS, cut)).toEqual(
        expect.arrayContaining([today() - 1, today()]),
      );
    }
    expect(await (await read(first)).json()).toMatchObject({ results: [{ result: { n: 1 } }] });
    await deliver(world(), answer(world(), second, agentId, { n: 2 }));
    expect(await (await read(second)).json()).toMatchObject({ results: [{ result: { n: 2 } }] });
  });

  it("[CHK-19] the move loses nothing that is written at the same time", async () => {
    leap();
    const before = await start();
    const [, , ...ids] = await Promise.all([
      makeDays(),
      makeDays(),
      ...Array.from({ length: 6 }, start),
    ]);
    await makeDays();
    expect(await strays()).toEqual([0, 0]);
    for (const id of [before, ...ids]) expect((await read(id)).status).toBe(200);
  });

  it("[CHK-19] the move waits for one who is writing, and takes that along", async () => {
    leap();
    const written = eq(check.id, (await start()) as typeof check.$inferSelect.id);
    const [row] = await db().select().from(check).where(written);
    if (!row) throw new Error("It was started.");
    using turn = gate();
    const writing = db().transaction(async (tx) => {
      await tx.insert(check).values({ ...row, id: newId<"check">(world().platform.now()) });
      await turn.pass();
    });
    await turn.reached;
    const making = makeDays();
    await untilWaiting(db());
    turn.open();
    await Promise.all([writing, making]);
    expect(await strays()).toEqual([0, 0]);
  });

  it("[CHK-20] NC-B-43 a day is dropped whole once all of it is older than the retention", async () => {
    leap();
    await makeDays();
    const id = await start();
    const born = today();
    world().advance(30 * DAY_MS);
    await retain();
    expect((await read(id)).status).toBe(200);
    world().advance(DAY_MS);
    await Promise.all([retain(), retain()]);
    expect((await read(id)).status).toBe(404);
    for (const cut of PARTITIONS.cuts) {
      expect(Math.min(...(await periodsOf(db(), PARTITIONS, cut)))).toBeGreaterThan(born);
    }
    await deliver(world(), answer(world(), id, agentId));
  });

  it("[CHK-20] NC-B-43 what lies in the default partition goes as well", async () => {
    await makeDays();
    leap();
    const old = await start();
    expect(await strays()).toEqual([1, 1]);
    world().advance(31 * DAY_MS);
    const young = await start();
    await retain();
    expect(await strays()).toEqual([1, 1]);
    expect((await read(old)).status).toBe(404);
    expect((await read(young)).status).toBe(200);
  });

  it("[CHK-20] NC-B-43 a day with a check that is still open stays, with its results, and no other", async () => {
    await makeDays();
    const id = (await start()) as typeof check.$inferSelect.id;
    const until = new Date(world().platform.now().getTime() + 41 * DAY_MS);
    await db().update(check).set({ deadlineAt: until }).where(eq(check.id, id));
    world().advance(DAY_MS);
    const next = await start();
    world().advance(34 * DAY_MS);
    await retain();
    expect(await db().select().from(result).where(eq(result.checkId, id))).toHaveLength(1);
    expect([(await read(id)).status, (await read(next)).status]).toEqual([200, 404]);
    world().advance(6 * DAY_MS);
    await retain();
    expect((await read(id)).status).toBe(404);
  });

  it("[CHK-20] NC-B-43 that it is open is asked when nobody else can drop it any more", async () => {
    await makeDays();
    const id = (await start()) as typeof check.$inferSelect.id;
    world().advance(35 * DAY_MS);
    using turn = gate();
    const holding = alone(requireActor(world().system(), "system"), PARTITIONS, turn.pass);
    await turn.reached;
    const retaining = retain();
    await untilWaiting(db());
    const until = new Date(world().platform.now().getTime() + DAY_MS);
    await db().update(check).set({ deadlineAt: until }).where(eq(check.id, id));
    turn.open();
    await Promise.all([holding, retaining]);
    expect((await read(id)).status).toBe(200);
  });

  it("[CHK-20] NC-B-43 how long is a setting", async () => {
    await makeDays();
    const id = await start();
    world().advance(3 * DAY_MS);
    await dropOld(jobCtx({ ...world().platform, checkRetentionDays: 2 }, "test"), PARTITIONS);
    expect((await read(id)).status).toBe(404);
  });
});
