import { requireActor } from "@netcheck/kernel/guard";
import { type Id, newId } from "@netcheck/kernel/id";
import { alone, makePartitions, type Partitions, periodsOf } from "@netcheck/kernel/partition";
import { periodsAhead } from "@netcheck/kernel/partition-ahead";
import type { Cut, Span } from "@netcheck/kernel/partition-cut";
import { periodOf } from "@netcheck/kernel/period";
import { dropBefore } from "@netcheck/kernel/retention";
import { sql } from "drizzle-orm";
import { pgSchema, timestamp, uuid } from "drizzle-orm/pg-core";
import { describe, expect, it, vi } from "vitest";

import { intercepted } from "../support/intercepted.ts";
import { hold } from "../support/interleave.ts";
import { overtaken } from "../support/overtake.ts";
import { gate, untilWaiting } from "../support/waiting.ts";
import { useWorld } from "../support/world.ts";

const thrown = pgSchema("thrown");
/** Each is cut by its one column; `from` is a reserved word. */
const byId = thrown.table("by_id", { from: uuid().$type<Id<"row">>().primaryKey() });
const byInstant = thrown.table("by_instant", {
  bornAt: timestamp({ withTimezone: true }).primaryKey(),
});
const CUTS: readonly Cut[] = [byId.from, byInstant.bornAt];

const world = useWorld();
const db = () => world().platform.db;

async function renew() {
  await db().execute(sql`drop schema if exists thrown cascade`);
  await db().execute(sql`create schema thrown`);
  await db().execute(
    sql`create table thrown.by_id ("from" uuid primary key) partition by range ("from")`,
  );
  await db().execute(sql`create table thrown.by_id_default partition of thrown.by_id default`);
  await db().execute(
    sql`create table thrown.by_instant (born_at timestamptz primary key) partition by range (born_at)`,
  );
  await db().execute(
    sql`create table thrown.by_instant_default partition of thrown.by_instant default`,
  );
}

/** A row in each table. */
async function insert(...instants: string[]) {
  for (const at of instants.map((text) => new Date(text))) {
    await db()
      .insert(byId)
      .values({ from: newId(at) });
    await db().insert(byInstant).values({ bornAt: at });
  }
}

/** Where the rows of both tables lie, from old to new. */
async function places() {
  const place = sql<string>`split_part(tableoid::regclass::text, '.', 2)`;
  const ids = await db().select({ place }).from(byId).orderBy(byId.from);
  const instants = await db().select({ place }).from(byInstant).orderBy(byInstant.bornAt);
  return [ids, instants].map((rows) => rows.map((row) => row.place.replace(/^.*_/, "")));
}

const PAST = ["2024-02-29T23:59:59.999Z", "2024-03-01T00:00:00.000Z"];

