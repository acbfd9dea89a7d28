import { openPostgres } from "@netcheck/adapters/postgres";
import type { Db } from "@netcheck/kernel/ctx";
import { sql } from "drizzle-orm";
import { Pool, type PoolClient } from "pg";
import { afterAll, describe, expect, it } from "vitest";

import { databaseUrl, TEMPLATE } from "../support/database.ts";

const one = openPostgres(databaseUrl(TEMPLATE).replace(TEMPLATE, "postgres"), 1);
afterAll(() => one.close());

/** From the next client that is taken on, these statements fail as on a connection that is gone. */
function breakNext(db: Db, statements: RegExp) {
  if (!(db.$client instanceof Pool)) throw new Error("a pool");
  const pool = db.$client;
  pool.once("acquire", (client: PoolClient) => {
    const query = client.query.bind(client) as (config: { text: string }) => Promise<unknown>;
    const broken = (config: { text: string }) =>
      statements.test(config.text) ? Promise.reject(new Error("gone")) : query(config);
    Object.assign(client, { query: broken });
    pool.once("release", () => Object.assign(client, { query }));
  });
}

const answer = () => one.db.transaction((tx) => tx.execute(sql`select 1`));

describe("a pool of one", () => {
  it.each([/^begin/, /^select 2/, /^commit/, /^(select 2|rollback)/])(
    "[AGT-23] NC-B-41 is whole again after a transaction whose %s failed",
    async (statements) => {
      breakNext(one.db, statements);
      const failing = one.db.transaction((tx) => tx.execute(sql`select 2`));
      await expect(failing).rejects.toThrow();
      await answer();
      await answer();
    },
  );
});
