import { getTableColumns, sql, type WithSubquery } from "drizzle-orm";
import { toSnakeCase } from "drizzle-orm/casing";
import type { PgTable } from "drizzle-orm/pg-core";

import type { Rows, Writer } from "./ctx.ts";

/** What a statement hangs on, as the first part of it: no row, and nothing else of it is written. */
export type Source = (db: Writer) => WithSubquery;

export const always: Source = (db) => db.$with("always", {}).as(sql`select`);

export function into<T extends PgTable>(table: T, rows: readonly T["$inferInsert"][]): Rows {
  const columns = Object.entries(getTableColumns(table));
  const named = rows.map((row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(columns.map(([key, { name }]) => [toSnakeCase(name), row[key]])),
  );
  return { table, json: JSON.stringify(named) };
}

/** As a statement of its own. */
export function insertOf({ table, json }: Rows) {
  const rows = sql`json_populate_recordset(null::${table}, ${json}::json)`;
  return sql`insert into ${table} select given.* from ${rows} as given`;
}

/**
 * Writes all of it in one statement if `source` has a row, and nothing if it has none; answers which. So
 * who loses a race writes nothing, and waits for Postgres once.
 */
export async function writeFrom(db: Writer, source: Source, writes: readonly Rows[]) {
  const base = source(db);
  const inserts = writes.map((rows, i) =>
    // The last of its FROM list: no row there is no row at all.
    db.$with(`write_${i}`, {}).as(sql`${insertOf(rows)}, ${base}`),
  );
  const found = await db
    .with(base, ...inserts)
    .select({ wrote: sql<boolean>`true` })
    .from(sql`${base}`);
  return found.length > 0;
}
