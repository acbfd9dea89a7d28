import { openNeon } from "@netcheck/adapters/neon";
import { openPostgres } from "@netcheck/adapters/postgres";
import type { Db } from "@netcheck/kernel/ctx";
import { setLogLevel } from "@netcheck/kernel/log";
import { isPostgresDown } from "@netcheck/kernel/postgres-error";
import { openDatabase } from "@netcheck/local/database";
import { startNeonProxy } from "@netcheck/local/neon-proxy";
import { eq, type SQL, sql } from "drizzle-orm";
import { integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";

import { freshDatabase } from "../support/database.ts";

const thing = pgTable("thing", {
  id: uuid().primaryKey(),
  name: text().unique("thing_name"),
  size: integer(),
  data: jsonb(),
  seenAt: timestamp({ withTimezone: true }),
});

let database: Awaited<ReturnType<typeof freshDatabase>>;
let proxy: Awaited<ReturnType<typeof startNeonProxy>>;
let nowMs = Date.now();

beforeAll(async () => {
  database = await freshDatabase();
  const { hostname: host, port } = new URL(database.url);
  proxy = await startNeonProxy({ host, port: Number(port) });
  await database.db.execute(
    sql`create table thing (id uuid primary key, name text constraint thing_name unique,
      size int, data jsonb, seen_at timestamptz)`,
  );
});
beforeEach(() => database.db.delete(thing));
afterAll(async () => {
  await proxy.close();
  await database[Symbol.asyncDispose]();
});

type Driver = (url: string) => { db: Db; close(): Promise<void> };

const DRIVERS: [string, Driver][] = [
  ["pg", (url) => openPostgres(url, 1)],
  ["neon", (url) => openNeon(url, { proxy: proxy.address, now: () => nowMs })],
];

const row = (name: string) => ({ id: crypto.randomUUID(), name });
const Rows = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });
const rowsOf = async (db: Db, query: SQL) => Rows.parse(await db.execute(query)).rows;
const names = async () => (await database.db.select().from(thing)).map(({ name }) => name);