describe.each([
  {
    width: "day",
    now: "2025-12-30T23:59:59.999Z",
    ahead: ["20251230", "20251231", "20260101"],
    moved: ["20240229", "20240301"],
    since: "2024-03-01T12:00:00Z",
  },
  {
    width: "month",
    now: "2025-11-30T23:59:59.999Z",
    ahead: ["202511", "202512", "202601"],
    moved: ["202402", "202403"],
    since: "2024-03-31T12:00:00Z",
  },
] as const)("tables cut by the $width, of ids and of instants", ({ width, now, ...given }) => {
  const PARTITIONS: Partitions = { name: "thrown", width, ahead: 2, cuts: CUTS };
  const acting = () => requireActor({ ...world().system(), now: () => new Date(now) }, "system");
  const make = () => makePartitions(acting(), PARTITIONS);
  const drop = (since: string, holds?: Parameters<typeof dropBefore>[3]) =>
    dropBefore(acting(), PARTITIONS, new Date(since), holds);
  const made = async () => {
    const rows = await db()
      .select({ name: sql<string>`relname` })
      .from(sql`pg_class`)
      .where(sql`relnamespace = 'thrown'::regnamespace and relispartition and relkind = 'r'`)
      .orderBy(sql`1`);
    return rows.map(({ name }) => name);
  };
  const both = (suffixes: readonly string[]) =>
    ["by_id", "by_instant"].flatMap((table) => suffixes.map((suffix) => `${table}_${suffix}`));

  it("[KRN-23] have the present one and those ahead, however often they are made at once", async () => {
    await renew();
    expect(await periodsAhead(acting(), PARTITIONS)).toBe(0);
    await Promise.all([make(), make(), make()]);
    expect(await made()).toEqual(both([...given.ahead, "default"]));
    expect(await periodsAhead(acting(), PARTITIONS)).toBe(2);
    const present = periodOf(width, new Date(now));
    for (const cut of CUTS) {
      const periods = await periodsOf(db(), PARTITIONS, cut);
      expect(periods).toEqual([present, present + 1, present + 2]);
    }
    await insert(now);
    expect(await places()).toEqual([given.ahead.slice(0, 1), given.ahead.slice(0, 1)]);
  });

  it("[KRN-23] ahead are as many as the table that has fewest, without a gap", async () => {
    await db().execute(sql.raw(`drop table thrown.by_instant_${given.ahead[1]}`));
    expect(await periodsAhead(acting(), PARTITIONS)).toBe(0);
  });

  it("[KRN-23] take back what had gone to the default partition, to the millisecond", async () => {
    await renew();
    await insert(...PAST, now);
    expect(await places()).toEqual([
      ["default", "default", "default"],
      ["default", "default", "default"],
    ]);
    await make();
    const expected = [...given.moved, given.ahead[0]];
    expect(await places()).toEqual([expected, expected]);
  });

  it("[KRN-24] lose what lies wholly before the retention, in the default partition too", async () => {
    await drop(given.since);
    const left = [given.moved[1], given.ahead[0]];
    expect(await places()).toEqual([left, left]);
    await renew();
    await insert(...PAST, now);
    await drop(given.since);
    expect(await places()).toEqual([
      ["default", "default"],
      ["default", "default"],
    ]);
  });

  it.each([
    ["its partition", make],
    ["the default partition", () => Promise.resolve()],
  ])("[KRN-24] keep a period that is held, in %s, and lose the next", async (_, prepare) => {
    await renew();
    await insert(...PAST, now);
    await prepare();
    const before = await places();
    const [held, other] = PAST.map((at) => periodOf(width, new Date(at)));
    const holds = vi.fn((_tx: unknown, { from, to }: Span) => {
      expect(periodOf(width, to)).toBe(periodOf(width, from) + 1);
      return Promise.resolve(periodOf(width, from) === held);
    });
    await drop(now, holds);
    expect(await places()).toEqual(before.map(([first, , last]) => [first, last]));
    const asked = holds.mock.calls.map(([, { from }]) => periodOf(width, from));
    expect(asked).toEqual([held, other, other]);
  });

  it("[KRN-25] of two that drop at once the second finds gone what the first has dropped", async () => {
    await renew();
    await insert(...PAST, now);
    await make();
    using turn = gate();
    const holding = alone(acting(), PARTITIONS, turn.pass);
    await turn.reached;
    const holds = vi.fn(() => Promise.resolve(false));
    const first = drop(given.since, holds);
    await untilWaiting(db(), 1);
    const second = drop(given.since, holds);
    await untilWaiting(db(), 2);
    // Both know by now what there is, and neither has decided.
    expect(holds).not.toHaveBeenCalled();
    turn.open();
    await Promise.all([holding, first, second]);
    const left = [given.moved[1], given.ahead[0]];
    expect(await places()).toEqual([left, left]);
  });

  it("[KRN-25] of two that make at once the second finds there what the first has made", async () => {
    await renew();
    await insert(...PAST, now);
    using turn = gate();
    const holding = alone(acting(), PARTITIONS, turn.pass);
    await turn.reached;
    const first = make();
    await untilWaiting(db(), 1);
    const second = make();
    await untilWaiting(db(), 2);
    turn.open();
    await Promise.all([holding, first, second]);
    expect(await made()).toEqual(both([...given.moved, ...given.ahead, "default"]));
  });

  it("[KRN-25] what is dropped while it is being made is made, or gone, whole", async () => {
    await renew();
    await insert(...PAST);
    using turn = gate();
    const holding = alone(acting(), PARTITIONS, turn.pass);
    await turn.reached;
    const dropping = drop(now);
    await untilWaiting(db(), 1);
    const making = make();
    await untilWaiting(db(), 2);
    turn.open();
    await Promise.all([holding, dropping, making]);
    expect(await places()).toEqual([[], []]);
    await drop(now);
    expect(await made()).toEqual(both([...given.ahead, "default"]));
  });
});

describe("a partition that is made while others write", () => {
  const ONE: Partitions = { name: "thrown", width: "day", ahead: 0, cuts: [byId.from] };
  const make = (platform = world().platform) =>
    makePartitions(requireActor({ ...world().system(), db: platform.db }, "system"), ONE);

  it("[KRN-23] has what came before it, at whichever step", async () => {
    const at = new Date("2024-02-29T12:00:00Z");
    const write = () =>
      db()
        .insert(byId)
        .values({ from: newId(at) });
    const { platform, brokerAdmin } = world();
    for (let step = 0, more = true; more; step++) {
      await renew();
      await write();
      const race = overtaken(db(), step, async () => await write());
      await make(intercepted(platform, brokerAdmin, race.around));
      const writing = race.other();
      more = writing !== undefined;
      await writing;
      const [lie] = await places();
      expect(lie, `step ${step}`).toEqual(more ? ["20240229", "20240229"] : ["20240229"]);
    }
  });

  it("[KRN-27] is left to the next turn where somebody writes for long", async () => {
    await renew();
    const present = periodOf("day", world().platform.now());
    const statement = "insert into thrown.by_id values ('019b0000-0000-7000-8000-000000000000')";
    await using held = await hold(world(), statement);
    await expect(make()).rejects.toMatchObject({ cause: { code: "55P03" } });
    expect(await periodsOf(db(), ONE, byId.from)).toEqual([]);
    await held.end("rollback");
    await make();
    expect(await periodsOf(db(), ONE, byId.from)).toEqual([present]);
  });
});
