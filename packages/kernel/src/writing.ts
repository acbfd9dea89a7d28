import type { AuditEntry, Unaudited } from "./audit.ts";
import type { Actor, Ctx, Rows, Writer, WritingCtx } from "./ctx.ts";
import { type Acting, poolOf, type Unattended } from "./guard.ts";
import { always, type Source, writeFrom } from "./write-from.ts";

/**
 * An audit entry alone, for what was refused; or with `writes` in one statement, if `source` has a row.
 * Answers whether it had.
 */
export async function writeAndRecord(
  acting: Acting<WritingCtx>,
  entry: AuditEntry,
  source: Source = always,
  writes: readonly Rows[] = [],
) {
  return await writeFrom(poolOf(acting), source, [...writes, acting.auditRow(acting, entry)]);
}

type Statement<A extends Actor> = Acting<Pick<Ctx, "actor" | "db">, A>;

/** For single statements that write and tell nobody; a person's say why there is no record of them. */
export function writing(acting: Statement<Unattended>): Writer;
export function writing(acting: Statement<Actor>, audit: Unaudited): Writer;
export function writing(acting: Statement<Actor>): Writer {
  return poolOf(acting);
}