describe.each(DRIVERS)("the database over %s", (_name, open) => {
  let db: Db;
  let close: () => Promise<void>;
  beforeAll(() => {
    ({ db, close } = open(database.url));
  });
  afterAll(() => close());

  it("gives back what it was given, with dates as dates", async () => {
    const seenAt = new Date("2026-02-03T04:05:06.789Z");
    const given = { ...row("é ✓"), size: 7, data: { a: [1, null, "x"] }, seenAt };
    expect(await db.insert(thing).values(given).returning()).toEqual([given]);
    expect(await rowsOf(db, sql`select count(*)::int as n from thing`)).toEqual([{ n: 1 }]);
  });

  it("keeps all of a transaction or nothing of it", async () => {
    await db.transaction(async (tx) => {
      await tx.insert(thing).values(row("a"));
      await tx.insert(thing).values(row("b"));
    });
    const failing = db.transaction(async (tx) => {
      await tx.insert(thing).values(row("c"));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await names()).toEqual(["a", "b"]);
  });

  it("names what a statement broke, by SQLSTATE and constraint", async () => {
    await db.insert(thing).values(row("a"));
    const broken: unknown = await db
      .insert(thing)
      .values(row("a"))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(broken).toMatchObject({ cause: { code: "23505", constraint: "thing_name" } });
    expect(isPostgresDown(broken)).toBe(false);
  });

  it("goes back to a savepoint and on from there", async () => {
    await db.transaction(async (tx) => {
      await tx.insert(thing).values(row("a"));
      const inner = tx.transaction((nested) => nested.insert(thing).values(row("a")));
      await expect(inner).rejects.toMatchObject({ cause: { code: "23505" } });
      await tx.insert(thing).values(row("b"));
    });
    expect(await names()).toEqual(["a", "b"]);
  });

  it("serves many at once, and a large row", async () => {
    const many = Array.from({ length: 50 }, (_, i) => rowsOf(db, sql`select ${i}::int as v`));
    const answers = await Promise.all(many);
    expect(answers).toEqual(answers.map((_, v) => [{ v }]));
    const [large] = await rowsOf(db, sql`select repeat('x', 8000000) as v`);
    expect(large?.["v"]).toHaveLength(8_000_000);
  });

  it("is whole again after Postgres ended its connections", async () => {
    await db.select().from(thing);
    await database.db.execute(sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`);
    await db.transaction((tx) => tx.execute(sql`select 1`)).catch(() => undefined);
    await db.transaction((tx) => tx.insert(thing).values(row("after")));
    expect(await names()).toEqual(["after"]);
  });

  it.each([
    ["a database that is not there", { pathname: "/nowhere" }, "3D000"],
    ["a wrong password", { password: "wrong" }, "28P01"],
  ])("passes the refusal of %s on", async (_, other, code) => {
    const url = Object.assign(new URL(database.url), other);
    const refused = open(url.href);
    await expect(refused.db.select().from(thing)).rejects.toMatchObject({ cause: { code } });
    await refused.close();
  });
});

describe("one machine's database", () => {
  it.each(["pg", "neon"] as const)("answers many at once over %s", async (DATABASE_DRIVER) => {
    const named = { DATABASE_URL: database.url, DATABASE_DRIVER, NEON_PROXY: undefined };
    const own = await openDatabase(named);
    const pids = Array.from({ length: 5 }, () =>
      rowsOf(own.db, sql`select pg_backend_pid() as pid from pg_sleep(0.05)`),
    );
    expect(new Set((await Promise.all(pids)).map(([one]) => one?.["pid"])).size).toBe(5);
    await own.close();
  });
});

describe("a function that was frozen", () => {
  const pidOf = async (db: Db) =>
    (await rowsOf(db, sql`select pg_backend_pid() as pid`))[0]?.["pid"];

  it("reads again, once, when the connection it finds is dead", async () => {
    const neon = openNeon(database.url, { proxy: proxy.address });
    const before = await pidOf(neon.db);
    proxy.cut();
    expect(await pidOf(neon.db)).not.toBe(before);
    await neon.close();
  });

  it("writes once: the caller hears that the connection was lost, and nothing is sent again", async () => {
    const neon = openNeon(database.url, { proxy: proxy.address });
    const { db } = neon;
    await pidOf(db);
    const slow = sql`insert into thing (id) select gen_random_uuid() from pg_sleep(0.2)`;
    const writing = db.execute(slow);
    setTimeout(proxy.cut, 50);
    await expect(writing).rejects.toThrow();
    await expect.poll(names).toHaveLength(1);
    await pidOf(db);
    expect(await names()).toHaveLength(1);
    await neon.close();
  });

  it("says nothing of the password when an idle connection is lost", async () => {
    setLogLevel("DEBUG");
    const lines: string[] = [];
    const write = vi.spyOn(process.stderr, "write");
    write.mockImplementation((line) => lines.push(String(line)) > 0);
    const neon = openNeon(database.url, { proxy: proxy.address });
    await pidOf(neon.db);
    proxy.cut();
    await expect.poll(() => lines.join("")).toContain("idle database connection lost");
    await pidOf(neon.db);
    setLogLevel("CRITICAL");
    write.mockRestore();
    await neon.close();
    expect(lines.join("")).not.toContain(new URL(database.url).password);
  });

  it("uses no connection that is older than ten seconds of anybody's clock", async () => {
    const neon = openNeon(database.url, { proxy: proxy.address, now: () => nowMs });
    const first = await pidOf(neon.db);
    nowMs += 9_000;
    expect(await pidOf(neon.db)).toBe(first);
    nowMs += 11_000;
    expect(await pidOf(neon.db)).not.toBe(first);
    await neon.close();
  });

  it("asks over the connection that was made early", async () => {
    const neon = openNeon(database.url, { proxy: proxy.address });
    neon.connectEarly();
    neon.connectEarly();
    const first = await pidOf(neon.db);
    neon.connectEarly();
    expect(await pidOf(neon.db)).toBe(first);
    await neon.close();
  });

  it("hears of a database that is away as such", async () => {
    const gone = await startNeonProxy({ host: "127.0.0.1", port: 1 });
    const neon = openNeon(database.url, { proxy: gone.address });
    neon.connectEarly();
    const error: unknown = await neon.db
      .select()
      .from(thing)
      .where(eq(thing.size, 1))
      .catch((caught: unknown) => caught);
    expect(isPostgresDown(error)).toBe(true);
    await neon.close();
    await gone.close();
  });
});
