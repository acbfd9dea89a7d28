import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openPostgres } from "@netcheck/adapters/postgres";
import { audit } from "@netcheck/identity/identity.sql";
import { PARTITIONS } from "@netcheck/identity/partition";
import { newId } from "@netcheck/kernel/id";
import { periodsOf } from "@netcheck/kernel/partition";
import { periodOf } from "@netcheck/kernel/period";
import { migrateDatabase } from "@netcheck/local/migrate";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";

import { administer, databaseUrl } from "../support/database.ts";

const NAME = "test_audit_upgrade";
const UNCUT = "0000_ground_floor";
const url = databaseUrl(NAME);

/** The history up to and with the given migration, as a deployment of that time had it. */
async function migrateTo(tag: string) {
  const folder = await mkdtemp(join(tmpdir(), "netcheck-migrations-"));
  await cp("migrations", folder, { recursive: true });
  const journal = join(folder, "meta/_journal.json");
  const { entries, ...rest } = JSON.parse(await readFile(journal, "utf8")) as {
    entries: { tag: string }[];
  };
  const then = entries.slice(0, entries.findIndex((entry) => entry.tag === tag) + 1);
  await writeFile(journal, JSON.stringify({ ...rest, entries: then }));
  const client = new Client({ connectionString: url });
  await client.connect();
  await migrate(drizzle(client), { migrationsFolder: folder });
  await client.end();
  await rm(folder, { recursive: true });
}

beforeAll(() => administer(`create database ${NAME}`));
afterAll(() => administer(`drop database ${NAME} with (force)`));

it("[IDN-39] an audit that was written uncut is found in its months, with its indexes", async () => {
  await migrateTo(UNCUT);
  const { db, close } = openPostgres(url);
  const written = [
    "2025-12-31T23:59:59.999Z",
    "2026-01-01T00:00:00.000Z",
    "2028-02-29T12:00:00.000Z",
    "2028-03-01T00:00:00.000Z",
  ].map((at) => ({
    id: newId<"audit">(new Date(at)),
    at: new Date(at),
    actor: { type: "nobody" } as const,
    actorId: null,
    action: "session.refused",
    subjectId: null,
    details: { at },
    address: "192.0.2.1",
    requestId: "before",
  }));
  await db.insert(audit).values(written);
  // A server's own zone is not what months are counted in.
  await administer(`alter database ${NAME} set timezone = 'Pacific/Auckland'`);
  await migrateDatabase(url);

  expect(await db.select().from(audit).orderBy(audit.id)).toEqual(written);
  const months = written.map(({ at }) => periodOf("month", at));
  expect(await periodsOf(db, PARTITIONS, audit.id)).toEqual(months);
  const place = sql<string>`tableoid::regclass::text`;
  const places = await db.select({ place }).from(audit).orderBy(audit.id);
  expect(places.map((row) => row.place)).toEqual(
    ["202512", "202601", "202802", "202803"].map((month) => `identity.audit_${month}`),
  );
  const indexes = await db
    .select({ name: sql<string>`indexname` })
    .from(sql`pg_indexes`)
    .where(sql`schemaname = 'identity' and tablename = 'audit'`)
    .orderBy(sql`1`);
  const names = ["audit_action", "audit_actor", "audit_pkey", "audit_subject"];
  expect(indexes.map(({ name }) => name)).toEqual(names);
  await close();
});
