import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";

import { readMigrationFiles } from "drizzle-orm/migrator";
import { Client } from "pg";
import { expect, it } from "vitest";

import { administer, databaseUrl } from "../support/database.ts";

const FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));

it("[AGT-5] [AGT-16] secrets that stood in columns get a row each, and open what they opened", async () => {
  const history = readMigrationFiles({ migrationsFolder: FOLDER }).map(({ sql }) => sql);
  const at = history.findIndex((sql) =>
    sql.join().includes(`CREATE TABLE "agents"."agent_secret"`),
  );
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(`create database ${name}`);
  const client = new Client({ connectionString: databaseUrl(name) });
  await client.connect();
  try {
    for (const statement of history.slice(0, at).flat()) await client.query(statement);
    await client.query(
      `insert into agents.agent (id, name, name_key, status, location, tags, queue, capabilities, created_at, secret_hash, bought_hash, rotated_hashes)
       select gen_random_uuid(), n, n, 'active', '{}', '{}', n, '{}', now(), s, b, r
       from (values ('one', 's1', 'b1', '{r1,r0}'::text[]), ('two', 's2', null, '{}'), ('new', null, null, '{}')) as v(n, s, b, r)`,
    );
    for (const statement of history[at] ?? []) await client.query(statement);
    const { rows } = await client.query({
      text: `select name, hash, state from agents.agent_secret s join agents.agent a on a.id = agent_id order by state, name, position`,
      rowMode: "array",
    });
    expect(rows).toEqual([
      ["one", "b1", "bought"],
      ["one", "s1", "in_use"],
      ["two", "s2", "in_use"],
      ["one", "r1", "rotated"],
      ["one", "r0", "rotated"],
    ]);
  } finally {
    await client.end();
    await administer(`drop database ${name}`);
  }
});
