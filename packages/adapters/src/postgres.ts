import type { Db } from "@netcheck/kernel/ctx";
import { log } from "@netcheck/kernel/log";
import { drizzle } from "drizzle-orm/node-postgres";
import { Pool } from "pg";

import { sparingPool } from "./postgres-pool.ts";

/** A pool over node-postgres. Connecting is given 2 s, a statement 10 s. */
export function openPostgres(url: string, max = 10): { db: Db; close(): Promise<void> } {
  const pool = new Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 2_000,
    statement_timeout: 10_000,
    query_timeout: 12_000,
    idleTimeoutMillis: 30_000,
  });
  pool.on("error", (error) => log.warn("idle database connection lost", { error }));
  const db = drizzle({ client: sparingPool(pool), casing: "snake_case" });
  return { db, close: () => pool.end() };
}
