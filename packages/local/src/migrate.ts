import { fileURLToPath } from "node:url";

import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { Client } from "pg";

const HISTORY = fileURLToPath(new URL("../../../migrations", import.meta.url));

/** Brings a database to the newest migration. Two at once wait for one another. */
export async function migrateDatabase(url: string) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtext('netcheck.migrate'))");
    await migrate(drizzle(client), { migrationsFolder: HISTORY });
  } finally {
    await client.end();
  }
}
