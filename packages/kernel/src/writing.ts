import type { WithSubquery } from "drizzle-orm";

import type { AuditEntry, Unaudited } from "./audit.ts";
import type { Actor, Ctx, Writer, WritingCtx } from "./ctx.ts";
import { type Acting, poolOf, type Unattended } from "./guard.ts";

/** What stands in the WITH of a statement, and happens with it. */
export type Writes = (db: Writer) => readonly WithSubquery[];

/** An audit entry, with `writes` in its one statement; alone, for what was refused. */
export async function writeAndRecord(
  acting: Acting<WritingCtx>,
  entry: AuditEntry,
  writes: Writes = () => [],
) {
  const db = poolOf(acting);
  await acting.recordAudit(db.with(...writes(db)), acting, entry);
}

type Statement<A extends Actor> = Acting<Pick<Ctx, "actor" | "db">, A>;

/** For single statements that write and tell nobody; a person's say why there is no record of them. */
export function writing(acting: Statement<Unattended>): Writer;
export function writing(acting: Statement<Actor>, audit: Unaudited): Writer;
export function writing(acting: Statement<Actor>): Writer {
  return poolOf(acting);
}
