import { type ColumnBaseConfig, sql } from "drizzle-orm";
import { toSnakeCase } from "drizzle-orm/casing";
import { getTableConfig, type PgColumn } from "drizzle-orm/pg-core";

import { lowestId } from "./id.ts";
import { startOf, suffixOf, type Width } from "./period.ts";

/** The column that a table is cut by: a UUIDv7, which begins with its time, or an instant. */
export type Cut =
  | PgColumn<ColumnBaseConfig<"string", "PgUUID">>
  | PgColumn<ColumnBaseConfig<"date", "PgTimestamp">>;

/** `[from, to)`. */
export type Span = { from: Date; to: Date };

export function spanOf(width: Width, period: number): Span {
  return { from: startOf(width, period), to: startOf(width, period + 1) };
}

/** The table as it is named in statements, and for the catalogue. */
export function tableOf(cut: Cut) {
  const { schema = "public", name } = getTableConfig(cut.table);
  const table = sql`${sql.identifier(schema)}.${sql.identifier(name)}`;
  return { table, regclass: sql`${`"${schema}"."${name}"`}::regclass` };
}

/** Where rows go whose period has no partition. */
export function defaultOf(cut: Cut) {
  return sibling(cut, "default");
}

export function partitionOf(cut: Cut, width: Width, period: number) {
  return sibling(cut, suffixOf(width, period));
}

/** The instant by which a row is cut. */
export function instantIn(cut: Cut) {
  const column = columnOf(cut);
  if (cut.columnType === "PgTimestamp") return column;
  const ms = sql`('x0000' || left(replace(${column}::text, '-', ''), 12))::bit(64)::bigint`;
  return sql`to_timestamp(${ms} / 1000.0)`;
}

/** Whether a row lies in the span. */
export function liesIn(cut: Cut, span: Span) {
  const column = columnOf(cut);
  return sql`${column} >= ${limit(cut, span.from)} and ${column} < ${limit(cut, span.to)}`;
}

/** The span as a partition's bounds, which take no parameters. */
export function boundsOf(cut: Cut, span: Span) {
  return sql.raw(`from ('${limit(cut, span.from)}') to ('${limit(cut, span.to)}')`);
}

function limit(cut: Cut, at: Date) {
  return cut.columnType === "PgTimestamp" ? at.toISOString() : lowestId(at);
}

function columnOf(cut: Cut) {
  return sql`${sql.identifier(cut.keyAsName ? toSnakeCase(cut.name) : cut.name)}`;
}

function sibling(cut: Cut, suffix: string) {
  const { schema = "public", name } = getTableConfig(cut.table);
  return sql`${sql.identifier(schema)}.${sql.identifier(`${name}_${suffix}`)}`;
}
